/** Waits for something in the cluster and says, whenever it changes, how far it is. */
import { LabError } from '../../kit/errors.ts';
import { ApiError, type KubeClient, wellKnown } from '../../kube/client.ts';
import type { DaemonSet, Deployment, Node, Pod, ResourceType } from '../../kube/objects.ts';
import { pause } from '../canary.ts';
import { pullCure, pullProblems } from '../pull-problems.ts';
import { cureOf } from './cures.ts';

export interface WaitOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
  /** Default 300 s: images may have to be pulled. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** How long an image that cannot be pulled may go on being tried: networks have bad minutes. Default 60 s. */
  readonly stuckMs?: number;
  /** Asked when time is up: what is to be seen of the reason. */
  readonly explain?: () => Promise<string>;
}

/** How far something is, in words; `done` ends the waiting. */
export interface Progress {
  readonly done: boolean;
  readonly text: string;
  /** Images that cannot be pulled. */
  readonly stuck?: boolean;
}

const daemonSets: ResourceType = {
  group: 'apps',
  version: 'v1',
  resource: 'daemonsets',
  kind: 'DaemonSet',
  namespaced: true,
};

/** Throws LabError ERR_TIMEOUT with what was seen last, ERR_STATE for images that nobody has. An API that is away for a moment is waited for. */
export async function waitFor(
  what: string,
  look: () => Promise<Progress>,
  { signal, onProgress, timeoutMs = 300_000, intervalMs = 1000, stuckMs = 60_000, explain }: WaitOptions,
): Promise<void> {
  const started = performance.now();
  let told = '';
  let fine = started;
  for (;;) {
    signal?.throwIfAborted();
    const { done, text, stuck } = await look().catch((error: unknown): Progress => {
      if (error instanceof ApiError || (error instanceof LabError && error.code === 'ERR_CLUSTER_UNREACHABLE'))
        return { done: false, text: error.message };
      throw error;
    });
    const seconds = Math.round((performance.now() - started) / 1000);
    if (text !== told) onProgress?.(`${what}: ${text}${seconds > 0 ? ` (${seconds} s)` : ''}`);
    told = text;
    if (done) return;
    if (!stuck) fine = performance.now();
    else if (performance.now() - fine >= stuckMs)
      throw new LabError('ERR_STATE', `${what}: the nodes cannot get an image`, { details: text, cure: pullCure });
    if (performance.now() - started > timeoutMs) {
      const details = [text, await explain?.().catch(() => undefined)].filter(Boolean).join('\n');
      throw new LabError('ERR_TIMEOUT', `${what}: not done after ${Math.round(timeoutMs / 1000)} s`, {
        details,
        cure:
          cureOf(details) ?? 'kubectl get pods -A -o wide; netpol-lab doctor; the same command again goes on from here',
      });
    }
    await pause(intervalMs, signal);
  }
}

export async function nodesReady(client: KubeClient): Promise<Progress> {
  const nodes = await client.list<Node>(wellKnown.nodes);
  const isReady = ({ status }: Node) =>
    status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
  const waiting = nodes.filter((node) => !isReady(node)).map(({ metadata }) => metadata.name ?? '');
  const ready = nodes.length - waiting.length;
  const text = `${ready} of ${nodes.length} ready${waiting.length > 0 ? `, waiting for ${waiting.sort().join(', ')}` : ''}`;
  return { done: nodes.length > 0 && waiting.length === 0, text };
}

export async function daemonSetReady(client: KubeClient, namespace: string, name: string): Promise<Progress> {
  const found = await client.find<DaemonSet>(daemonSets, namespace, name);
  if (!found) return { done: false, text: 'not there yet' };
  const { desiredNumberScheduled: wanted = 0, numberReady: ready = 0, observedGeneration = 0 } = found.status ?? {};
  const seen = observedGeneration >= (found.metadata.generation ?? 0);
  const done = seen && wanted > 0 && ready >= wanted;
  return { done, ...(await withPulls(client, namespace, name, done, `${ready} of ${wanted} pods ready`)) };
}

/** Rolled out: no pod of an older template is left, and all are available. */
export async function deploymentReady(client: KubeClient, namespace: string, name: string): Promise<Progress> {
  const found = await client.find<Deployment>(wellKnown.deployments, namespace, name);
  if (!found) return { done: false, text: 'not there yet' };
  const wanted = found.spec?.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, observedGeneration = 0 } = found.status ?? {};
  const seen = observedGeneration >= (found.metadata.generation ?? 0);
  const done = seen && updatedReplicas >= wanted && replicas <= wanted && availableReplicas >= wanted;
  const text = `${Math.min(updatedReplicas, availableReplicas)} of ${wanted} pods ready`;
  return { done, ...(await withPulls(client, namespace, name, done, text)) };
}

async function withPulls(
  client: KubeClient,
  namespace: string,
  workload: string,
  done: boolean,
  text: string,
): Promise<Omit<Progress, 'done'>> {
  const pods = done ? [] : await client.list<Pod>(wellKnown.pods, namespace);
  const problems = pullProblems(pods.filter(({ metadata }) => metadata.name?.startsWith(`${workload}-`)));
  return problems.length === 0 ? { text } : { text: `${text}; ${problems.join('; ')}`, stuck: true };
}
