/**
 * Which policies apply to a pod in a direction, and in which order? Tiers by order then name, policies inside a tier by order
 * then "name/namespace/kind" (felix/calc/policy_sorter.go); a tier counts only where one of its policies selects the pod.
 */
import type { Decision, Direction, PolicyRef } from './model.ts';
import type { Endpoint, NormalPolicy, NormalTier } from './normal.ts';

export interface StackedTier {
  readonly tier: NormalTier;
  /** In the order of evaluation; never empty. */
  readonly policies: readonly NormalPolicy[];
  /** What decides when no rule of the tier does. */
  readonly endOfTier: Extract<Decision, { by: 'isolation' }>;
}

export type TierStack = readonly StackedTier[];

/** `policies` may be any superset of those that select the endpoint. A policy in a tier that does not exist is not enforced. */
export function stackTiers(
  endpoint: Endpoint,
  direction: Direction,
  policies: Iterable<NormalPolicy>,
  tiers: ReadonlyMap<string, NormalTier>,
): TierStack {
  const byTier = new Map<NormalTier, NormalPolicy[]>();
  for (const policy of policies) {
    const tier = tiers.get(policy.ref.tier);
    if (!tier || !policy.rules[direction] || !policy.subject.matches(endpoint)) continue;
    const list = byTier.get(tier);
    if (list) list.push(policy);
    else byTier.set(tier, [policy]);
  }
  return [...byTier]
    .sort(([a], [b]) => a.order - b.order || compareText(a.name, b.name) || 0)
    .map(([tier, members]) => {
      members.sort(comparePolicies);
      return { tier, policies: members, endOfTier: { by: 'isolation', policies: refsOf(members), tier: tier.name } };
    });
}

export function comparePolicies(a: NormalPolicy, b: NormalPolicy): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return compareText(a.tieBreak, b.tieBreak);
}

function refsOf(policies: readonly NormalPolicy[]): readonly PolicyRef[] {
  return policies.map(({ ref }) => ref).sort((a, b) => compareText(refText(a), refText(b)));
}

function refText({ kind, namespace = '', name }: PolicyRef): string {
  return `${kind}/${namespace}/${name}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
