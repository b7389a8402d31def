/**
 * Which slots does a peer mean? Equal peers of different rules share one set of bits, so a thousand policies that select
 * `app=web` cost one scan; sets are counted, kept current slot by slot, and dropped with their last user.
 */
import type { Labels } from '../../kube/objects.ts';
import type { CompiledSelector } from '../label-selector.ts';
import { matchesEntity, type Side } from '../match.ts';
import type { PolicyPod } from '../model.ts';
import type { Net } from '../net.ts';
import type { EndpointSelector, EntityMatch, NormalPolicy } from '../normal.ts';
import { type AddressSegments, cutAddresses } from './address-segments.ts';
import { type Bits, Collector, hasBit, noBits, writeBit } from './bits.ts';
import type { LabelClasses } from './label-classes.ts';
import type { SlotTable } from './slots.ts';

export interface PeerSet {
  readonly key: string;
  bits: Bits;
  readonly matches: (side: Side) => boolean;
  /** Only slots of this namespace can be in it; undefined: any. */
  readonly namespace: string | undefined;
  /** undefined when namespaces' labels decide in ways that cannot be told apart from the pods'. */
  readonly selector: EndpointSelector | undefined;
  /** Blocks alone, and named ports alone, do not care about labels. */
  readonly readsLabels: boolean;
  users: number;
}

type PodSelector = EndpointSelector & { readonly pods: CompiledSelector };

export interface PeerContext {
  readonly slots: SlotTable;
  readonly labels: LabelClasses;
  readonly labelsOf: (namespace: string) => Labels;
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
  #segments: AddressSegments | undefined;

  readonly #collector: Collector;

  constructor(context: PeerContext) {
    this.#context = context;
    this.#collector = new Collector((context.slots.capacity + 31) >>> 5);
  }

  /** Cuts the addresses by the blocks of these policies, for as long as no address changes. */
  prepare(policies: readonly NormalPolicy[]): void {
    const nets: Net[] = [];
    for (const { rules } of policies) {
      for (const { source, destination } of [...(rules.Ingress ?? []), ...(rules.Egress ?? [])]) {
        for (const entity of [...(source ?? []), ...(destination ?? [])]) {
          if (entity.nets) nets.push(...entity.nets, ...(entity.notNets ?? []));
        }
      }
    }
    this.#segments = nets.length > 0 ? cutAddresses(nets, this.#context.slots.addresses) : undefined;
  }

  forEntity(entity: EntityMatch): PeerSet {
    const key = entityKey(entity);
    const known = this.#sets.get(key);
    if (known) {
      known.users++;
      return known;
    }
    const { selector, nets, notNets, notSelector } = entity;
    const plain = selector && !nets && !notNets && !notSelector;
    const confined = this.#context.hasSets ? undefined : selector?.namespace;
    const matches = (side: Side): boolean => matchesEntity(entity, side);
    const readsLabels = selector !== undefined || notSelector !== undefined;
    const set = this.#make({ key, matches, namespace: confined, selector: plain ? selector : undefined, readsLabels });
    if (nets && !notSelector && !selector) this.#fillFromNets(set, nets, notNets ?? []);
    else this.#fill(set);
    return set;
  }

