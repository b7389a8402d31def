/**
 * Lets time pass in the cluster. A policy change takes effect up to three seconds after the API has accepted it; waiting here
 * means waiting on the cluster's clock, which on a virtual one costs nothing.
 */
import type { KubeClient } from '../kube/client.ts';
import { ApiError, wellKnown } from '../kube/client.ts';
import type { Pod } from '../kube/objects.ts';
import type { LabContext } from './context.ts';

/** Recordings show 0.2 to 1.7 s on a busy machine, and once 2.8 s. */
const propagationSeconds = 3;

/** The pod of a namespace that slept last time: whether it still can is found out by asking it. */
const sleepers = new WeakMap<KubeClient, Map<string, Pod>>();

/** A pod that can sleep for us: running `sleep` inside a container is waiting on the cluster's own clock. */
export async function settle(
  context: Pick<LabContext, 'client' | 'signal'>,
  namespaces: readonly string[],
  seconds = propagationSeconds,
): Promise<void> {
  const { client, signal } = context;
  const known = sleepers.get(client) ?? new Map<string, Pod>();
  sleepers.set(client, known);
  for (const namespace of namespaces) {
    const last = known.get(namespace);
    if (last && (await sleepIn(client, last, seconds, signal))) return;
    for (const pod of await client.list<Pod>(wellKnown.pods, namespace)) {
      if (!isRunning(pod) || !(await sleepIn(client, pod, seconds, signal))) continue;
      known.set(namespace, pod);
      return;
    }
  }
  await watchFor(client, seconds * 1000, signal);
}

async function sleepIn(client: KubeClient, pod: Pod, seconds: number, signal: AbortSignal): Promise<boolean> {
  const { namespace = 'default', name = '' } = pod.metadata;
  try {
    const { exitCode } = await client.exec(namespace, name, pod.spec?.containers[0]?.name, ['sleep', String(seconds)], {
      signal,
    });
    return exitCode === 0;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/** No pod can sleep: an open watch lets a virtual clock run as well, and a real one takes its time. */
async function watchFor(client: KubeClient, ms: number, signal: AbortSignal): Promise<void> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  try {
    for await (const event of client.watch(wellKnown.namespaces, undefined, {}, until)) void event;
  } catch (error) {
    if (!until.aborted) throw error;
  }
  signal.throwIfAborted();
}

function isRunning(pod: Pod): boolean {
  return !pod.metadata.deletionTimestamp && pod.status?.containerStatuses?.[0]?.state?.running !== undefined;
}
