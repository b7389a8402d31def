/**
 * The kubelets of all nodes in one: watches the pods that are bound to a node and keeps one worker for each. Streams into
 * containers end here, too.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { Node, Pod } from '../../../kube/objects.ts';
import type { Machinery } from '../api/machinery.ts';
import type { EventRecorder } from '../event-recorder.ts';
import type { ContainerRuntime, PodStreams } from '../runtime.ts';
import { stores } from '../stores.ts';
import { adoptPod } from './adopt-pod.ts';
import { isTerminal } from './phase.ts';
import { type KubeletContext, newPodState, type PodState, tell } from './pod-state.ts';
import { releaseSandbox, stopContainers } from './stop-pod.ts';
import { podStreams } from './streams/pod-streams.ts';
import { wake } from './sync-pod.ts';

export interface KubeletOptions {
  readonly machinery: Machinery;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventRecorder;
  /** Calico's CNI plugin annotates pods with their addresses. */
  readonly annotatesPods: boolean;
  readonly serviceAccountToken: (pod: Pod, expirationSeconds: number) => string;
}

export interface Kubelet {
  readonly streams: PodStreams;
  /**
   * While set, new pods are taken over as if they had been running since then: sandbox, containers and status at once,
   * without events. For what a fresh cluster holds already.
   */
  adoptSince: number | undefined;
  /** Stops watching and ends every container. */
  close(): void;
}

export function createKubelet(options: KubeletOptions): Kubelet {
  const { machinery } = options;
  const workers = new Map<string, PodState>();
  const context: KubeletContext = {
    ...options,
    stores: stores(machinery, 'kubelet'),
    wake: (state) => wake(context, state),
  };

  const observe = (pod: Pod): void => {
    const { uid = '', deletionTimestamp } = pod.metadata;
    if (!pod.spec?.nodeName) return;
    let state = workers.get(uid);
    if (!state) {
      const node = nodeOf(context, pod.spec.nodeName);
      if (!node || isTerminal(pod.status?.phase)) return;
      state = newPodState(pod, node, kubelet.adoptSince ?? context.clock.now());
      workers.set(uid, state);
      if (kubelet.adoptSince !== undefined) {
        const adopted = state;
        queueMicrotask(() => adoptPod(context, adopted));
        return;
      }
      watchDeadline(context, state);
    }
    const relevant = needsWork(state, pod);
    state.pod = pod;
    if (deletionTimestamp) state.stopping.abort();
    if (relevant) wake(context, state);
  };

  const forget = (pod: Pod): void => {
    const state = workers.get(pod.metadata.uid ?? '');
    if (!state) return;
    workers.delete(state.uid);
    state.gone = true;
    state.stopping.abort();
    queueMicrotask(() => void end(context, state));
  };

  const stop = context.stores.pods.watch(({ type, object }) => {
    if (type === 'DELETED') forget(object);
    else observe(object);
  });

  const kubelet: Kubelet = {
    streams: podStreams(context, (uid) => workers.get(uid)),
    adoptSince: undefined,
    close() {
      stop();
      for (const state of workers.values()) abandon(state);
      workers.clear();
    },
  };
  return kubelet;
}

/** Status updates of our own, labels and annotations need no look at the pod. */
function needsWork(state: PodState, pod: Pod): boolean {
  if (state.written === '') return true;
  if (pod.metadata.deletionTimestamp && !state.pod.metadata.deletionTimestamp) return true;
  return pod.metadata.generation !== state.pod.metadata.generation;
}

function nodeOf(context: KubeletContext, name: string): PodState['node'] | undefined {
  const node: Node | undefined = context.stores.nodes.find(undefined, name);
  if (!node) return undefined;
  const { addresses = [], allocatable = {} } = node.status ?? {};
  const ip = addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
  return { name, ip, allocatable: { cpu: allocatable['cpu'] ?? '0', memory: allocatable['memory'] ?? '0' } };
}

function watchDeadline(context: KubeletContext, state: PodState): void {
  const seconds = state.pod.spec?.activeDeadlineSeconds;
  if (seconds === undefined) return;
  state.deadline = context.clock.after(seconds * 1000, () => {
    const message = 'Pod was active on the node longer than the specified deadline';
    tell(context, state, undefined, 'Normal', 'DeadlineExceeded', message);
    state.verdict = { phase: 'Failed', reason: 'DeadlineExceeded', message };
    state.stopping.abort();
    context.wake(state);
  });
}

/** The object is gone from the API: what still runs ends without grace. */
async function end(context: KubeletContext, state: PodState): Promise<void> {
  await stopContainers(context, state, state.records);
  releaseSandbox(context, state);
}

function abandon(state: PodState): void {
  state.gone = true;
  state.finished = true;
  state.retry?.timer.cancel();
  state.deadline?.cancel();
  for (const stopProbe of state.probes.values()) stopProbe();
  for (const record of state.records) record.instance?.running.kill('SIGKILL');
  state.sandbox?.remove();
  state.sandbox = undefined;
  state.stopping.abort();
}
