/**
 * Numbers the addresses of a cluster: every address of a pod, and every outside address that was asked about, has a slot.
 * Slots are reused; the table grows by doubling, which the engine answers with a rebuild.
 */
import type { Side } from '../match.ts';
import { ipKey } from '../net.ts';
import { LabelClasses } from './label-classes.ts';

export interface Slot {
  readonly index: number;
  readonly ip: string;
  /** undefined: an outside address. */
  readonly namespace: string | undefined;
  readonly side: Side;
}

/** 32 bits of address and 21 of slot fill a double's 53. */
const slotRange = 2 ** 21;
const nobody: ReadonlySet<number> = new Set();

export class SlotTable {
  capacity: number;
  readonly labels: LabelClasses;
  readonly slots: (Slot | undefined)[] = [];
  readonly #byIp = new Map<string, number>();
  readonly #byNamespace = new Map<string, Set<number>>();
  readonly #free: number[] = [];
  /** IPv4 address × 2^21 + slot, ascending; made when a block is asked about. */
  #sorted: Float64Array | undefined;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.labels = new LabelClasses(capacity);
  }

  get isFull(): boolean {
    return this.#free.length === 0 && this.slots.length >= this.capacity;
  }

  find(ip: string): Slot | undefined {
    const index = this.#byIp.get(ip) ?? (ip.includes(':') ? this.#byIp.get(ipKey(ip)) : undefined);
    return index === undefined ? undefined : this.slots[index];
  }

  /** The table must not be full. An address that is known keeps its slot and gets the new side. */
  put(ip: string, namespace: string | undefined, side: Side): Slot {
    const known = this.find(ip);
    if (known) this.#leaveNamespace(known);
    const index = known?.index ?? this.#free.pop() ?? this.slots.length;
    const slot: Slot = { index, ip, namespace, side };
    this.slots[index] = slot;
    if (!known) this.#sorted = undefined;
    this.labels.put(index, side.pod?.labels);
    this.#byIp.set(ipKey(ip), index);
    if (namespace !== undefined) {
      const members = this.#byNamespace.get(namespace);
      if (members) members.add(index);
      else this.#byNamespace.set(namespace, new Set([index]));
    }
    return slot;
  }

  remove(slot: Slot): void {
    this.#leaveNamespace(slot);
    this.#byIp.delete(ipKey(slot.ip));
    this.slots[slot.index] = undefined;
    this.labels.put(slot.index, undefined);
    this.#sorted = undefined;
    this.#free.push(slot.index);
  }

  inNamespace(name: string): ReadonlySet<number> {
    return this.#byNamespace.get(name) ?? nobody;
  }

  get namespaces(): Iterable<string> {
    return this.#byNamespace.keys();
  }

  /** Slots whose IPv4 address is between the two, inclusive; ascending by address. */
  forEachAddress(first: number, last: number, visit: (index: number, address: number) => void): void {
    this.#sorted ??= this.#sortAddresses();
    const sorted = this.#sorted;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] ?? 0) < first * slotRange) low = middle + 1;
      else high = middle;
    }
    for (; low < sorted.length; low++) {
      const entry = sorted[low] ?? 0;
      const address = Math.floor(entry / slotRange);
      if (address > last) return;
      visit(entry - address * slotRange, address);
    }
  }

  /** IPv4 addresses by slot, NaN elsewhere. */
  addresses(): Float64Array {
    return Float64Array.from(this.slots, (slot) => (slot?.side.ip?.family === 4 ? slot.side.ip.value : Number.NaN));
  }

  *live(): Iterable<Slot> {
    for (const slot of this.slots) if (slot) yield slot;
  }

  #sortAddresses(): Float64Array {
    const entries: number[] = [];
    for (const slot of this.slots) {
      if (slot?.side.ip?.family === 4) entries.push(slot.side.ip.value * slotRange + slot.index);
    }
    return Float64Array.from(entries).sort();
  }

  #leaveNamespace({ namespace, index }: Slot): void {
    if (namespace === undefined) return;
    const members = this.#byNamespace.get(namespace);
    members?.delete(index);
    if (members?.size === 0) this.#byNamespace.delete(namespace);
  }
}
