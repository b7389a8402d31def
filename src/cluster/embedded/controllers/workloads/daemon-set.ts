/** DaemonSets: one pod on every node that will have it (pkg/controller/daemon/daemon_controller.go). */

import type { DaemonSet, Node, Pod } from '../../../../kube/objects.ts';
import { sameJson } from '../../api/machinery/core.ts';
import { StatusError } from '../../api/machinery.ts';
import { workQueue } from '../../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from '../context.ts';
import { controllerOf, isActive, isAvailable, isReady } from '../pod-facts.ts';
import { claimPods } from '../replicas/claim.ts';
import { podFromTemplate } from '../replicas/pod-from-template.ts';
import { suitsNode } from '../scheduler/node-affinity.ts';
import { isTolerated } from '../scheduler/tolerations.ts';
import { hashOf, revisionLabel, revisionsOf, trimRevisions } from './revisions.ts';

export function startDaemonSetController(context: ControllerContext): Controller {
  const { stores, clock } = context;
  const queue = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const set = stores.daemonSets.find(namespace, name);
    if (set) reconcile(context, set, (delayMs) => queue.addAfter(key, delayMs));
  });
  const stops = [
    stores.daemonSets.watch(({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    stores.pods.watch(({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'DaemonSet') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
    stores.nodes.watch(({ type, object, previous }) => {
      const same = sameJson([object.metadata.labels, object.spec], [previous?.metadata.labels, previous?.spec]);
      if (type === 'MODIFIED' && same) return;
      for (const set of stores.daemonSets.list()) queue.add(keyOf(set));
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Daemons bear what makes nodes unfit for others (AddOrUpdateDaemonPodTolerations). */
function addedTolerations(hostNetwork: boolean) {
  const tolerate = (name: string, effect: string) => ({
    effect,
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
  });
  return [
    tolerate('not-ready', 'NoExecute'),
    tolerate('unreachable', 'NoExecute'),
    tolerate('disk-pressure', 'NoSchedule'),
    tolerate('memory-pressure', 'NoSchedule'),
    tolerate('pid-pressure', 'NoSchedule'),
    tolerate('unschedulable', 'NoSchedule'),
    ...(hostNetwork ? [tolerate('network-unavailable', 'NoSchedule')] : []),
  ];
}

function daemonPod(set: DaemonSet, node: Node, hash: string): Pod {
  const pod = podFromTemplate({ ...set, apiVersion: 'apps/v1', kind: 'DaemonSet' }, set.spec?.template);
  const spec = pod.spec ?? { containers: [] };
  const generation =
    set.metadata.annotations?.['deprecated.daemonset.template.generation'] ?? String(set.metadata.generation ?? 1);
  const onlyThere = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node.metadata.name ?? ''] }] };
  const required = { nodeSelectorTerms: [onlyThere] };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...pod.metadata.labels, [revisionLabel]: hash, 'pod-template-generation': generation },
    },
    spec: {
      ...spec,
      affinity: { ...spec.affinity, nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } },
      tolerations: [...(spec.tolerations ?? []), ...addedTolerations(spec.hostNetwork === true)],
    },
  };
}

/** Whether a pod is to be there, and whether one that is there may stay. */
function fitness(set: DaemonSet, node: Node): { run: boolean; stay: boolean } {
  const tolerations = [...(set.spec?.template.spec?.tolerations ?? []), ...addedTolerations(true)];
  const pod = { metadata: {}, spec: { ...set.spec?.template.spec, tolerations } } as Pod;
  if (!suitsNode(pod, node)) return { run: false, stay: false };
  const hard = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(pod, taint),
  );
  return { run: hard.length === 0, stay: !hard.some(({ effect }) => effect === 'NoExecute') };
}

function reconcile(context: ControllerContext, set: DaemonSet, again: (delayMs: number) => void): void {
  const { stores } = context;
  const owner = { ...set, apiVersion: 'apps/v1', kind: 'DaemonSet' };
  const pods = claimPods(context, owner, set.spec?.selector);
  const revisions = revisionsOf(context, owner, set.spec?.template);
  const hash = hashOf(revisions.current);
  const nodes = stores.nodes.list();
  let failure: StatusError | undefined;
  if (!set.metadata.deletionTimestamp) {
    failure = place(context, set, nodes, pods, hash);
    if (set.spec?.updateStrategy?.type !== 'OnDelete') update(context, set, nodes, pods, hash);
  }
  publish(context, set, nodes, hash, again);
  trimRevisions(
    context,
    revisions,
    set.spec?.revisionHistoryLimit ?? 10,
    new Set(pods.map((pod) => pod.metadata.labels?.[revisionLabel] ?? '').concat(hash)),
  );
  if (failure) throw failure;
}

