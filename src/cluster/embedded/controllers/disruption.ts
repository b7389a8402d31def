/** PodDisruptionBudgets: how many pods are healthy, and how many may be evicted now (pkg/controller/disruption). */

import { type Pod, type PodDisruptionBudget, timestamp } from '../../../kube/objects.ts';
import { matchesSelector } from '../../../kube/selectors.ts';
import { sameJson } from '../api/machinery/core.ts';
import { workQueue } from '../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from './context.ts';
import { controllerOf, isActive, isReady } from './pod-facts.ts';

export function startDisruptionController(context: ControllerContext): Controller {
  const { stores, clock } = context;
  const queue = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const budget = stores.disruptionBudgets.find(namespace, name);
    if (budget) reconcile(context, budget);
  });
  const stops = [
    stores.disruptionBudgets.watch(({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    stores.pods.watch(({ object }) => {
      for (const budget of stores.disruptionBudgets.list(object.metadata.namespace)) {
        if (matchesSelector(budget.spec?.selector, object.metadata.labels)) queue.add(keyOf(budget));
      }
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function reconcile(context: ControllerContext, budget: PodDisruptionBudget): void {
  const { stores, clock } = context;
  const { minAvailable, maxUnavailable, selector } = budget.spec ?? {};
  const pods = stores.pods
    .list(budget.metadata.namespace)
    .filter((pod) => isActive(pod) && matchesSelector(selector, pod.metadata.labels));
  if (pods.length === 0) {
    const about = { ...budget, apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' };
    const event = { about, type: 'Normal', reason: 'NoPods', message: 'No matching pods found' } as const;
    context.events.record({ component: 'controllermanager' }, event);
  }
  const healthy = pods.filter(isReady).length;
  const expected =
    minAvailable === undefined || typeof minAvailable === 'string' ? expectedPods(context, pods) : pods.length;
  const desired =
    maxUnavailable !== undefined
      ? Math.max(0, expected - part(maxUnavailable, expected))
      : part(minAvailable ?? 1, expected);
  const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
  const type = 'DisruptionAllowed';
  const before = budget.status?.conditions?.find((condition) => condition.type === type);
  const [status, reason] = allowed > 0 ? ['True', 'SufficientPods'] : ['False', 'InsufficientPods'];
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : timestamp(clock.now());
  const observedGeneration = budget.metadata.generation ?? 1;
  const next = {
    conditions: [{ lastTransitionTime, message: '', observedGeneration, reason, status, type }],
    currentHealthy: healthy,
    desiredHealthy: desired,
    disruptionsAllowed: allowed,
    expectedPods: expected,
    observedGeneration,
  };
  if (sameJson(next, budget.status)) return;
  stores.disruptionBudgets.updateStatus({ ...budget, status: next } as unknown as PodDisruptionBudget);
}

function part(value: unknown, total: number): number {
  if (typeof value === 'number') return value;
  return Math.ceil((Number.parseInt(String(value), 10) * total) / 100);
}

/** What the pods' controllers want, each counted once. */
function expectedPods({ stores }: ControllerContext, pods: readonly Pod[]): number {
  const seen = new Set<string>();
  let total = 0;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) {
      total++;
      continue;
    }
    if (seen.has(owner.uid)) continue;
    seen.add(owner.uid);
    const { namespace } = pod.metadata;
    const size =
      owner.kind === 'ReplicaSet'
        ? stores.replicaSets.find(namespace, owner.name)?.spec?.replicas
        : owner.kind === 'StatefulSet'
          ? stores.statefulSets.find(namespace, owner.name)?.spec?.replicas
          : undefined;
    total += size ?? pods.filter((other) => controllerOf(other)?.uid === owner.uid).length;
  }
  return total;
}
