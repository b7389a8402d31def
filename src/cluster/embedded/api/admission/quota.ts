/** Is there room for one more? ResourceQuotas count objects and add up what pods request; what does not fit is refused. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { quantityToNumber } from '../../../../kube/quantity.ts';
import { child, type Draft as Fields, items } from '../defaults/draft.ts';
import type { Core, Draft } from '../machinery/core.ts';
import { forbidden } from '../machinery/status.ts';

/** Plain names of counted kinds; all others are `count/<resource>.<group>`. */
const plainNames: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'secrets',
  'configmaps',
  'replicationcontrollers',
  'resourcequotas',
  'persistentvolumeclaims',
]);

/** Throws 403. */
export function admitQuota(core: Core, draft: Draft): void {
  const { kind, namespace, object } = draft;
  if (!kind.namespaced || namespace === undefined || kind.id === 'events') return;
  for (const quota of core.store.list('resourcequotas', namespace)) {
    const hard = child(child(quota, 'spec') ?? {}, 'hard') ?? {};
    const requested = charge(draft.kind.id, object);
    const names = Object.keys(hard)
      .filter((name) => requested.has(name))
      .sort();
    if (names.length === 0) continue;
    const missing = names.filter((name) => requested.get(name) === undefined);
    const refuse = (why: string): Error => forbidden(kind, object.metadata.name ?? '', why);
    const { name: quotaName = '' } = quota.metadata;
    if (missing.length > 0) throw refuse(`failed quota: ${quotaName}: must specify ${unspecified(object, missing)}`);
    const used = totals(core, kind.id, namespace, names);
    const exceeded = names.filter((name) => (used.get(name) ?? 0) + amount(requested.get(name)) > amount(hard[name]));
    if (exceeded.length === 0) continue;
    const show = (value: (name: string) => unknown): string =>
      exceeded.map((name) => `${name}=${String(value(name))}`).join(',');
    throw refuse(
      `exceeded quota: ${quotaName}, requested: ${show((name) => requested.get(name))}, used: ${show((name) => print(used.get(name) ?? 0, name))}, limited: ${show((name) => hard[name])}`,
    );
  }
}

/** `cpu for: web,sidecar; memory for: web`: who does not say what the quota counts. */
function unspecified(pod: KubeObject, names: readonly string[]): string {
  const containers = items(child(pod, 'spec'), 'containers');
  return names
    .map((name) => {
      const [list, resource] = name.startsWith('limits.')
        ? ['limits', name.slice(7)]
        : ['requests', name.replace('requests.', '')];
      const silent = containers.filter(
        (container) => child(child(container, 'resources') ?? {}, list ?? '')?.[resource ?? ''] === undefined,
      );
      return `${name} for: ${silent
        .map((container) => String(container['name']))
        .sort()
        .join(',')}`;
    })
    .join('; ');
}

/** What one object uses up, by the quota's names; undefined where the quota insists that a pod says it. */
function charge(id: string, object: KubeObject): Map<string, unknown> {
  const result = new Map<string, unknown>([[`count/${id}`, 1]]);
  if (plainNames.has(id)) result.set(id, 1);
  if (id === 'pods') chargePod(result, child(object, 'spec') ?? {});
  if (id === 'services') {
    const type = child(object, 'spec')?.['type'];
    if (type === 'NodePort' || type === 'LoadBalancer')
      result.set('services.nodeports', items(child(object, 'spec'), 'ports').length);
    if (type === 'LoadBalancer') result.set('services.loadbalancers', 1);
  }
  return result;
}

function chargePod(result: Map<string, unknown>, spec: Fields): void {
  for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
    for (const list of ['requests', 'limits'] as const) {
      const values = items(spec, 'containers').map(
        (container) => child(child(container, 'resources') ?? {}, list)?.[resource],
      );
      const said = values.every((value) => value !== undefined);
      const sum = said
        ? print(
            values.reduce<number>((total, value) => total + amount(value), 0),
            resource,
          )
        : undefined;
      result.set(`${list}.${resource}`, sum);
      if (list === 'requests') result.set(resource, sum);
    }
  }
}

function totals(core: Core, id: string, namespace: string, names: readonly string[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const object of core.store.list(id, namespace)) {
    const phase = child(object, 'status')?.['phase'];
    if (id === 'pods' && (phase === 'Succeeded' || phase === 'Failed')) continue;
    const own = charge(id, object);
    for (const name of names) sums.set(name, (sums.get(name) ?? 0) + amount(own.get(name) ?? 0));
  }
  return sums;
}

function amount(value: unknown): number {
  return quantityToNumber(String(value ?? 0));
}

/** CPU in millicores where it is no whole number, memory in the largest binary unit that divides it. */
function print(value: number, name: string): string {
  if (name.endsWith('cpu')) return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;
  if (!name.endsWith('memory') && !name.endsWith('storage')) return String(value);
  for (const [unit, size] of [
    ['Gi', 2 ** 30],
    ['Mi', 2 ** 20],
    ['Ki', 2 ** 10],
  ] as const) {
    if (value > 0 && value % size === 0) return `${value / size}${unit}`;
  }
  return String(value);
}
