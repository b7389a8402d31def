/** ResourceQuotas: what of the hard limits is used, counted anew after every change in the namespace (pkg/quota/v1). */

import type { Pod, ResourceQuota } from '../../../kube/objects.ts';
import { quantityToNumber } from '../../../kube/quantity.ts';
import { sameJson } from '../api/machinery/core.ts';
import { workQueue } from '../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from './context.ts';

/** Names without a group that count objects. */
const countedKinds: Readonly<Record<string, string>> = {
  configmaps: 'configmaps',
  persistentvolumeclaims: 'persistentvolumeclaims',
  replicationcontrollers: 'replicationcontrollers',
  resourcequotas: 'resourcequotas',
  secrets: 'secrets',
  services: 'services',
};

export function startQuotaController(context: ControllerContext): Controller {
  const { stores, clock, machinery } = context;
  const queue = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const quota = stores.quotas.find(namespace, name);
    if (quota) reconcile(context, quota);
  });
  const counted = new Set(['pods', ...Object.values(countedKinds)]);
  const stops = [
    machinery.subscribe(undefined, ({ object }, resource) => {
      const { namespace } = object.metadata;
      if (!namespace || resource === 'events' || !(counted.has(resource) || resource.includes('.'))) return;
      for (const quota of stores.quotas.list(namespace)) queue.add(keyOf(quota));
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function reconcile(context: ControllerContext, quota: ResourceQuota): void {
  const { stores, machinery } = context;
  const hard = quota.spec?.hard ?? {};
  const { namespace } = quota.metadata;
  const pods = stores.pods
    .list(namespace)
    .filter((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed');
  const used: Record<string, string> = {};
  for (const name of Object.keys(hard)) {
    const resource = name.startsWith('count/') ? name.slice('count/'.length) : countedKinds[name];
    if (name === 'pods' || name === 'count/pods') used[name] = String(pods.length);
    else if (name.startsWith('services.')) used[name] = String(servicesOfType(context, namespace, name));
    else if (resource && machinery.types().some(({ id }) => id === resource))
      used[name] = String(machinery.list(resource, namespace).length);
    else used[name] = computeUse(pods, name);
  }
  const status = { hard, used };
  if (!sameJson(status, quota.status)) stores.quotas.updateStatus({ ...quota, status });
}

function servicesOfType({ stores }: ControllerContext, namespace: string | undefined, name: string): number {
  const type = name === 'services.nodeports' ? 'NodePort' : 'LoadBalancer';
  return stores.services
    .list(namespace)
    .filter(({ spec }) => spec?.type === type || (type === 'NodePort' && spec?.type === 'LoadBalancer')).length;
}

/** `requests.cpu`, `limits.memory`, `cpu`: sums over containers, printed in the smallest unit that fits. */
function computeUse(pods: readonly Pod[], name: string): string {
  const limits = name.startsWith('limits.');
  const resource = name.replace(/^(requests|limits)\./, '');
  const total = pods
    .flatMap((pod) => pod.spec?.containers ?? [])
    .map(({ resources }) => (limits ? resources?.limits : resources?.requests)?.[resource])
    .reduce((sum, value) => sum + (value === undefined ? 0 : quantityToNumber(value)), 0);
  if (total === 0) return '0';
  if (resource === 'cpu') return Number.isInteger(total) ? String(total) : `${Math.round(total * 1000)}m`;
  const units = ['Gi', 'Mi', 'Ki'] as const;
  const sizes = { Gi: 2 ** 30, Mi: 2 ** 20, Ki: 2 ** 10 };
  const unit = units.find((candidate) => total % sizes[candidate] === 0);
  return unit ? `${total / sizes[unit]}${unit}` : String(total);
}
