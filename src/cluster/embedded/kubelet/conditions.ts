/** The conditions of a pod in the kubelet's words (pkg/kubelet/status/generate.go), in the order in which 1.36 lists them. */
import type { Pod, PodCondition } from '../../../kube/objects.ts';
import { timestamp } from '../../../kube/objects.ts';
import type { ContainerRecord } from './container-record.ts';
import type { Phase } from './phase.ts';

interface Draft {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

export function conditionsOf(
  pod: Pod,
  records: readonly ContainerRecord[],
  phase: Phase,
  sandboxReady: boolean,
  nowMs: number,
): PodCondition[] {
  const containers = containersReady(records, phase);
  const drafts: readonly Draft[] = [
    { type: 'PodReadyToStartContainers', status: sandboxReady ? 'True' : 'False' },
    initialized(records, phase),
    ready(pod, containers, phase),
    containers,
    { type: 'PodScheduled', status: 'True' },
  ];
  const own = drafts.map((draft) => keepTransition(pod, draft, nowMs));
  const types = new Set(drafts.map((draft) => draft.type));
  const foreign = (pod.status?.conditions ?? []).filter((condition) => !types.has(condition.type));
  return [...foreign, ...own];
}

/** The time of transition moves only when the status does. */
function keepTransition(pod: Pod, draft: Draft, nowMs: number): PodCondition {
  const before = pod.status?.conditions?.find((condition) => condition.type === draft.type);
  const same = before?.status === draft.status && before.lastTransitionTime;
  return {
    type: draft.type,
    status: draft.status,
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    lastProbeTime: null,
    lastTransitionTime: same || timestamp(nowMs),
    ...(draft.reason && { reason: draft.reason }),
    ...(draft.message && { message: draft.message }),
  } as unknown as PodCondition;
}

function initialized(records: readonly ContainerRecord[], phase: Phase): Draft {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const begun = records.some((record) => record.role === 'app' && record.created > 0);
  const incomplete = records.filter((record) => isIncompleteInit(record, begun)).map((record) => record.name);
  if (incomplete.length === 0) return { type, status: 'True' };
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotInitialized', message };
}

function isIncompleteInit(record: ContainerRecord, begun: boolean): boolean {
  if (record.role === 'sidecar') return !record.started && !begun;
  if (record.role !== 'init') return false;
  return !(record.state.kind === 'terminated' && record.state.exitCode === 0);
}

function containersReady(records: readonly ContainerRecord[], phase: Phase): Draft {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const counted = records.filter((record) => record.role === 'app' || record.role === 'sidecar');
  const unready = counted.filter((record) => !record.ready).map((record) => record.name);
  if (unready.length === 0) return { type, status: 'True' };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotReady', message };
}

function ready(pod: Pod, containers: Draft, phase: Phase): Draft {
  if (containers.status !== 'True' || phase !== 'Running') return { ...containers, type: 'Ready' };
  const problems: string[] = [];
  for (const { conditionType } of pod.spec?.readinessGates ?? []) {
    const gate = pod.status?.conditions?.find((condition) => condition.type === conditionType);
    if (!gate) problems.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True') {
      problems.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
    }
  }
  if (problems.length === 0) return { type: 'Ready', status: 'True' };
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') };
}