/** The node that a daemon's pod is for, bound yet or not. */
function nodeNameOf(pod: Pod): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const terms =
    pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms[0]?.matchFields?.[0]?.values?.[0];
}

function place(
  context: ControllerContext,
  set: DaemonSet,
  nodes: readonly Node[],
  pods: readonly Pod[],
  hash: string,
): StatusError | undefined {
  for (const node of nodes) {
    const here = pods.filter((pod) => nodeNameOf(pod) === node.metadata.name);
    const { run, stay } = fitness(set, node);
    if (!stay) for (const pod of here.filter(isActive)) remove(context, set, pod);
    for (const pod of here)
      if (pod.status?.phase === 'Failed' && !pod.metadata.deletionTimestamp) remove(context, set, pod);
    if (!run || here.some((pod) => pod.status?.phase !== 'Failed')) continue;
    try {
      const pod = context.stores.pods.create(daemonPod(set, node, hash));
      tell(context, set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      tell(context, set, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
      return error;
    }
  }
  return undefined;
}

/** Rolling: so many nodes at a time may be without their pod. */
function update(
  context: ControllerContext,
  set: DaemonSet,
  nodes: readonly Node[],
  pods: readonly Pod[],
  hash: string,
): void {
  const wanted = nodes.filter((node) => fitness(set, node).run).length;
  const { maxUnavailable = 1 } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  const allowed =
    typeof maxUnavailable === 'number'
      ? maxUnavailable
      : Math.ceil((Number.parseInt(String(maxUnavailable), 10) * wanted) / 100);
  const active = pods.filter(isActive);
  const old = active.filter((pod) => pod.metadata.labels?.[revisionLabel] !== hash);
  if (old.length === 0) return;
  const unready = old.filter((pod) => !isReady(pod));
  const missing = wanted - active.filter(isReady).length;
  const healthy = old.filter(isReady).slice(0, Math.max(0, Math.max(1, allowed) - missing));
  for (const pod of [...unready, ...healthy]) remove(context, set, pod);
}

function remove(context: ControllerContext, set: DaemonSet, pod: Pod): void {
  context.stores.pods.remove(pod.metadata.namespace, pod.metadata.name ?? '');
  tell(context, set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
}

function tell(
  { events }: ControllerContext,
  set: DaemonSet,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  const about = { ...set, apiVersion: 'apps/v1', kind: 'DaemonSet' };
  events.record({ component: 'daemonset-controller' }, { about, type, reason, message });
}

function publish(
  context: ControllerContext,
  set: DaemonSet,
  nodes: readonly Node[],
  hash: string,
  again: (delayMs: number) => void,
): void {
  const { stores, clock } = context;
  const { namespace, name = '' } = set.metadata;
  const current = stores.daemonSets.find(namespace, name);
  if (!current) return;
  const { minReadySeconds = 0 } = current.spec ?? {};
  const pods = stores.pods
    .list(namespace)
    .filter((pod) => controllerOf(pod)?.uid === current.metadata.uid && isActive(pod));
  const on = (node: Node) => pods.filter((pod) => nodeNameOf(pod) === node.metadata.name);
  const wanted = nodes.filter((node) => fitness(current, node).run);
  const ready = wanted.filter((node) => on(node).some(isReady)).length;
  const available = wanted.filter((node) =>
    on(node).some((pod) => isAvailable(pod, minReadySeconds, clock.now())),
  ).length;
  const updated = wanted.filter((node) => on(node).some((pod) => pod.metadata.labels?.[revisionLabel] === hash)).length;
  const status = {
    currentNumberScheduled: wanted.filter((node) => on(node).length > 0).length,
    desiredNumberScheduled: wanted.length,
    ...(available > 0 && { numberAvailable: available }),
    numberMisscheduled: nodes.filter((node) => !wanted.includes(node) && on(node).length > 0).length,
    numberReady: ready,
    ...(wanted.length > available && { numberUnavailable: wanted.length - available }),
    ...(current.metadata.generation !== undefined && { observedGeneration: current.metadata.generation }),
    ...(updated > 0 && { updatedNumberScheduled: updated }),
  };
  if (!sameJson(status, current.status)) stores.daemonSets.updateStatus({ ...current, status });
  if (available < ready) again(minReadySeconds * 1000);
}
