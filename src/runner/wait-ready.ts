/** Waits until every pod and workload of a scenario is up, by watching; says who is not, and why, when it takes too long. */
import { pullCure } from '../cluster/pull-problems.ts';
import { LabError } from '../kit/errors.ts';
import { wellKnown } from '../kube/client.ts';
import type { Deployment, KubeObject, Pod } from '../kube/objects.ts';
import { nameOf } from '../kube/objects.ts';
import { matchesSelector } from '../kube/selectors.ts';
import type { LabContext } from './context.ts';

const workloads = new Set(['Deployment', 'StatefulSet', 'ReplicaSet']);

/** Dozens of real containers take their time on a small machine. */
function patienceOf({ cluster }: LabContext): number {
  return cluster.provider === 'embedded' ? 120_000 : 300_000;
}

/** `objects` with their namespaces filled in. Throws LabError ERR_TIMEOUT. */
export async function waitReady(
  context: LabContext,
  objects: readonly KubeObject[],
  timeoutMs = patienceOf(context),
): Promise<void> {
  const awaited = objects.filter(({ kind = '' }) => kind === 'Pod' || workloads.has(kind));
  const namespaces = [...new Set(awaited.map(({ metadata }) => metadata.namespace ?? 'default'))];
  await Promise.all(
    namespaces.map((namespace) =>
      waitIn(
        context,
        namespace,
        awaited.filter(({ metadata }) => (metadata.namespace ?? 'default') === namespace),
        timeoutMs,
      ),
    ),
  );
}

async function waitIn(
  context: LabContext,
  namespace: string,
  awaited: readonly KubeObject[],
  timeoutMs: number,
): Promise<void> {
  const { client, signal } = context;
  const stop = new AbortController();
  const deadline = AbortSignal.timeout(timeoutMs);
  const pods = new Map<string, Pod>();
  const missing = () => awaited.flatMap((object) => lackOf(object, [...pods.values()]));
  try {
    for await (const { type, object } of client.watch(
      wellKnown.pods,
      namespace,
      {},
      AbortSignal.any([signal, deadline, stop.signal]),
    )) {
      if (type === 'BOOKMARK') continue;
      const name = object.metadata.name ?? '';
      if (type === 'DELETED') pods.delete(name);
      else pods.set(name, object as Pod);
      refuseHopeless(awaited, object as Pod);
      if (awaited.every((each) => lackOf(each, [...pods.values()]).length === 0)) return;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!deadline.aborted) throw error;
  } finally {
    stop.abort();
  }
  signal.throwIfAborted();
  throw new LabError('ERR_TIMEOUT', `not everything is ready in namespace ${namespace} after ${timeoutMs / 1000} s`, {
    details: missing().join('\n'),
    cure: `kubectl -n ${namespace} get pods`,
  });
}

const hopeless = new Set(['ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName', 'CreateContainerConfigError']);

/** Waiting does not help when there is no such image: say so at once. Throws LabError ERR_STATE. */
function refuseHopeless(awaited: readonly KubeObject[], pod: Pod): void {
  const waiting = pod.status?.containerStatuses
    ?.map(({ state }) => state?.waiting)
    .find((found) => hopeless.has(found?.reason ?? ''));
  const name = pod.metadata.name ?? '';
  const mine = awaited.some(({ kind, metadata }) =>
    kind === 'Pod' ? metadata.name === name : name.startsWith(`${metadata.name}-`),
  );
  if (!waiting || !mine) return;
  throw new LabError('ERR_STATE', `pod ${nameOf(pod)} cannot start: ${waiting.reason}`, {
    details: waiting.message,
    cure: /Image/.test(waiting.reason ?? '') ? pullCure : `kubectl -n ${pod.metadata.namespace} describe pod ${name}`,
  });
}

/** What an object still lacks, in words; empty when it is up. */
function lackOf(object: KubeObject, pods: readonly Pod[]): string[] {
  if (object.kind === 'Pod') {
    const pod = pods.find(({ metadata }) => metadata.name === object.metadata.name);
    return pod && isReady(pod) ? [] : [`Pod ${nameOf(object)}: ${pod ? stateOf(pod) : 'not there'}`];
  }
  const { selector, replicas = 1 } = (object as Deployment).spec ?? {};
  const own = pods.filter(({ metadata }) => matchesSelector(selector, metadata.labels));
  const ready = own.filter(isReady).length;
  if (ready >= replicas) return [];
  const states = own.filter((pod) => !isReady(pod)).map((pod) => `${pod.metadata.name} ${stateOf(pod)}`);
  return [
    `${object.kind} ${nameOf(object)}: ${ready} of ${replicas} ready${states.length ? ` (${states.join(', ')})` : ''}`,
  ];
}

export function isReady(pod: Pod): boolean {
  if (pod.metadata.deletionTimestamp) return false;
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function stateOf(pod: Pod): string {
  const waiting = pod.status?.containerStatuses
    ?.map(({ state }) => state?.waiting?.reason)
    .find((reason) => reason !== undefined);
  return waiting ?? (pod.metadata.deletionTimestamp ? 'Terminating' : (pod.status?.phase ?? 'Pending'));
}
