/** A policy with its peers turned into shared bit sets, and its place in the order of evaluation. */
import type { Direction, PolicyObject } from '../model.ts';
import type { Action, EntityMatch, NormalPolicy, NormalTier, TrafficMatch } from '../normal.ts';
import { comparePolicies } from '../tier-stack.ts';
import type { PeerSet, PeerSets } from './peer-sets.ts';

export interface CompiledRule {
  readonly action: Action;
  readonly traffic: readonly TrafficMatch[] | undefined;
  /** OR; undefined: everybody. */
  readonly peers: readonly PeerSet[] | undefined;
  /** What the rule asks of the policed pod itself (Calico only); undefined: nothing. */
  readonly own: readonly PeerSet[] | undefined;
}

export interface CompiledPolicy {
  /** Unique for each version of each policy. */
  readonly id: number;
  readonly normal: NormalPolicy;
  readonly object: PolicyObject;
  readonly tier: NormalTier;
  readonly subject: PeerSet;
  readonly rules: Readonly<Partial<Record<Direction, readonly CompiledRule[]>>>;
  /** Whether the rules of a direction ask something of the policed pod beyond being selected. */
  readonly personal: Readonly<Record<Direction, boolean>>;
}

export function compilePolicy(id: number, normal: NormalPolicy, tier: NormalTier, peers: PeerSets): CompiledPolicy {
  const subject = peers.forEntity({ selector: normal.subject });
  const share = (entities: readonly EntityMatch[] | undefined): readonly PeerSet[] | undefined =>
    entities?.map((entity) => peers.forEntity(entity));
  const compile = (direction: Direction): readonly CompiledRule[] =>
    (normal.rules[direction] ?? [])
      .filter(({ action }) => action !== 'Log')
      .map(({ action, traffic, source, destination }) => ({
        action,
        traffic,
        peers: share(direction === 'Egress' ? destination : source),
        own: share(direction === 'Egress' ? source : destination),
      }));
  const rules = {
    ...(normal.rules.Ingress && { Ingress: compile('Ingress') }),
    ...(normal.rules.Egress && { Egress: compile('Egress') }),
  };
  const personal = {
    Ingress: rules.Ingress?.some((rule) => rule.own !== undefined || asksNames(rule.traffic)) ?? false,
    Egress: rules.Egress?.some((rule) => rule.own !== undefined) ?? false,
  };
  return { id, normal, object: normal.object, tier, subject, rules, personal };
}

export function releasePolicy(policy: CompiledPolicy, peers: PeerSets): void {
  peers.release(policy.subject);
  for (const rules of Object.values(policy.rules)) {
    for (const { peers: others, own } of rules) {
      for (const set of [...(others ?? []), ...(own ?? [])]) peers.release(set);
    }
  }
}

/** Tiers by order and name, policies as in their tier. */
export function compareCompiled(a: CompiledPolicy, b: CompiledPolicy): number {
  if (a.tier === b.tier) return comparePolicies(a.normal, b.normal);
  if (a.tier.order !== b.tier.order) return a.tier.order < b.tier.order ? -1 : 1;
  return a.tier.name < b.tier.name ? -1 : 1;
}

/** Named ports on the way in resolve on the policed pod itself. */
function asksNames(traffic: readonly TrafficMatch[] | undefined): boolean {
  return (
    traffic?.some(({ ports, notPorts }) => (ports?.names.length ?? 0) > 0 || (notPorts?.names.length ?? 0) > 0) ?? false
  );
}
