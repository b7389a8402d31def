/** Which node takes a pod? Pure: filters in the scheduler's order, then a score; the refusal in the scheduler's words. */
import type { Node, Pod } from '../../../../kube/objects.ts';
import { controllerOf } from '../pod-facts.ts';
import { preference, suitsNode } from './node-affinity.ts';
import { type NamespaceLabels, type Placement, podAffinityProblem, spreadProblem } from './pod-affinity.ts';
import { portProblem, resourceProblems } from './resources.ts';
import { untoleratedTaint } from './tolerations.ts';

export interface ClusterView {
  readonly nodes: readonly Node[];
  /** Pods that hold room on a node: bound and not ended. */
  readonly placed: readonly Placement[];
  readonly namespaceLabels: NamespaceLabels;
}

/** `podsMatter`: another pod's end could change the answer; else only a node's change can (the scheduler's queueing hints). */
export type Choice = { readonly node: Node } | { readonly message: string; readonly podsMatter: boolean };

export function chooseNode(pod: Pod, view: ClusterView): Choice {
  const refusals: string[] = [];
  const fitting: Node[] = [];
  let helpful = 0;
  for (const node of view.nodes) {
    const { reasons, preemptible } = problemsOf(pod, node, view);
    if (reasons.length === 0) fitting.push(node);
    refusals.push(...reasons);
    if (preemptible) helpful++;
  }
  const best = fitting.sort((a, b) => scoreOf(pod, b, view) - scoreOf(pod, a, view))[0];
  return best ? { node: best } : { message: refusal(view.nodes.length, refusals, helpful), podsMatter: helpful > 0 };
}

function problemsOf(pod: Pod, node: Node, view: ClusterView): { reasons: string[]; preemptible: boolean } {
  const fixed = (reason: string) => ({ reasons: [reason], preemptible: false });
  const others = view.placed.filter((placement) => placement.node === node).map((placement) => placement.pod);
  if (node.spec?.unschedulable && !toleratesCordon(pod)) return fixed('node(s) were unschedulable');
  if (untoleratedTaint(pod, node)) return fixed('node(s) had untolerated taint(s)');
  if (!suitsNode(pod, node)) return fixed("node(s) didn't match Pod's node affinity/selector");
  const port = portProblem(pod, others);
  if (port) return { reasons: [port], preemptible: true };
  const room = resourceProblems(pod, node, others);
  if (room.length > 0) return { reasons: room, preemptible: true };
  const spread = spreadProblem(pod, node, view.nodes, view.placed);
  if (spread) return { reasons: [spread], preemptible: true };
  const affinity = podAffinityProblem(pod, node, view.placed, view.namespaceLabels);
  return affinity ? { reasons: [affinity], preemptible: true } : { reasons: [], preemptible: false };
}

function toleratesCordon(pod: Pod): boolean {
  return (pod.spec?.tolerations ?? []).some(
    ({ key, operator }) => key === 'node.kubernetes.io/unschedulable' || (!key && operator === 'Exists'),
  );
}

/** What the node affinity prefers, then few pods of the same owner, then few pods at all. */
function scoreOf(pod: Pod, node: Node, view: ClusterView): number {
  const here = view.placed.filter((placement) => placement.node === node);
  const owner = controllerOf(pod)?.uid;
  const siblings = owner ? here.filter((placement) => controllerOf(placement.pod)?.uid === owner).length : 0;
  return preference(pod, node) * 1e6 - siblings * 1e3 - here.length;
}

/** `0/2 nodes are available: 1 node(s) …, 1 node(s) …. no new claims to deallocate, preemption: 0/2 nodes are available: …` */
function refusal(count: number, reasons: readonly string[], helpful: number): string {
  if (count === 0) return 'no nodes available to schedule pods';
  const head = `0/${count} nodes are available`;
  const useless = count - helpful;
  const preemption = [
    ...(helpful > 0 ? [`${helpful} No preemption victims found for incoming pod`] : []),
    ...(useless > 0 ? [`${useless} Preemption is not helpful for scheduling`] : []),
  ].join(', ');
  return `${head}: ${tally(reasons)}. no new claims to deallocate, preemption: ${head}: ${preemption}.`;
}

function tally(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
