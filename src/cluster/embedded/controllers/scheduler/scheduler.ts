/** Binds pods to nodes, and says why it cannot. A pod that found no place is tried again when nodes or pods change. */
import { type Pod, timestamp } from '../../../../kube/objects.ts';
import { workQueue } from '../../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from '../context.ts';
import { isActive } from '../pod-facts.ts';
import { type ClusterView, chooseNode } from './choose-node.ts';

export function startScheduler(context: ControllerContext): Controller {
  const { stores, clock } = context;
  const source = { component: 'default-scheduler' };
  /** Key → whether the end of another pod may help. */
  const unplaced = new Map<string, boolean>();

  const schedule = (key: string): void => {
    const { namespace, name } = splitKey(key);
    const pod = stores.pods.find(namespace, name);
    if (!pod || !isWaiting(pod)) {
      unplaced.delete(key);
      return;
    }
    const claim = claimProblem(context, pod);
    const choice = claim ? { message: claim, podsMatter: false } : chooseNode(pod, viewOf(context));
    const about = { ...pod, apiVersion: 'v1', kind: 'Pod' };
    if ('message' in choice) {
      unplaced.set(key, choice.podsMatter);
      refuse(context, pod, choice.message);
      context.events.record(source, { about, type: 'Warning', reason: 'FailedScheduling', message: choice.message });
      return;
    }
    unplaced.delete(key);
    const nodeName = choice.node.metadata.name ?? '';
    bind(context, pod, nodeName);
    const message = `Successfully assigned ${key} to ${nodeName}`;
    context.events.record(source, { about, type: 'Normal', reason: 'Scheduled', message });
  };

  const queue = workQueue(clock, schedule);
  const retryAll = (): void => {
    for (const key of unplaced.keys()) queue.add(key);
  };
  const retryCrowdedOut = (): void => {
    for (const [key, podsMatter] of unplaced) if (podsMatter) queue.add(key);
  };
  const stops = [
    stores.pods.watch(({ type, object, previous }) => {
      const freed = type === 'DELETED' || object.status?.phase === 'Succeeded' || object.status?.phase === 'Failed';
      const ungated = (previous?.spec?.schedulingGates ?? []).length > 0;
      if ((type === 'ADDED' || ungated) && isWaiting(object)) queue.add(keyOf(object));
      else if (freed && object.spec?.nodeName) retryCrowdedOut();
    }),
    stores.nodes.watch(({ type, object, previous }) => {
      if (type !== 'MODIFIED' || changesPlacement(object, previous)) retryAll();
    }),
    context.machinery.subscribe('persistentvolumeclaims', retryAll),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function isWaiting(pod: Pod): boolean {
  const { nodeName, schedulerName = 'default-scheduler', schedulingGates = [] } = pod.spec ?? {};
  return !nodeName && schedulerName === 'default-scheduler' && schedulingGates.length === 0 && isActive(pod);
}

/** Heartbeats change nothing for the scheduler. */
function changesPlacement(
  node: { metadata: { labels?: object }; spec?: object },
  previous: typeof node | undefined,
): boolean {
  const facts = ({ metadata, spec }: typeof node) => JSON.stringify([metadata.labels, spec]);
  return !previous || facts(node) !== facts(previous);
}

function viewOf({ stores }: ControllerContext): ClusterView {
  const nodes = stores.nodes.list();
  const byName = new Map(nodes.map((node) => [node.metadata.name, node]));
  const placed = stores.pods.list().flatMap((pod) => {
    const node = byName.get(pod.spec?.nodeName ?? '');
    return node && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed' ? [{ pod, node }] : [];
  });
  return { nodes, placed, namespaceLabels: (name) => stores.namespaces.find(undefined, name)?.metadata.labels ?? {} };
}

/** Volumes that nobody can provide here keep a pod pending. */
function claimProblem({ machinery, stores }: ControllerContext, pod: Pod): string | undefined {
  const { namespace } = pod.metadata;
  const count = stores.nodes.list().length;
  for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) {
    if (!persistentVolumeClaim) continue;
    const { claimName } = persistentVolumeClaim;
    const claim = machinery.find('persistentvolumeclaims', namespace, claimName);
    const head = `0/${count} nodes are available`;
    const tail = `no new claims to deallocate, preemption: ${head}: ${count} Preemption is not helpful for scheduling.`;
    if (!claim) return `${head}: persistentvolumeclaim "${claimName}" not found. ${tail}`;
    const { phase } = (claim['status'] ?? {}) as { phase?: string };
    if (phase !== 'Bound') return `${head}: pod has unbound immediate PersistentVolumeClaims. ${tail}`;
  }
  return undefined;
}

/** The bindings subresource: nodeName and the condition in one write. */
function bind({ stores, clock }: ControllerContext, pod: Pod, nodeName: string): void {
  const spec = { ...pod.spec, nodeName } as NonNullable<Pod['spec']>;
  const bound = stores.pods.update({ ...pod, spec }, 'binding');
  stores.pods.updateStatus({ ...bound, status: withScheduled(bound, 'True', clock.now()) });
}

function refuse({ stores, clock }: ControllerContext, pod: Pod, message: string): void {
  const status = withScheduled(pod, 'False', clock.now(), message);
  if (JSON.stringify(status) !== JSON.stringify(pod.status)) stores.pods.updateStatus({ ...pod, status });
}

function withScheduled(
  pod: Pod,
  status: 'True' | 'False',
  nowMs: number,
  message?: string,
): NonNullable<Pod['status']> {
  const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const condition = {
    lastProbeTime: null,
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : timestamp(nowMs),
    ...(message && { message }),
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    ...(message && { reason: 'Unschedulable' }),
    status,
    type: 'PodScheduled',
  };
  return { ...pod.status, conditions: [...others, condition] } as unknown as NonNullable<Pod['status']>;
}
