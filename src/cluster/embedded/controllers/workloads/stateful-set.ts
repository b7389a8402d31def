/** StatefulSets: numbered pods that keep their names, one after the other (pkg/controller/statefulset/stateful_set_control.go). */

import type { Pod, StatefulSet } from '../../../../kube/objects.ts';
import { sameJson } from '../../api/machinery/core.ts';
import { StatusError } from '../../api/machinery.ts';
import { workQueue } from '../../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from '../context.ts';
import { controllerOf, isAvailable, isReady } from '../pod-facts.ts';
import { claimPods } from '../replicas/claim.ts';
import { hashOf, type Revisions, revisionLabel, revisionsOf, trimRevisions } from './revisions.ts';
import { claimsFor, memberPod, ordinalOf } from './stateful-member.ts';

export function startStatefulSetController(context: ControllerContext): Controller {
  const { stores, clock } = context;
  const queue = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const set = stores.statefulSets.find(namespace, name);
    if (set) reconcile(context, set, (delayMs) => queue.addAfter(key, delayMs));
  });
  const stops = [
    stores.statefulSets.watch(({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    stores.pods.watch(({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'StatefulSet') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function reconcile(context: ControllerContext, set: StatefulSet, again: (delayMs: number) => void): void {
  const owner = { ...set, apiVersion: 'apps/v1', kind: 'StatefulSet' };
  const revisions = revisionsOf(context, owner, set.spec?.template);
  const pods = claimPods(context, owner, set.spec?.selector);
  try {
    if (!set.metadata.deletionTimestamp) act(context, set, pods, revisions);
  } finally {
    publish(context, set, revisions, again);
  }
}

/** What the partition protects stays at the revision that the set has rolled out before. */
function revisionFor(set: StatefulSet, ordinal: number, revisions: Revisions): string {
  const wanted = hashOf(revisions.current);
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  const before = revisions.all.find((revision) => revision.metadata.name === set.status?.currentRevision);
  return ordinal < partition && before ? hashOf(before) : wanted;
}

function act(context: ControllerContext, set: StatefulSet, pods: readonly Pod[], revisions: Revisions): void {
  const { replicas = 1, podManagementPolicy, ordinals } = set.spec ?? {};
  const parallel = podManagementPolicy === 'Parallel';
  const first = ordinals?.start ?? 0;
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  for (let ordinal = first; ordinal < first + replicas; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (
      pod &&
      (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') &&
      !pod.metadata.deletionTimestamp
    ) {
      remove(context, set, pod);
      if (!parallel) return;
    } else if (!pod) {
      create(context, set, ordinal, revisionFor(set, ordinal, revisions));
      if (!parallel) return;
    } else if (!parallel && (!isReady(pod) || pod.metadata.deletionTimestamp)) return;
  }
  const surplus = pods.filter((pod) => ordinalOf(pod) >= first + replicas || ordinalOf(pod) < first);
  for (const pod of [...surplus].sort((a, b) => ordinalOf(b) - ordinalOf(a))) {
    if (!pod.metadata.deletionTimestamp) remove(context, set, pod);
    if (!parallel) return;
  }
  if (set.spec?.updateStrategy?.type !== 'OnDelete') roll(context, set, pods, revisions);
}

/** From the highest ordinal down, waiting for each to be ready. */
function roll(context: ControllerContext, set: StatefulSet, pods: readonly Pod[], revisions: Revisions): void {
  for (const pod of [...pods].sort((a, b) => ordinalOf(b) - ordinalOf(a))) {
    const wanted = revisionFor(set, ordinalOf(pod), revisions);
    if (pod.metadata.labels?.[revisionLabel] !== wanted && !pod.metadata.deletionTimestamp) {
      remove(context, set, pod);
      return;
    }
    if (!isReady(pod) || pod.metadata.deletionTimestamp) return;
  }
}

function create(context: ControllerContext, set: StatefulSet, ordinal: number, hash: string): void {
  const { stores, machinery } = context;
  const pod = memberPod(set, ordinal, hash);
  const { name = '', namespace } = pod.metadata;
  try {
    for (const claim of claimsFor(set, ordinal)) {
      const claimName = claim.metadata.name ?? '';
      if (machinery.find('persistentvolumeclaims', namespace, claimName)) continue;
      machinery.create('persistentvolumeclaims', namespace, claim, { fieldManager: 'kube-controller-manager' });
      tell(
        context,
        set,
        'Normal',
        'SuccessfulCreate',
        `create Claim ${claimName} Pod ${name} in StatefulSet ${set.metadata.name} success`,
      );
    }
    stores.pods.create(pod);
    tell(
      context,
      set,
      'Normal',
      'SuccessfulCreate',
      `create Pod ${name} in StatefulSet ${set.metadata.name} successful`,
    );
  } catch (error) {
    if (error instanceof StatusError) {
      tell(
        context,
        set,
        'Warning',
        'FailedCreate',
        `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${error.message}`,
      );
    }
    throw error;
  }
}

function remove(context: ControllerContext, set: StatefulSet, pod: Pod): void {
  const { namespace, name = '' } = pod.metadata;
  context.stores.pods.remove(namespace, name);
  tell(context, set, 'Normal', 'SuccessfulDelete', `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`);
}

function tell(
  { events }: ControllerContext,
  set: StatefulSet,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  const about = { ...set, apiVersion: 'apps/v1', kind: 'StatefulSet' };
  events.record({ component: 'statefulset-controller' }, { about, type, reason, message });
}

function publish(
  context: ControllerContext,
  set: StatefulSet,
  revisions: Revisions,
  again: (delayMs: number) => void,
): void {
  const { stores, clock } = context;
  const { namespace, name = '' } = set.metadata;
  const current = stores.statefulSets.find(namespace, name);
  if (!current) return;
  const { minReadySeconds = 0, replicas = 1 } = current.spec ?? {};
  const pods = stores.pods.list(namespace).filter((pod) => controllerOf(pod)?.uid === current.metadata.uid);
  const ready = pods.filter(isReady);
  const available = ready.filter((pod) => isAvailable(pod, minReadySeconds, clock.now()));
  const updateRevision = revisions.current.metadata.name ?? '';
  const updated = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === hashOf(revisions.current));
  const done = updated.length === replicas && ready.length === replicas && pods.length === replicas;
  const currentRevision = done || !current.status?.currentRevision ? updateRevision : current.status.currentRevision;
  const currentHash = revisions.all.find((revision) => revision.metadata.name === currentRevision);
  const inCurrent = pods.filter((pod) => currentHash && pod.metadata.labels?.[revisionLabel] === hashOf(currentHash));
  const status = {
    availableReplicas: available.length,
    collisionCount: 0,
    ...(inCurrent.length > 0 && { currentReplicas: inCurrent.length }),
    currentRevision,
    ...(current.metadata.generation !== undefined && { observedGeneration: current.metadata.generation }),
    ...(ready.length > 0 && { readyReplicas: ready.length }),
    replicas: pods.length,
    updateRevision,
    ...(updated.length > 0 && { updatedReplicas: updated.length }),
  };
  if (!sameJson(status, current.status)) stores.statefulSets.updateStatus({ ...current, status });
  if (available.length < ready.length) again(minReadySeconds * 1000);
  const inUse = new Set([
    currentRevision,
    updateRevision,
    ...pods.map((pod) => pod.metadata.labels?.[revisionLabel] ?? ''),
  ]);
  trimRevisions(context, revisions, current.spec?.revisionHistoryLimit ?? 10, inUse);
}
