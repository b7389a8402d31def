/** Kubernetes label selectors made ready to be asked many times; the meaning is that of kube/selectors.ts. */
import type { LabelSelector, LabelSelectorRequirement, Labels } from '../kube/objects.ts';
import { labelOf, matchesRequirement } from '../kube/selectors.ts';

export interface CompiledSelector {
  /** Canonical text: equal keys select equally. */
  readonly key: string;
  matches(labels: Labels): boolean;
}

export function compileLabelSelector(selector: LabelSelector): CompiledSelector {
  const pairs = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const requirements: readonly LabelSelectorRequirement[] = selector.matchExpressions ?? [];
  const key = JSON.stringify([pairs, requirements.map(({ key: k, operator, values }) => [k, operator, values ?? []])]);
  if (requirements.length === 0) return { key, matches: pairsTest(pairs) };
  const pairsMatch = pairsTest(pairs);
  const matches = (labels: Labels): boolean =>
    pairsMatch(labels) && requirements.every((requirement) => matchesRequirement(requirement, labels));
  return { key, matches };
}

function pairsTest(pairs: readonly (readonly [string, string])[]): (labels: Labels) => boolean {
  const [first, ...rest] = pairs;
  if (!first) return () => true;
  const [key, value] = first;
  if (rest.length === 0) return (labels) => labelOf(labels, key) === value;
  return (labels) => pairs.every(([k, v]) => labelOf(labels, k) === v);
}
