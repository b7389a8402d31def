/**
 * Numbers the addresses of a cluster: every address of a pod, and every outside address that was asked about, has a slot.
 * Slots are reused; the table grows by doubling, which the engine answers with a rebuild.
 */
import type { Side } from '../match.ts';
import { ipKey } from '../net.ts';

export interface Slot {
  readonly index: number;
  readonly ip: string;
  /** undefined: an outside address. */
  readonly namespace: string | undefined;
  readonly side: Side;
}

const nobody: ReadonlySet<number> = new Set();

export class SlotTable {
  capacity: number;
  readonly slots: (Slot | undefined)[] = [];
  /** IPv4 addresses as numbers, for scanning; 0 where the slot is empty or IPv6. */
  addresses: Uint32Array;
  readonly #byIp = new Map<string, number>();
  readonly #byNamespace = new Map<string, Set<number>>();
  readonly #free: number[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
    this.addresses = new Uint32Array(capacity);
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
    this.addresses[index] = side.ip?.family === 4 ? side.ip.value : 0;
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
    this.addresses[slot.index] = 0;
    this.#free.push(slot.index);
  }

  inNamespace(name: string): ReadonlySet<number> {
    return this.#byNamespace.get(name) ?? nobody;
  }

  get namespaces(): Iterable<string> {
    return this.#byNamespace.keys();
  }

  *live(): Iterable<Slot> {
    for (const slot of this.slots) if (slot) yield slot;
  }

  #leaveNamespace({ namespace, index }: Slot): void {
    if (namespace === undefined) return;
    const members = this.#byNamespace.get(namespace);
    members?.delete(index);
    if (members?.size === 0) this.#byNamespace.delete(namespace);
  }
}
