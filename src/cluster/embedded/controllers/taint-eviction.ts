/** NoExecute taints: pods that do not bear one go, those that bear it for a while go later (pkg/controller/tainteviction). */
import type { Pod } from '../../../kube/objects.ts';
import { workQueue } from '../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from './context.ts';
import { type Taint, tolerates } from './scheduler/tolerations.ts';

export function startTaintEviction(context: ControllerContext): Controller {
  const { stores, clock } = context;
  /** When the wait of a tolerating pod began. */
  const since = new Map<string, number>();

  const work = (key: string): void => {
    const { namespace, name } = splitKey(key);
    const pod = stores.pods.find(namespace, name);
    const taints = pod && !pod.metadata.deletionTimestamp ? taintsOf(pod.spec?.nodeName) : [];
    if (!pod || taints.length === 0) {
      since.delete(key);
      return;
    }
    const seconds = toleratedSeconds(pod, taints);
    if (seconds === Number.POSITIVE_INFINITY) return;
    const began = since.get(key) ?? clock.now();
    since.set(key, began);
    const left = began + seconds * 1000 - clock.now();
    if (left > 0) {
      queue.addAfter(key, left);
      return;
    }
    since.delete(key);
    const about = { ...pod, apiVersion: 'v1', kind: 'Pod' };
    const message = `Marking for deletion Pod ${key}`;
    context.events.record(
      { component: 'taint-eviction-controller' },
      { about, type: 'Normal', reason: 'TaintManagerEviction', message },
    );
    stores.pods.remove(namespace, name);
  };

  const taintsOf = (nodeName: string | undefined): Taint[] => {
    const node = nodeName ? stores.nodes.find(undefined, nodeName) : undefined;
    return (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
  };

  const queue = workQueue(clock, work);
  const stops = [
    stores.nodes.watch(({ object, previous }) => {
      const hard = (node: typeof object | undefined) =>
        (node?.spec?.taints ?? []).some(({ effect }) => effect === 'NoExecute');
      if (!hard(object) && !hard(previous)) return;
      for (const pod of stores.pods.list()) if (pod.spec?.nodeName === object.metadata.name) queue.add(keyOf(pod));
    }),
    stores.pods.watch(({ type, object }) => {
      if (type !== 'DELETED' && taintsOf(object.spec?.nodeName).length > 0) queue.add(keyOf(object));
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** How long the pod bears all of these taints; 0 when it does not bear one, for ever without a limit. */
function toleratedSeconds(pod: Pod, taints: readonly Taint[]): number {
  let seconds = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const bearing = (pod.spec?.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (bearing.length === 0) return 0;
    for (const { tolerationSeconds } of bearing) {
      if (tolerationSeconds !== undefined) seconds = Math.min(seconds, Math.max(0, tolerationSeconds));
    }
  }
  return seconds;
}
