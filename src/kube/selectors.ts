/**
 * Label selectors, as apimachinery decides them (pkg/labels/selector.go, `Requirement.Matches`): NotIn and DoesNotExist
 * also match an absent key. Lookups are own-property tests: a label may be called "constructor".
 */
import type { LabelSelector, LabelSelectorRequirement, Labels } from './objects.ts';

/** An empty selector matches everything, an absent one nothing (metav1.LabelSelectorAsSelector). */
export function matchesSelector(selector: LabelSelector | undefined | null, labels: Labels | undefined): boolean {
  if (!selector) return false;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (labelOf(labels, key) !== value) return false;
  }
  return (selector.matchExpressions ?? []).every((requirement) => matchesRequirement(requirement, labels));
}

/** A Service's or ReplicationController's selector: a plain map; absent or empty selects nothing. */
export function matchesMap(selector: Labels | undefined, labels: Labels | undefined): boolean {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labelOf(labels, key) === value);
}

/** The value of a label, undefined where the key is absent. An empty string is a value. */
export function labelOf(labels: Labels | undefined, key: string): string | undefined {
  return labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

export function matchesRequirement(requirement: LabelSelectorRequirement, labels: Labels | undefined): boolean {
  const value = labelOf(labels, requirement.key);
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** The text form, as kubectl and Table cells print it: sorted by key, `<none>` when empty. */
export function formatSelector(selector: LabelSelector | undefined): string {
  const terms: [string, string][] = Object.entries(selector?.matchLabels ?? {}).map(([k, v]) => [k, `${k}=${v}`]);
  for (const { key, operator, values = [] } of selector?.matchExpressions ?? []) {
    const list = [...values].sort().join(',');
    if (operator === 'In') terms.push([key, `${key} in (${list})`]);
    else if (operator === 'NotIn') terms.push([key, `${key} notin (${list})`]);
    else if (operator === 'Exists') terms.push([key, key]);
    else terms.push([key, `!${key}`]);
  }
  terms.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return terms.map(([, text]) => text).join(',') || '<none>';
}
