/** Label selectors as people type them (`app=web,tier in (a,b),!old`), for objects that no server filters. */
import type { LabelSelectorRequirement, Labels } from '../../kube/objects.ts';
import { matchesRequirement } from '../../kube/selectors.ts';
import { KubectlError } from '../errors.ts';

export function matchesSelectorText(text: string, labels: Labels | undefined): boolean {
  return parseSelectorText(text).every((requirement) => matchesRequirement(requirement, labels));
}

export function parseSelectorText(text: string): LabelSelectorRequirement[] {
  if (text.trim() === '') return [];
  return split(text).map((part) => {
    const equality = /^([^=!\s]+)\s*(==|=|!=)\s*([^\s]*)$/.exec(part);
    if (equality) {
      const [, key = '', operator, value = ''] = equality;
      return { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] };
    }
    const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
    if (set) {
      const values = (set[3] ?? '').split(',').map((value) => value.trim());
      return { key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values };
    }
    if (/^![^\s=!]+$/.test(part)) return { key: part.slice(1), operator: 'DoesNotExist' };
    if (/^[^\s=!()]+$/.test(part)) return { key: part, operator: 'Exists' };
    throw new KubectlError(`unable to parse requirement: ${part}`);
  });
}

/** At commas outside of parentheses. */
function split(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
