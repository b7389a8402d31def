/** What do a namespace's LimitRanges do to a pod? They fill in requests and limits, and refuse what is outside their bounds. */
import { canonicalQuantity, quantityToNumber } from '../../../../kube/quantity.ts';
import { child, ensure, type Draft as Fields, items } from '../defaults/draft.ts';
import type { Core, Draft } from '../machinery/core.ts';
import { forbidden } from '../machinery/status.ts';

const annotation = 'kubernetes.io/limit-ranger';

function limitsOf(core: Core, { namespace = '' }: Draft): Fields[] {
  return core.store.list('limitranges', namespace).flatMap((range) => items(child(range, 'spec'), 'limits'));
}

/** Changes the pod in place, and says in an annotation what it did. */
export function fillLimits(core: Core, draft: Draft): void {
  const spec = ensure(draft.object, 'spec');
  for (const limit of limitsOf(core, draft).filter(({ type }) => type === 'Container')) {
    const told = [
      ...items(spec, 'containers').flatMap((container) => fillContainer(container, limit, 'container')),
      ...items(spec, 'initContainers').flatMap((container) => fillContainer(container, limit, 'init container')),
    ];
    if (told.length === 0) continue;
    const text = `LimitRanger plugin set: ${told.join('; ')}`;
    draft.object.metadata.annotations = { ...draft.object.metadata.annotations, [annotation]: text };
  }
}

function fillContainer(container: Fields, limit: Fields, what: string): string[] {
  const resources = ensure(container, 'resources');
  const told: string[] = [];
  for (const [list, source, word] of [
    ['requests', 'defaultRequest', 'request'],
    ['limits', 'default', 'limit'],
  ] as const) {
    const own = child(resources, list) ?? {};
    const missing = Object.entries(child(limit, source) ?? {}).filter(([name]) => own[name] === undefined);
    if (missing.length === 0) continue;
    const all = Object.entries({ ...own, ...Object.fromEntries(missing) });
    resources[list] = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
    const names = missing.map(([name]) => name).sort();
    told.push(`${names.join(', ')} ${word} for ${what} ${String(container['name'])}`);
  }
  return told;
}

/** Throws 403. */
export function vetLimits(core: Core, draft: Draft): void {
  if (draft.kind.id !== 'pods') return;
  const spec = ensure(draft.object, 'spec');
  const containers = [...items(spec, 'containers'), ...items(spec, 'initContainers')];
  const problems = limitsOf(core, draft).flatMap((limit) => {
    if (limit['type'] === 'Container') {
      return containers.flatMap((container) => boundProblems(child(container, 'resources') ?? {}, limit));
    }
    return limit['type'] === 'Pod' ? boundProblems(sumOf(items(spec, 'containers')), limit) : [];
  });
  if (problems.length === 0) return;
  const text = problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;
  throw forbidden(draft.kind, draft.object.metadata.name ?? '', text);
}

/** What all containers ask for together; only what every one of them says counts. */
function sumOf(containers: readonly Fields[]): Fields {
  const sums = (list: string): Fields => {
    const values = containers.map((container) => child(child(container, 'resources') ?? {}, list) ?? {});
    const names = Object.keys(values[0] ?? {}).filter((name) => values.every((value) => value[name] !== undefined));
    const total = (name: string): string =>
      canonicalQuantity(`${Math.round(values.reduce((sum, value) => sum + amount(value[name]), 0) * 1000)}m`);
    return Object.fromEntries(names.map((name) => [name, total(name)]));
  };
  return { requests: sums('requests'), limits: sums('limits') };
}

function boundProblems(resources: Fields, limit: Fields): string[] {
  const per = String(limit['type']);
  const requests = child(resources, 'requests') ?? {};
  const limits = child(resources, 'limits') ?? {};
  const problems: string[] = [];
  for (const [name, min] of Object.entries(child(limit, 'min') ?? {})) {
    const floor = `minimum ${name} usage per ${per} is ${String(min)}`;
    if (requests[name] === undefined) problems.push(`${floor}.  No request is specified`);
    else if (amount(requests[name]) < amount(min)) problems.push(`${floor}, but request is ${String(requests[name])}`);
    else if (limits[name] !== undefined && amount(limits[name]) < amount(min))
      problems.push(`${floor}, but limit is ${String(limits[name])}`);
  }
  for (const [name, max] of Object.entries(child(limit, 'max') ?? {})) {
    const ceiling = `maximum ${name} usage per ${per} is ${String(max)}`;
    if (limits[name] === undefined) problems.push(`${ceiling}.  No limit is specified`);
    else if (amount(limits[name]) > amount(max)) problems.push(`${ceiling}, but limit is ${String(limits[name])}`);
    else if (requests[name] !== undefined && amount(requests[name]) > amount(max))
      problems.push(`${ceiling}, but request is ${String(requests[name])}`);
  }
  return [...problems, ...ratioProblems(requests, limits, limit, per)];
}

function ratioProblems(requests: Fields, limits: Fields, limit: Fields, per: string): string[] {
  return Object.entries(child(limit, 'maxLimitRequestRatio') ?? {}).flatMap(([name, ratio]) => {
    const most = `${name} max limit to request ratio per ${per} is ${String(ratio)}`;
    const request = requests[name] === undefined ? 0 : amount(requests[name]);
    const bound = limits[name] === undefined ? 0 : amount(limits[name]);
    if (request === 0) return [`${most}, but no request is specified or request is 0`];
    if (bound === 0) return [`${most}, but no limit is specified or limit is 0`];
    const given = bound / request;
    return given > amount(ratio) ? [`${most}, but provided ratio is ${given.toFixed(6)}`] : [];
  });
}

function amount(value: unknown): number {
  return quantityToNumber(String(value));
}
