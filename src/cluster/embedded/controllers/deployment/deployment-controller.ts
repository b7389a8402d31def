/** Deployments: makes the ReplicaSet of the current template and moves pods over to it as the strategy allows. */

import type { Deployment, ReplicaSet } from '../../../../kube/objects.ts';
import { sameJson } from '../../api/machinery/core.ts';
import { workQueue } from '../../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from '../context.ts';
import { controllerOf } from '../pod-facts.ts';
import { type Condition, progress, setCondition, statusOf } from './conditions.ts';
import { clearUp, ensureNewSet, findNewSet, resize, setsOf } from './replica-sets.ts';
import { actual, desired, newSetSize, oldSetSizes, proportionalSizes } from './rolling.ts';

export function startDeploymentController(context: ControllerContext): Controller {
  const { stores, clock } = context;
  const queue = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const deployment = stores.deployments.find(namespace, name);
    if (deployment) reconcile(context, deployment, (delayMs) => queue.addAfter(key, delayMs));
  });
  const stops = [
    stores.deployments.watch(({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    stores.replicaSets.watch(({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'Deployment') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
    stores.pods.watch(({ type, object }) => {
      // Recreate waits for the last old pod to be gone.
      if (type === 'DELETED') onPodGone(context, object.metadata, queue.add);
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function onPodGone(
  { stores }: ControllerContext,
  meta: { namespace?: string; ownerReferences?: ReplicaSet['metadata']['ownerReferences'] },
  add: (key: string) => void,
): void {
  const owner = controllerOf({ metadata: { ...(meta.ownerReferences && { ownerReferences: meta.ownerReferences }) } });
  if (owner?.kind !== 'ReplicaSet') return;
  const set = stores.replicaSets.find(meta.namespace, owner.name);
  const deployment = set && controllerOf(set);
  if (deployment?.kind === 'Deployment') add(`${meta.namespace}/${deployment.name}`);
}

function reconcile(context: ControllerContext, deployment: Deployment, again: (delayMs: number) => void): void {
  const sets = setsOf(context, deployment);
  if (deployment.metadata.deletionTimestamp) {
    publish(context, deployment, sets, deployment.status?.conditions ?? [], again);
    return;
  }
  const conditions = notePause(context, deployment);
  const withConditions = { ...deployment, status: { ...deployment.status, conditions } };
  if (deployment.spec?.paused || isScaling(deployment, sets)) {
    scaleInPlace(context, deployment, sets);
    publish(context, deployment, setsOf(context, deployment), conditions, again);
    return;
  }
  const rolled =
    deployment.spec?.strategy?.type === 'Recreate'
      ? recreate(context, withConditions, sets)
      : rollOver(context, withConditions, sets);
  publish(context, rolled.deployment, setsOf(context, deployment), rolled.conditions, again);
}

interface Rolled {
  readonly deployment: Deployment;
  readonly conditions: Condition[];
}

function rollOver(context: ControllerContext, deployment: Deployment, sets: readonly ReplicaSet[]): Rolled {
  const { newSet, conditions, deployment: saved } = ensureNewSet(context, deployment, sets, true);
  if (!newSet) return { deployment: saved, conditions };
  const old = sets.filter((set) => set.metadata.uid !== newSet.metadata.uid);
  const { replicas = 1 } = deployment.spec ?? {};
  const size = desired(newSet) > replicas ? replicas : newSetSize(deployment, newSet, [...old, newSet]);
  const resized = resize(context, saved, newSet, size);
  if (desired(newSet) === size) {
    for (const [set, oldSize] of oldSetSizes(deployment, resized, old)) {
      if (oldSize !== desired(set)) resize(context, saved, set, oldSize);
    }
  }
  return { deployment: saved, conditions };
}

function recreate(context: ControllerContext, deployment: Deployment, sets: readonly ReplicaSet[]): Rolled {
  const { stores } = context;
  const current = findNewSet(deployment, sets);
  const old = sets.filter((set) => set !== current);
  for (const set of old) if (desired(set) > 0) resize(context, deployment, set, 0);
  const uids = new Set(old.map((set) => set.metadata.uid));
  const lingering = stores.pods
    .list(deployment.metadata.namespace)
    .some(
      (pod) => uids.has(controllerOf(pod)?.uid) && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed',
    );
  if (lingering) return { deployment, conditions: deployment.status?.conditions ?? [] };
  const { newSet, conditions, deployment: saved } = ensureNewSet(context, deployment, sets, true);
  if (newSet) resize(context, saved, newSet, deployment.spec?.replicas ?? 1);
  return { deployment: saved, conditions };
}

/** The size was changed since the sets were last told. */
function isScaling(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  const wanted = String(deployment.spec?.replicas ?? 1);
  return sets.some((set) => {
    const told = set.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'];
    return desired(set) > 0 && told !== undefined && told !== wanted;
  });
}

function scaleInPlace(context: ControllerContext, deployment: Deployment, sets: readonly ReplicaSet[]): void {
  const { replicas = 1 } = deployment.spec ?? {};
  const active = sets.filter((set) => desired(set) > 0);
  const [only] = active.length === 0 ? sets.slice(-1) : active;
  if (active.length <= 1) {
    if (only) resize(context, deployment, only, replicas);
    return;
  }
  const newSet = findNewSet(deployment, sets);
  if (newSet && desired(newSet) === replicas && actual(newSet) === replicas) return;
  for (const [set, size] of proportionalSizes(deployment, active)) resize(context, deployment, set, size);
}

function notePause({ clock }: ControllerContext, deployment: Deployment): Condition[] {
  const conditions = deployment.status?.conditions ?? [];
  const current = conditions.find(({ type }) => type === 'Progressing');
  const paused = deployment.spec?.paused === true;
  if (current?.reason === 'ProgressDeadlineExceeded') return conditions;
  if (paused && current?.reason !== 'DeploymentPaused') {
    return setCondition(conditions, 'Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', clock.now());
  }
  if (!paused && current?.reason === 'DeploymentPaused') {
    return setCondition(
      conditions,
      'Progressing',
      'Unknown',
      'DeploymentResumed',
      'Deployment is resumed',
      clock.now(),
    );
  }
  return conditions;
}

function publish(
  context: ControllerContext,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  conditions: readonly Condition[],
  again: (delayMs: number) => void,
): void {
  const { stores, clock } = context;
  const { namespace, name = '' } = deployment.metadata;
  const current = stores.deployments.find(namespace, name);
  if (!current) return;
  const newSet = findNewSet(current, sets);
  const old = sets.filter((set) => set !== newSet);
  const draft = statusOf(current, { newSet, old }, conditions, clock.now());
  const { conditions: told, againMs } = progress(current, { newSet, old }, draft, clock.now());
  const status = { ...draft, conditions: told };
  if (!sameJson(status, current.status)) {
    stores.deployments.updateStatus({ ...current, status } as unknown as Deployment);
  }
  if (againMs !== undefined) again(againMs);
  const [latest] = told.filter(({ type }) => type === 'Progressing');
  if (latest?.reason === 'NewReplicaSetAvailable') clearUp(context, current, old);
}
