/** What one pod worker knows, and what all of them share. Mutable on purpose: a worker is the only writer of its state. */
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { Pod } from '../../../kube/objects.ts';
import type { EventRecorder } from '../event-recorder.ts';
import type { ContainerRuntime, Sandbox } from '../runtime.ts';
import type { Stores } from '../stores.ts';
import { type ContainerRecord, type ContainerRole, fieldPathOf, newRecord } from './container-record.ts';
import type { Allocatable } from './downward.ts';
import type { PodFacts } from './pod-status.ts';
import type { MountedVolumes } from './volumes.ts';

export interface KubeletContext {
  readonly stores: Stores;
  /** The CNI plugin notes a pod's addresses in its annotations, as Calico's does. */
  readonly annotatesPods: boolean;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventRecorder;
  readonly serviceAccountToken: (pod: Pod, expirationSeconds: number) => string;
  /** Has the pod's worker look at it again, after this turn. */
  readonly wake: (state: PodState) => void;
}

export interface PodState {
  /** The newest version seen. */
  pod: Pod;
  readonly uid: string;
  readonly node: { readonly name: string; readonly ip: string; readonly allocatable: Allocatable };
  readonly records: ContainerRecord[];
  sandbox: Sandbox | undefined;
  /** Kept when the sandbox is gone. */
  ips: readonly string[];
  mounted: MountedVolumes | undefined;
  readonly startMs: number;
  mountRetryMs: number;
  mountingSinceMs: number;
  verdict: PodFacts['verdict'];
  /** Told to stop; waits end at once. */
  readonly stopping: AbortController;
  /** The sandbox is gone for good. */
  finished: boolean;
  /** The object is gone, or another worker has its name. */
  gone: boolean;
  busy: boolean;
  dirty: boolean;
  retry: { readonly due: number; readonly timer: Timer } | undefined;
  deadline: Timer | undefined;
  /** Ends the probes of a container, by record. */
  readonly probes: Map<ContainerRecord, () => void>;
  cniAnnotations: Readonly<Record<string, string>> | undefined;
  /** JSON of the status last written, to write only what changed. */
  written: string;
}

export function newPodState(pod: Pod, node: PodState['node'], nowMs: number): PodState {
  const state: PodState = {
    pod,
    uid: pod.metadata.uid ?? '',
    node,
    records: [],
    sandbox: undefined,
    ips: [],
    mounted: undefined,
    startMs: nowMs,
    mountRetryMs: 0,
    mountingSinceMs: nowMs,
    verdict: undefined,
    stopping: new AbortController(),
    finished: false,
    gone: false,
    busy: false,
    dirty: false,
    retry: undefined,
    deadline: undefined,
    probes: new Map(),
    cniAnnotations: undefined,
    written: '',
  };
  addRecords(state);
  return state;
}

/** Makes records for containers that have none: all of them at first, ephemeral ones later. */
export function addRecords(state: PodState): void {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = state.pod.spec ?? { containers: [] };
  const reason = initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const add = (name: string, role: ContainerRole, waiting: string): void => {
    if (state.records.some((record) => record.name === name)) return;
    state.records.push(newRecord(name, role, waiting));
  };
  for (const { name, restartPolicy } of initContainers)
    add(name, restartPolicy === 'Always' ? 'sidecar' : 'init', 'PodInitializing');
  for (const { name } of containers) add(name, 'app', reason);
  for (const { name } of ephemeralContainers) add(name, 'ephemeral', 'ContainerCreating');
}

/** An event about the pod, or about one of its containers. */
export function tell(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord | undefined,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  context.events.record(
    { component: 'kubelet', host: state.node.name },
    {
      about: { ...state.pod, apiVersion: 'v1', kind: 'Pod' },
      ...(record && { fieldPath: fieldPathOf(record) }),
      type,
      reason,
      message,
    },
  );
}

/** `web_shop(uid)`: how the kubelet names a pod in its messages. */
export function fullName(state: PodState): string {
  const { name = '', namespace = '' } = state.pod.metadata;
  return `${name}_${namespace}(${state.uid})`;
}

/** Wakes the worker later; of several pending times the earliest counts. */
export function retryAfter(context: KubeletContext, state: PodState, delayMs: number): void {
  const due = context.clock.now() + delayMs;
  if (state.retry && state.retry.due <= due) return;
  state.retry?.timer.cancel();
  const timer = context.clock.after(delayMs, () => {
    state.retry = undefined;
    context.wake(state);
  });
  state.retry = { due, timer };
}
