/** What do a namespace's LimitRanges do to a pod? They fill in requests and limits, and refuse what is outside their bounds. */
import { quantityToNumber } from '../../../../kube/quantity.ts';
import { child, ensure, type Draft as Fields, items } from '../defaults/draft.ts';
import type { Core, Draft } from '../machinery/core.ts';
import { forbidden } from '../machinery/status.ts';

/** Changes the pod in place. Throws 403. */
export function admitLimitRanges(core: Core, draft: Draft): void {
  const { object, namespace = '' } = draft;
  const problems: string[] = [];
  for (const range of core.store.list('limitranges', namespace)) {
    for (const limit of items(child(range, 'spec'), 'limits')) {
      if (limit['type'] !== 'Container') continue;
      const spec = ensure(object, 'spec');
      for (const container of [...items(spec, 'initContainers'), ...items(spec, 'containers')]) {
        fillDefaults(container, limit);
        problems.push(...boundProblems(container, limit));
      }
    }
  }
  if (problems.length === 0) return;
  const text = problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;
  throw forbidden(draft.kind, object.metadata.name ?? '', text);
}

function fillDefaults(container: Fields, limit: Fields): void {
  const resources = ensure(container, 'resources');
  for (const [list, source] of [
    ['limits', 'default'],
    ['requests', 'defaultRequest'],
  ] as const) {
    const values = child(limit, source);
    if (!values) continue;
    const own = child(resources, list) ?? {};
    resources[list] = Object.fromEntries(
      Object.entries({ ...structuredClone(values), ...own }).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
}

function boundProblems(container: Fields, limit: Fields): string[] {
  const resources = child(container, 'resources') ?? {};
  const requests = child(resources, 'requests') ?? {};
  const limits = child(resources, 'limits') ?? {};
  const problems: string[] = [];
  for (const [name, min] of Object.entries(child(limit, 'min') ?? {})) {
    const have = requests[name];
    if (have === undefined)
      problems.push(`minimum ${name} usage per Container is ${String(min)}.  No request is specified`);
    else if (amount(have) < amount(min))
      problems.push(`minimum ${name} usage per Container is ${String(min)}, but request is ${String(have)}`);
  }
  for (const [name, max] of Object.entries(child(limit, 'max') ?? {})) {
    const have = limits[name];
    if (have === undefined)
      problems.push(`maximum ${name} usage per Container is ${String(max)}.  No limit is specified`);
    else if (amount(have) > amount(max))
      problems.push(`maximum ${name} usage per Container is ${String(max)}, but limit is ${String(have)}`);
  }
  return problems;
}

function amount(value: unknown): number {
  return quantityToNumber(String(value));
}
