/**
 * Which slots does a peer mean? Equal peers of different rules share one set of bits, so a thousand policies that select
 * `app=web` cost one scan; sets are counted, kept current slot by slot, and dropped with their last user.
 */
import type { Labels } from '../../kube/objects.ts';
import { matchesEntities, type Side } from '../match.ts';
import type { PolicyPod } from '../model.ts';
import type { Net } from '../net.ts';
import type { EndpointSelector, EntityMatch } from '../normal.ts';
import { type Bits, hasBit, noBits, setBit, writeBit } from './bits.ts';
import type { SlotTable } from './slots.ts';

export interface PeerSet {
  readonly key: string;
  readonly bits: Bits;
  readonly matches: (side: Side) => boolean;
  /** Only slots of this namespace can be in it; undefined: any. */
  readonly namespace: string | undefined;
  /** undefined when namespaces' labels decide in ways that cannot be told apart from the pods'. */
  readonly selector: EndpointSelector | undefined;
  users: number;
}

export interface PeerContext {
  readonly slots: SlotTable;
  labelsOf(namespace: string): Labels;
  /** Namespaces that carry this label. */
  namespacesWith(key: string, value: string): Iterable<string>;
  /** Network sets can put any address into a selector's reach, whatever its namespace. */
  readonly hasSets: boolean;
}

export class PeerSets {
  readonly #context: PeerContext;
  readonly #sets = new Map<string, PeerSet>();
  readonly #byNamespace = new Map<string, Set<PeerSet>>();
  readonly #anywhere = new Set<PeerSet>();

  constructor(context: PeerContext) {
    this.#context = context;
  }

  forEntity(entity: EntityMatch): PeerSet {
    return this.#share(entityKey(entity), () => {
      const { selector, nets, notNets, notSelector } = entity;
      const plain = selector && !nets && !notNets && !notSelector;
      const confined = this.#context.hasSets ? undefined : selector?.namespace;
      const set = this.#make(
        entityKey(entity),
        (side) => matchesEntities([entity], side),
        confined,
        plain ? selector : undefined,
      );
      if (nets && !notSelector && !selector) this.#fillFromNets(set, nets, notNets ?? []);
      else this.#fill(set);
      return set;
    });
  }

  /** Slots whose pod declares one of these names for this port, and is selected by `owner`. */
  forNamedPort(names: readonly string[], protocol: string, port: number, owner: EndpointSelector | undefined): PeerSet {
    const key = JSON.stringify(['port', names, protocol, port, owner?.key ?? null]);
    return this.#share(key, () => {
      const declares = (p: PolicyPod['ports'][number]): boolean =>
        p.port === port && p.protocol === protocol && p.name !== undefined && names.includes(p.name);
      const matches = ({ pod, endpoints }: Side): boolean =>
        (pod?.ports.some(declares) ?? false) &&
        (!owner || endpoints.some((endpoint) => endpoint.kind === 'pod' && owner.matches(endpoint)));
      const set = this.#make(key, matches, undefined, undefined);
      this.#fill(set);
      return set;
    });
  }

  release(set: PeerSet): void {
    set.users--;
    if (set.users > 0) return;
    this.#sets.delete(set.key);
    if (set.namespace === undefined) this.#anywhere.delete(set);
    else this.#byNamespace.get(set.namespace)?.delete(set);
  }

  /** Asks again about one slot (its pod came, went or changed). Calls back for every set that it entered or left. */
  refresh(index: number, namespaces: Iterable<string | undefined>, changed: (set: PeerSet) => void): void {
    const side = this.#context.slots.slots[index]?.side;
    const ask = (set: PeerSet): void => {
      const value = side !== undefined && set.matches(side);
      if (hasBit(set.bits, index) === value) return;
      writeBit(set.bits, index, value);
      changed(set);
    };
    for (const set of this.#anywhere) ask(set);
    for (const name of new Set(namespaces)) {
      if (name !== undefined) for (const set of this.#byNamespace.get(name) ?? []) ask(set);
    }
  }

  /** The sets that a change of a namespace's labels may concern. */
  *concernedBy(name: string, before: Labels, after: Labels): Iterable<PeerSet> {
    yield* this.#byNamespace.get(name) ?? [];
    for (const set of this.#anywhere) {
      const { selector } = set;
      const same =
        selector?.splits && selector.matchesNamespace(name, before) === selector.matchesNamespace(name, after);
      if (!same) yield set;
    }
  }

  #share(key: string, make: () => PeerSet): PeerSet {
    const set = this.#sets.get(key) ?? make();
    set.users++;
    this.#sets.set(key, set);
    return set;
  }

  #make(
    key: string,
    matches: PeerSet['matches'],
    namespace: string | undefined,
    selector: EndpointSelector | undefined,
  ): PeerSet {
    const bits = noBits();
    const set: PeerSet = { key, bits, matches, namespace, selector, users: 0 };
    if (namespace === undefined) this.#anywhere.add(set);
    else {
      const home = this.#byNamespace.get(namespace);
      if (home) home.add(set);
      else this.#byNamespace.set(namespace, new Set([set]));
    }
    return set;
  }

  #fill(set: PeerSet): void {
    const { slots, hasSets } = this.#context;
    const ask = (index: number): void => {
      const side = slots.slots[index]?.side;
      if (side && set.matches(side)) setBit(set.bits, index);
    };
    if (set.namespace !== undefined) slots.inNamespace(set.namespace).forEach(ask);
    else if (set.selector?.splits && !hasSets) {
      for (const name of this.#candidates(set.selector)) {
        if (set.selector.matchesNamespace(name, this.#context.labelsOf(name))) slots.inNamespace(name).forEach(ask);
      }
    } else for (const { index } of slots.live()) ask(index);
  }

  #candidates({ namespaceLabel }: EndpointSelector): Iterable<string> {
    return namespaceLabel ? this.#context.namespacesWith(...namespaceLabel) : this.#context.slots.namespaces;
  }

  /** IPv4 blocks by their range of addresses; IPv6 address by address. */
  #fillFromNets(set: PeerSet, nets: readonly Net[], notNets: readonly Net[]): void {
    const { slots } = this.#context;
    if ([...nets, ...notNets].some(({ family }) => family === 6)) {
      this.#fill(set);
      return;
    }
    for (const { first, last } of nets) {
      slots.forEachAddress(first, last, (index, address) => {
        if (!holds(notNets, address)) setBit(set.bits, index);
      });
    }
  }
}

function holds(nets: readonly Net[], address: number): boolean {
  for (const { first, last } of nets) if (address >= first && address <= last) return true;
  return false;
}

function entityKey({ nets, notNets, selector, notSelector }: EntityMatch): string {
  const keys = (list: readonly Net[] | undefined): string => (list ? `[${list.map(({ key }) => key).join()}]` : '-');
  return `${keys(nets)}${keys(notNets)}${selector?.key ?? '-'} ${notSelector?.key ?? '-'}`;
}
