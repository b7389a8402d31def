/** Kubernetes label selectors made ready to be asked many times; the meaning is that of kube/selectors.ts. */
import type { LabelSelector, LabelSelectorRequirement, Labels } from '../kube/objects.ts';
import { labelOf, matchesRequirement } from '../kube/selectors.ts';

export interface CompiledSelector {
  /** Canonical text: equal keys select equally. */
  readonly key: string;
  /** The labels that it looks at. */
  readonly labels: readonly string[];
  matches(labels: Labels): boolean;
}

const everything: CompiledSelector = { key: '', labels: [], matches: () => true };

export function compileLabelSelector({ matchLabels, matchExpressions }: LabelSelector): CompiledSelector {
  const keys = matchLabels ? Object.keys(matchLabels) : [];
  const requirements: readonly LabelSelectorRequirement[] = matchExpressions ?? [];
  const [key] = keys;
  if (requirements.length > 0 || keys.length > 1) return compileSeveral(matchLabels ?? {}, keys.sort(), requirements);
  if (key === undefined || !matchLabels) return everything;
  const value = matchLabels[key];
  // Label keys and values hold none of the characters that separate here.
  return { key: `${key}=${value}`, labels: keys, matches: (labels) => labelOf(labels, key) === value };
}

function compileSeveral(
  pairs: Labels,
  keys: readonly string[],
  requirements: readonly LabelSelectorRequirement[],
): CompiledSelector {
  const parts = requirements.map(({ key, operator, values }) => `${key} ${operator} (${(values ?? []).join()})`);
  return {
    key: [...keys.map((key) => `${key}=${pairs[key]}`), ...parts].join('&'),
    labels: [...keys, ...requirements.map(({ key }) => key)],
    matches: (labels) =>
      keys.every((key) => labelOf(labels, key) === pairs[key]) &&
      requirements.every((requirement) => matchesRequirement(requirement, labels)),
  };
}
