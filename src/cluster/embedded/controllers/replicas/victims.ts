/** Which pods go first when there are too many (pkg/controller/controller_utils.go, ActivePodsWithRanks). Pure. */
import type { Pod } from '../../../../kube/objects.ts';
import { conditionOf, isReady } from '../pod-facts.ts';

/** The `count` least worth keeping. */
export function chooseVictims(pods: readonly Pod[], count: number): Pod[] {
  const perNode = new Map<string, number>();
  for (const { spec } of pods) perNode.set(spec?.nodeName ?? '', (perNode.get(spec?.nodeName ?? '') ?? 0) + 1);
  const worth = (pod: Pod): number[] => [
    pod.spec?.nodeName ? 1 : 0,
    { Pending: 0, Unknown: 1, Running: 2 }[pod.status?.phase ?? 'Pending'] ?? 0,
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0),
    -(perNode.get(pod.spec?.nodeName ?? '') ?? 0),
    -Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '') || 0,
    -restartsOf(pod),
    -Date.parse(pod.metadata.creationTimestamp ?? '') || 0,
  ];
  const ranked = pods.map((pod) => ({ pod, rank: worth(pod) }));
  ranked.sort((a, b) => compare(a.rank, b.rank));
  return ranked.slice(0, count).map(({ pod }) => pod);
}

function restartsOf(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