  /** Slots whose pod declares one of these names for this port, and is selected by `owner`. */
  forNamedPort(names: readonly string[], protocol: string, port: number, owner: EndpointSelector | undefined): PeerSet {
    const key = JSON.stringify(['port', names, protocol, port, owner?.key ?? null]);
    const known = this.#sets.get(key);
    if (known) {
      known.users++;
      return known;
    }
    const declares = (p: PolicyPod['ports'][number]): boolean =>
      p.port === port && p.protocol === protocol && p.name !== undefined && names.includes(p.name);
    const matches = ({ pod, endpoints }: Side): boolean =>
      (pod?.ports.some(declares) ?? false) &&
      (!owner || endpoints.some((endpoint) => endpoint.kind === 'pod' && owner.matches(endpoint)));
    const set = this.#make({
      key,
      matches,
      namespace: undefined,
      selector: undefined,
      readsLabels: owner !== undefined,
    });
    this.#fill(set);
    return set;
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
    this.#segments = undefined;
    const { slots, labelsOf } = this.#context;
    const namespace = slots.slots[index]?.pod?.namespace;
    const namespaceLabels = namespace === undefined ? {} : labelsOf(namespace);
    const ask = (set: PeerSet): void => {
      const pods = this.#podsOf(set);
      const value = pods
        ? namespace !== undefined && this.#isSelected(pods, index) && pods.matchesNamespace(namespace, namespaceLabels)
        : this.#matches(set, index);
      if (hasBit(set.bits, index) === value) return;
      writeBit(set.bits, index, value);
      changed(set);
    };
    for (const set of this.#anywhere) ask(set);
    for (const name of new Set(namespaces)) {
      if (name !== undefined) for (const set of this.#byNamespace.get(name) ?? []) ask(set);
    }
  }

  /** After a namespace got other labels: each set that a member of it entered or left, with these members. */
  refreshNamespace(name: string, before: Labels, after: Labels): ReadonlyMap<PeerSet, readonly number[]> {
    const { slots } = this.#context;
    const members = [...slots.inNamespace(name)];
    slots.forgetSides(members);
    const changed = new Map<PeerSet, readonly number[]>();
    const ask = (set: PeerSet): void => {
      const moved = this.#askMembers(set, members, name, before, after);
      if (moved.length > 0) changed.set(set, moved);
    };
    this.#byNamespace.get(name)?.forEach(ask);
    this.#anywhere.forEach(ask);
    return changed;
  }

  /** Most selectors say nothing about the labels of namespaces, or the same as before: their members are not looked at. */
  #askMembers(
    set: PeerSet,
    members: readonly number[],
    name: string,
    before: Labels,
    after: Labels,
  ): readonly number[] {
    if (!set.readsLabels) return [];
    const pods = this.#podsOf(set);
    const reached = pods?.matchesNamespace(name, after);
    if (pods && reached === pods.matchesNamespace(name, before)) return [];
    const moved: number[] = [];
    for (const index of members) {
      const value = pods ? reached === true && this.#isSelected(pods, index) : this.#matches(set, index);
      if (hasBit(set.bits, index) === value) continue;
      writeBit(set.bits, index, value);
      moved.push(index);
    }
    return moved;
  }

  /** The set's selector, where labels of pods and of namespaces are all that it asks for. */
  #podsOf({ selector }: PeerSet): PodSelector | undefined {
    return selector?.pods && !this.#context.hasSets ? (selector as PodSelector) : undefined;
  }

  #isSelected({ pods }: PodSelector, index: number): boolean {
    const { labels } = this.#context;
    return labels.answersOf(pods)[labels.classOf[index] ?? -1] === true;
  }

  #matches(set: PeerSet, index: number): boolean {
    const side = this.#context.slots.sideOf(index);
    return side !== undefined && set.matches(side);
  }

  #make(parts: Omit<PeerSet, 'bits' | 'users'>): PeerSet {
    const set: PeerSet = { ...parts, bits: noBits(), users: 1 };
    const { namespace } = set;
    this.#sets.set(set.key, set);
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
      const side = slots.sideOf(index);
      if (side && set.matches(side)) this.#collector.add(index);
    };
    if (set.selector?.pods && !hasSets) this.#fillFromLabels(set.selector, set.selector.pods);
    else if (set.namespace !== undefined) slots.inNamespace(set.namespace).forEach(ask);
    else slots.forEachLive(ask);
    set.bits = this.#collector.take();
  }

  /** By classes of labels: which of a namespace's slots are in? */
  #fillFromLabels(selector: EndpointSelector, pods: CompiledSelector): void {
    const { slots, labels, labelsOf } = this.#context;
    const answers = labels.answersOf(pods);
    const { classOf } = labels;
    const take = (index: number): void => {
      if (answers[classOf[index] ?? -1]) this.#collector.add(index);
    };
    if (selector.namespace !== undefined) slots.inNamespace(selector.namespace).forEach(take);
    else {
      for (const name of this.#candidates(selector)) {
        if (selector.matchesNamespace(name, labelsOf(name))) slots.inNamespace(name).forEach(take);
      }
    }
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
    const held = this.#segments?.hold(nets, notNets);
    if (held) {
      set.bits = held;
      return;
    }
    for (const { first, last } of nets) {
      slots.forEachAddress(first, last, (index, address) => {
        if (!holds(notNets, address)) this.#collector.add(index);
      });
    }
    set.bits = this.#collector.take();
  }
}

function holds(nets: readonly Net[], address: number): boolean {
  for (const { first, last } of nets) if (address >= first && address <= last) return true;
  return false;
}

function entityKey({ nets, notNets, selector, notSelector }: EntityMatch): string {
  if (selector && !nets && !notNets && !notSelector) return selector.key;
  const keys = (list: readonly Net[] | undefined): string => (list ? `[${list.map(({ key }) => key).join()}]` : '-');
  return `${keys(nets)}${keys(notNets)}${selector?.key ?? '-'} ${notSelector?.key ?? '-'}`;
}
