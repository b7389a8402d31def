/**
 * Keeps as many pods as asked for: ReplicaSets and, by the same rules, ReplicationControllers
 * (pkg/controller/replicaset/replica_set.go).
 */

import type { LabelSelector, ObjectMeta, Pod, PodTemplateSpec } from '../../../../kube/objects.ts';
import { timestamp } from '../../../../kube/objects.ts';
import { matchesSelector } from '../../../../kube/selectors.ts';
import { sameJson } from '../../api/machinery/core.ts';
import { StatusError } from '../../api/machinery.ts';
import type { Store } from '../../stores.ts';
import { workQueue } from '../../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from '../context.ts';
import { controllerOf, isActive, isAvailable, isReady } from '../pod-facts.ts';
import { claimPods, type Owner } from './claim.ts';
import { podFromTemplate } from './pod-from-template.ts';
import { chooseVictims } from './victims.ts';

/** What the two kinds have in common. */
export interface ReplicaOwner {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly template?: PodTemplateSpec;
  };
  readonly status?: object;
}

export interface ReplicaKind<T extends ReplicaOwner> {
  readonly store: Store<T>;
  readonly apiVersion: string;
  readonly kind: string;
  readonly component: string;
  readonly selectorOf: (owner: T) => LabelSelector | undefined;
}

export function startReplicaManager<T extends ReplicaOwner>(
  context: ControllerContext,
  kind: ReplicaKind<T>,
): Controller {
  const { stores, clock } = context;
  const queue = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const owner = kind.store.find(namespace, name);
    if (owner) reconcile(context, kind, owner, (delayMs) => queue.addAfter(key, delayMs));
  });
  const onPod = (pod: Pod): void => {
    const controller = controllerOf(pod);
    const namespace = pod.metadata.namespace ?? '';
    if (controller?.kind === kind.kind) queue.add(`${namespace}/${controller.name}`);
    else if (!controller) {
      for (const owner of kind.store.list(namespace)) {
        if (matchesSelector(kind.selectorOf(owner), pod.metadata.labels)) queue.add(keyOf(owner));
      }
    }
  };
  const stops = [
    kind.store.watch(({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    stores.pods.watch(({ object, previous }) => {
      onPod(object);
      if (previous && controllerOf(previous)?.uid !== controllerOf(object)?.uid) onPod(previous);
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Listed objects may come without their type. */
function asOwner<T extends ReplicaOwner>({ apiVersion, kind }: ReplicaKind<T>, owner: T): T & Owner {
  return { ...owner, apiVersion, kind };
}

function reconcile<T extends ReplicaOwner>(
  context: ControllerContext,
  kind: ReplicaKind<T>,
  owner: T,
  again: (delayMs: number) => void,
): void {
  const pods = claimPods(context, asOwner(kind, owner), kind.selectorOf(owner));
  const wanted = owner.spec?.replicas ?? 1;
  const active = pods.filter(isActive);
  let failure: StatusError | undefined;
  if (!owner.metadata.deletionTimestamp) {
    failure = active.length < wanted ? createPods(context, kind, owner, wanted - active.length) : undefined;
    if (active.length > wanted) deletePods(context, kind, owner, chooseVictims(active, active.length - wanted));
  }
  writeStatus(context, kind, owner, failure, again);
  if (failure) throw failure;
}

/** Returns the refusal that stopped it, if one did. */
function createPods<T extends ReplicaOwner>(
  context: ControllerContext,
  kind: ReplicaKind<T>,
  owner: T,
  count: number,
): StatusError | undefined {
  const record = recorderFor(context, kind, owner);
  for (let i = 0; i < count; i++) {
    try {
      const pod = context.stores.pods.create(podFromTemplate(asOwner(kind, owner), owner.spec?.template));
      record('Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      record('Warning', 'FailedCreate', `Error creating: ${error.message}`);
      return error;
    }
  }
  return undefined;
}

function deletePods<T extends ReplicaOwner>(
  context: ControllerContext,
  kind: ReplicaKind<T>,
  owner: T,
  victims: readonly Pod[],
): void {
  const record = recorderFor(context, kind, owner);
  for (const { metadata } of victims) {
    context.stores.pods.remove(metadata.namespace, metadata.name ?? '');
    record('Normal', 'SuccessfulDelete', `Deleted pod: ${metadata.name}`);
  }
}

function recorderFor<T extends ReplicaOwner>(context: ControllerContext, kind: ReplicaKind<T>, owner: T) {
  return (type: 'Normal' | 'Warning', reason: string, message: string): void => {
    context.events.record({ component: kind.component }, { about: asOwner(kind, owner), type, reason, message });
  };
}

function writeStatus<T extends ReplicaOwner>(
  context: ControllerContext,
  kind: ReplicaKind<T>,
  owner: T,
  failure: StatusError | undefined,
  again: (delayMs: number) => void,
): void {
  const { namespace, name = '' } = owner.metadata;
  const current = kind.store.find(namespace, name);
  if (!current) return;
  const now = context.clock.now();
  const { minReadySeconds = 0, template } = current.spec ?? {};
  const all = context.stores.pods.list(namespace).filter((pod) => controllerOf(pod)?.uid === current.metadata.uid);
  const pods = all.filter(isActive);
  const ready = pods.filter(isReady);
  const available = ready.filter((pod) => isAvailable(pod, minReadySeconds, now));
  const labels = Object.entries(template?.metadata?.labels ?? {});
  const labeled = pods.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value));
  const status = {
    ...(available.length > 0 && { availableReplicas: available.length }),
    ...(failure && { conditions: [failureCondition(current, failure, now)] }),
    ...(labeled.length > 0 && { fullyLabeledReplicas: labeled.length }),
    ...(current.metadata.generation !== undefined && { observedGeneration: current.metadata.generation }),
    ...(ready.length > 0 && { readyReplicas: ready.length }),
    replicas: pods.length,
    terminatingReplicas: all.filter((pod) => pod.metadata.deletionTimestamp).length,
  };
  if (!sameJson(status, current.status)) kind.store.updateStatus({ ...current, status });
  if (available.length < ready.length) again(minReadySeconds * 1000);
}

/** It stays as it began, although each new refusal names another pod: a new text would be news, and bring the next try at once. */
function failureCondition(owner: ReplicaOwner, failure: StatusError, nowMs: number): object {
  const { conditions = [] } = (owner.status ?? {}) as { conditions?: { type: string }[] };
  const before = conditions.find(({ type }) => type === 'ReplicaFailure');
  if (before) return before;
  return {
    lastTransitionTime: timestamp(nowMs),
    message: failure.message,
    reason: 'FailedCreate',
    status: 'True',
    type: 'ReplicaFailure',
  };
}
