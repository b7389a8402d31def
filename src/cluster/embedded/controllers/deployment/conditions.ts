/** Available, Progressing and their words; the status that a Deployment shows (pkg/controller/deployment/progress.go, sync.go). */
import { type Deployment, type ReplicaSet, timestamp } from '../../../../kube/objects.ts';
import { actual, available, boundsOf, sum } from './rolling.ts';

export type Condition = NonNullable<NonNullable<Deployment['status']>['conditions']>[number];

export interface Sets {
  readonly newSet: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

/** Replaces the condition of the type: it moves to the end; the transition time stays when the status does. */
export function setCondition(
  conditions: readonly Condition[],
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  nowMs: number,
): Condition[] {
  const before = conditions.find((condition) => condition.type === type);
  if (before?.status === status && before.reason === reason && before.message === message) return [...conditions];
  const now = timestamp(nowMs);
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  const next = { lastTransitionTime, lastUpdateTime: now, message, reason, status, type };
  return [...conditions.filter((condition) => condition.type !== type), next];
}

export type Status = NonNullable<Deployment['status']> & { readonly conditions: Condition[] };

export function statusOf(
  deployment: Deployment,
  { newSet, old }: Sets,
  conditions: readonly Condition[],
  nowMs: number,
): Status {
  const all = newSet ? [...old, newSet] : old;
  const total = sum(all, actual);
  const availableReplicas = sum(all, available);
  const unavailable = Math.max(0, sum(all, (set) => set.spec?.replicas) - availableReplicas);
  const ready = sum(all, (set) => set.status?.readyReplicas);
  const updated = newSet ? actual(newSet) : 0;
  const terminating = sum(all, (set) => set.status?.terminatingReplicas);
  const enough = availableReplicas >= (deployment.spec?.replicas ?? 1) - boundsOf(deployment).unavailable;
  const withAvailable = enough
    ? setCondition(
        conditions,
        'Available',
        'True',
        'MinimumReplicasAvailable',
        'Deployment has minimum availability.',
        nowMs,
      )
    : setCondition(
        conditions,
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
        nowMs,
      );
  const { collisionCount } = deployment.status ?? {};
  return {
    ...(availableReplicas > 0 && { availableReplicas }),
    ...(collisionCount !== undefined && { collisionCount }),
    conditions: withFailure(withAvailable, all),
    ...(deployment.metadata.generation !== undefined && { observedGeneration: deployment.metadata.generation }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(total > 0 && { replicas: total }),
    terminatingReplicas: terminating,
    ...(unavailable > 0 && { unavailableReplicas: unavailable }),
    ...(updated > 0 && { updatedReplicas: updated }),
  };
}

/** What keeps a ReplicaSet from making pods is told here, too, as long as it lasts. */
function withFailure(conditions: readonly Condition[], sets: readonly ReplicaSet[]): Condition[] {
  const type = 'ReplicaFailure';
  const failure = sets.flatMap(({ status }) => status?.conditions ?? []).find((condition) => condition.type === type);
  const before = conditions.find((condition) => condition.type === type);
  if (failure && before?.status === failure.status && before.reason === failure.reason) return [...conditions];
  const others = conditions.filter((condition) => condition.type !== type);
  if (!failure) return others;
  const { lastTransitionTime, message, reason, status } = failure;
  return [
    ...others,
    { lastTransitionTime, lastUpdateTime: lastTransitionTime, message, reason, status, type } as Condition,
  ];
}

/** Where the rollout stands; `againMs` is when the progress deadline would pass. */
export function progress(
  deployment: Deployment,
  { newSet }: Sets,
  status: Status,
  nowMs: number,
): { conditions: Condition[]; againMs: number | undefined } {
  const { replicas = 1, progressDeadlineSeconds = 600, paused } = deployment.spec ?? {};
  const { conditions } = status;
  const current = conditions.find(({ type }) => type === 'Progressing');
  if (paused) return { conditions, againMs: undefined };
  const name = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const complete = isComplete(status, replicas);
  if (complete) {
    const message = `${name} has successfully progressed.`;
    return {
      conditions: setCondition(conditions, 'Progressing', 'True', 'NewReplicaSetAvailable', message, nowMs),
      againMs: undefined,
    };
  }
  if (isProgressing(deployment, status)) {
    const message = `${name} is progressing.`;
    const others = conditions.filter(({ type }) => type !== 'Progressing');
    const lastTransitionTime = current?.status === 'True' ? (current.lastTransitionTime ?? '') : timestamp(nowMs);
    const updated = {
      lastTransitionTime,
      lastUpdateTime: timestamp(nowMs),
      message,
      reason: 'ReplicaSetUpdated',
      status: 'True',
      type: 'Progressing',
    };
    return { conditions: [...others, updated], againMs: progressDeadlineSeconds * 1000 };
  }
  if (!current || current.reason === 'NewReplicaSetAvailable' || current.reason === 'ProgressDeadlineExceeded') {
    return { conditions, againMs: undefined };
  }
  const due = Date.parse(current.lastUpdateTime ?? '') + progressDeadlineSeconds * 1000;
  if (nowMs < due) return { conditions, againMs: due - nowMs };
  const message = `${name} has timed out progressing.`;
  return {
    conditions: setCondition(conditions, 'Progressing', 'False', 'ProgressDeadlineExceeded', message, nowMs),
    againMs: undefined,
  };
}

function isComplete(status: Status, replicas: number): boolean {
  const { updatedReplicas = 0, replicas: total = 0, availableReplicas = 0 } = status;
  return updatedReplicas === replicas && total === replicas && availableReplicas === replicas;
}

function isProgressing(deployment: Deployment, status: Status): boolean {
  const before = deployment.status ?? {};
  const now = status;
  const oldNow = (now.replicas ?? 0) - (now.updatedReplicas ?? 0);
  const oldBefore = (before.replicas ?? 0) - (before.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldNow < oldBefore ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}
