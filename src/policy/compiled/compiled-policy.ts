/** A policy that has got its set of pods and its place in the order; the peers of its rules become sets when first asked for. */
import type { Direction } from '../model.ts';
import type { Action, EntityMatch, NormalPolicy, NormalRule, NormalTier, TrafficMatch } from '../normal.ts';
import { comparePolicies } from '../tier-stack.ts';
import type { PeerSet, PeerSets } from './peer-sets.ts';

export interface CompiledRule {
  readonly policy: CompiledPolicy;
  readonly action: Action;
  readonly traffic: readonly TrafficMatch[] | undefined;
  /** Whether a part of `traffic` names ports. */
  readonly names: boolean;
  /** OR; undefined: everybody. */
  readonly peers: readonly EntityMatch[] | undefined;
  peerSets: readonly PeerSet[] | undefined;
  /** What the rule asks of the policed pod itself (Calico only); undefined: nothing. */
  readonly own: readonly EntityMatch[] | undefined;
  ownSets: readonly PeerSet[] | undefined;
}

export interface CompiledPolicy {
  /** Unique for each version of each policy. */
  readonly id: number;
  readonly normal: NormalPolicy;
  readonly tier: NormalTier;
  readonly subject: PeerSet;
  readonly Ingress: readonly CompiledRule[] | undefined;
  readonly Egress: readonly CompiledRule[] | undefined;
  /** Whether the rules of a direction ask something of the policed pod beyond being selected. */
  readonly personal: Readonly<Record<Direction, boolean>>;
  /** Only Allow rules, and nothing asked of the policed pod: rows are unions. */
  readonly simple: boolean;
}

export function compilePolicy(id: number, normal: NormalPolicy, tier: NormalTier, peers: PeerSets): CompiledPolicy {
  const personal = { Ingress: false, Egress: false };
  const policy = {
    id,
    normal,
    tier,
    subject: peers.forEntity({ selector: normal.subject }),
    Ingress: undefined as CompiledRule[] | undefined,
    Egress: undefined as CompiledRule[] | undefined,
    personal,
    simple: tier.defaultAction === 'Deny',
  };
  for (const direction of ['Ingress', 'Egress'] as const) {
    const rules = normal.rules[direction];
    if (!rules) continue;
    const compiled: CompiledRule[] = [];
    for (const rule of rules) if (rule.action !== 'Log') compiled.push(compileRule(policy, rule, direction));
    policy[direction] = compiled;
    for (const { own, names, action } of compiled) {
      // Named ports on the way in resolve on the policed pod itself.
      if (own || (names && direction === 'Ingress')) personal[direction] = true;
      if (own || names || action !== 'Allow') policy.simple = false;
    }
  }
  return policy;
}

function compileRule(policy: CompiledPolicy, rule: NormalRule, direction: Direction): CompiledRule {
  const { action, traffic, source, destination } = rule;
  return {
    policy,
    action,
    traffic,
    names: asksNames(traffic),
    peers: direction === 'Egress' ? destination : source,
    peerSets: undefined,
    own: direction === 'Egress' ? source : destination,
    ownSets: undefined,
  };
}

export function releasePolicy(policy: CompiledPolicy, peers: PeerSets): void {
  peers.release(policy.subject);
  for (const rules of [policy.Ingress, policy.Egress]) {
    for (const { peerSets, ownSets } of rules ?? []) {
      for (const set of peerSets ?? []) peers.release(set);
      for (const set of ownSets ?? []) peers.release(set);
    }
  }
}

/** Tiers by order and name, policies as in their tier. */
export function compareCompiled(a: CompiledPolicy, b: CompiledPolicy): number {
  if (a.tier === b.tier) return comparePolicies(a.normal, b.normal);
  if (a.tier.order !== b.tier.order) return a.tier.order < b.tier.order ? -1 : 1;
  return a.tier.name < b.tier.name ? -1 : 1;
}

function asksNames(traffic: readonly TrafficMatch[] | undefined): boolean {
  for (const { ports, notPorts } of traffic ?? []) {
    if ((ports && ports.names.length > 0) || (notPorts && notPorts.names.length > 0)) return true;
  }
  return false;
}
