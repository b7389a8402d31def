/**
 * Numbers the addresses of a cluster: every address of a pod, and every outside address that was asked about, has a slot.
 * Slots are reused; the table grows by doubling, which the engine answers with a rebuild.
 */
import type { Side } from '../match.ts';
import type { PolicyPod } from '../model.ts';
import { ipKey, parseIp } from '../net.ts';
import { LabelClasses } from './label-classes.ts';

export interface Slot {
  readonly index: number;
  readonly ip: string;
  /** undefined: an outside address. */
  readonly pod: PolicyPod | undefined;
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

  readonly #makeSide: (ip: string, pod: PolicyPod | undefined) => Side;
  /** Made when somebody asks: most questions are answered by labels and addresses alone. */
  readonly #sides: (Side | undefined)[] = [];
  /** IPv4 addresses as numbers, NaN elsewhere. */
  readonly #addresses: Float64Array;

  constructor(capacity: number, makeSide: (ip: string, pod: PolicyPod | undefined) => Side) {
    this.capacity = capacity;
    this.#makeSide = makeSide;
    this.#addresses = new Float64Array(capacity).fill(Number.NaN);
    this.labels = new LabelClasses(capacity);
  }

  get isFull(): boolean {
    return this.#free.length === 0 && this.slots.length >= this.capacity;
  }

  find(ip: string): Slot | undefined {
    const index = this.#byIp.get(ip) ?? (ip.includes(':') ? this.#byIp.get(ipKey(ip)) : undefined);
    return index === undefined ? undefined : this.slots[index];
  }

  /** The table must not be full. An address that is known keeps its slot and gets the new pod. */
  put(ip: string, pod: PolicyPod | undefined): Slot {
    const known = this.find(ip);
    if (known) this.#leaveNamespace(known);
    const index = known?.index ?? this.#free.pop() ?? this.slots.length;
    const slot: Slot = { index, ip, pod };
    this.slots[index] = slot;
    this.#sides[index] = undefined;
    this.labels.put(index, pod?.labels);
    if (!known) {
      const address = parseIp(ip);
      this.#addresses[index] = address?.family === 4 ? address.value : Number.NaN;
      this.#sorted = undefined;
      this.#byIp.set(ipKey(ip), index);
    }
    if (pod) {
      const members = this.#byNamespace.get(pod.namespace);
      if (members) members.add(index);
      else this.#byNamespace.set(pod.namespace, new Set([index]));
    }
    return slot;
  }

  remove(slot: Slot): void {
    this.#leaveNamespace(slot);
    this.#byIp.delete(ipKey(slot.ip));
    this.slots[slot.index] = undefined;
    this.#sides[slot.index] = undefined;
    this.labels.put(slot.index, undefined);
    this.#addresses[slot.index] = Number.NaN;
    this.#sorted = undefined;
    this.#free.push(slot.index);
  }

  /** The slot as rules see it; undefined where it is empty. */
  sideOf(index: number): Side | undefined {
    const known = this.#sides[index];
    const slot = this.slots[index];
    if (known || !slot) return known;
    const made = this.#makeSide(slot.ip, slot.pod);
    this.#sides[index] = made;
    return made;
  }

  /** What pods' sides say has changed without the pods: their namespace's labels. */
  forgetSides(indexes: Iterable<number>): void {
    for (const index of indexes) this.#sides[index] = undefined;
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
  get addresses(): Float64Array {
    return this.#addresses;
  }

  forEachLive(visit: (index: number) => void): void {
    for (let index = 0; index < this.slots.length; index++) if (this.slots[index]) visit(index);
  }

  #sortAddresses(): Float64Array {
    const entries: number[] = [];
    this.#addresses.forEach((address, index) => {
      if (!Number.isNaN(address)) entries.push(address * slotRange + index);
    });
    return Float64Array.from(entries).sort();
  }

  #leaveNamespace({ pod, index }: Slot): void {
    if (!pod) return;
    const members = this.#byNamespace.get(pod.namespace);
    members?.delete(index);
    if (members?.size === 0) this.#byNamespace.delete(pod.namespace);
  }
}
