/** The phase of a pod, derived from its containers as the kubelet derives it (pkg/kubelet/kubelet_pods.go, getPhase). */
import type { Pod } from '../../../kube/objects.ts';
import { type ContainerRecord, isRestarted } from './container-record.ts';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** Nothing will run again: every container has ended for good, or a init container has failed for good. */
export function phaseOf(pod: Pod, records: readonly ContainerRecord[]): Phase {
  const init = records.filter((record) => record.role === 'init');
  const apps = records.filter((record) => record.role === 'app');
  const begun = apps.some((record) => record.created > 0);
  if (!begun) {
    if (init.some((record) => hasFailedForGood(pod, record))) return 'Failed';
    return 'Pending';
  }
  if (apps.some((record) => record.state.kind === 'waiting' && !record.last)) return 'Pending';
  if (apps.some((record) => record.state.kind === 'running')) return 'Running';
  if (apps.some((record) => isRestarted(pod, record, exitCodeOf(record)))) return 'Running';
  return apps.every((record) => exitCodeOf(record) === 0) ? 'Succeeded' : 'Failed';
}

export function isTerminal(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Every container has ended, whatever the restart policy says: the phase of a pod that was told to stop. */
export function phaseWhenStopped(records: readonly ContainerRecord[]): Phase {
  const apps = records.filter((record) => record.role === 'app');
  return apps.every((record) => exitCodeOf(record) === 0) ? 'Succeeded' : 'Failed';
}

function hasFailedForGood(pod: Pod, record: ContainerRecord): boolean {
  const { state } = record;
  return state.kind === 'terminated' && state.exitCode !== 0 && !isRestarted(pod, record, state.exitCode);
}

function exitCodeOf(record: ContainerRecord): number {
  if (record.state.kind === 'terminated') return record.state.exitCode;
  return record.last?.exitCode ?? 137;
}
