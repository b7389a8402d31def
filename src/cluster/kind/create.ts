/** Makes the nodes of a kind cluster, finds out whose a cluster is, and takes it away again with everything that it left. */
import { LabError } from '../../kit/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { wellKnown } from '../../kube/client.ts';
import { createKubeClient } from '../../kube/create-client.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import type { Node } from '../../kube/objects.ts';
import { type ConfigMapping, nodeLabel, printConfig } from './config.ts';
import { type KindPaths, removeKindRecord, writeOwnFile } from './record.ts';
import { reachableKubeconfig, remoteHost } from './remote-daemon.ts';
import { linesOf, programFailed, type Tools } from './tools.ts';

export interface CreateOptions {
  readonly name: string;
  readonly image: string;
  readonly config: ConfigMapping;
  readonly paths: KindPaths;
  /** Leave half-made nodes for looking at. */
  readonly keep: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

/** `kind create cluster`: minutes. Without --wait: nodes without a CNI never become ready. */
export async function createNodes(tools: Tools, options: CreateOptions): Promise<void> {
  const { name, image, config, paths, keep, signal, onProgress } = options;
  await writeOwnFile(paths.config, printConfig(config));
  const argv = [
    ...['kind', 'create', 'cluster', '--name', name, '--image', image],
    ...['--config', paths.config, '--kubeconfig', paths.kubeconfig],
    ...(keep ? ['--retain'] : []),
  ];
  const created = await tools.run(argv, {
    ...(signal && { signal }),
    onErrorLine: (line) => {
      const text = plainStep(line);
      if (text) onProgress?.(`kind: ${text}`);
    },
  });
  signal?.throwIfAborted();
  if (created.exitCode === 0) return;
  if (/already exist for a cluster/.test(created.stderr)) throw takenMeanwhile(name, programFailed(created));
  throw programFailed(created);
}

/** Somebody else was faster: what is there now is theirs, and is not undone. */
function takenMeanwhile(name: string, cause: LabError): LabError {
  return new LabError('ERR_CLUSTER_EXISTS', `a kind cluster "${name}" was made by somebody else at the same moment`, {
    details: cause.details,
    cure: 'wait for it, then the same command again; or choose another --name',
    cause,
  });
}

/** ` ✓ Preparing nodes 📦 📦` and ` • Starting control-plane 🕹️ ...` without their pictures; undefined for the rest. */
function plainStep(line: string): string | undefined {
  const [, mark = '', text = ''] = /^\s*([✓✗•])\s+(.*?)[^\x20-\x7e]*(?:\.\.\.)?\s*$/u.exec(line) ?? [];
  if (mark === '' || mark === '•') return undefined;
  const words = text.replace(/[^\x20-\x7e]/gu, '').trim();
  return mark === '✗' ? `failed: ${words}` : words;
}

/** Sorted. Throws LabError when kind or the engine does not work. */
export async function listKindClusters(tools: Tools, signal?: AbortSignal): Promise<readonly string[]> {
  const { stdout } = await tools.need(['kind', 'get', 'clusters'], signal && { signal });
  return [...linesOf(stdout)].sort();
}

/** Names of the nodes' containers, sorted. */
export async function listNodes(tools: Tools, name: string, signal?: AbortSignal): Promise<readonly string[]> {
  const { stdout } = await tools.need(['kind', 'get', 'nodes', '--name', name], signal && { signal });
  return [...linesOf(stdout)].filter((node) => !/^No kind nodes found/.test(node)).sort();
}

/** Nodes that a reboot of the machine, or of Docker, has left stopped. */
export async function startStopped(
  tools: Tools,
  nodes: readonly string[],
  options: Pick<CreateOptions, 'signal' | 'onProgress'>,
): Promise<boolean> {
  const { signal, onProgress } = options;
  const stop = signal && { signal };
  const { stdout } = await tools.need(
    [tools.engine, 'container', 'inspect', '--format', '{{.Name}} {{.State.Running}}', ...nodes],
    stop,
  );
  const stopped = linesOf(stdout)
    .filter((line) => line.endsWith(' false'))
    .map((line) => line.replace(/^\//, '').replace(/ false$/, ''));
  if (stopped.length === 0) return false;
  onProgress?.(`starting stopped nodes: ${stopped.join(', ')}`);
  await tools.need([tools.engine, 'start', ...stopped], stop);
  return true;
}

/** Written to a file of our own: the user's kubeconfig is never touched. */
export async function fetchKubeconfig(
  tools: Tools,
  name: string,
  paths: KindPaths,
  signal?: AbortSignal,
): Promise<void> {
  const { stdout } = await tools.need(['kind', 'get', 'kubeconfig', '--name', name], signal && { signal });
  const host = remoteHost(tools.env);
  await writeOwnFile(paths.kubeconfig, host === undefined ? stdout : reachableKubeconfig(stdout, host));
}

/** Nodes that we make carry our label from their first moment; `unknown` when the API cannot be asked. */
async function whoseNodes(kubeconfig: string): Promise<'ours' | 'foreign' | 'unknown'> {
  let client: KubeClient | undefined;
  try {
    client = createKubeClient(await readKubeconfig(kubeconfig));
    const nodes = await client.list<Node>(wellKnown.nodes);
    const ours = nodes.some(({ metadata }) => metadata.labels?.[nodeLabel.key] === nodeLabel.value);
    return nodes.length === 0 ? 'unknown' : ours ? 'ours' : 'foreign';
  } catch {
    return 'unknown';
  } finally {
    client?.close();
  }
}

/** Nodes, and containers that an interrupted kind has started but no longer knows of. */
export async function deleteNodes(tools: Tools, name: string, paths: KindPaths): Promise<void> {
  await tools.need(['kind', 'delete', 'cluster', '--name', name, '--kubeconfig', paths.kubeconfig], {
    cure: `${tools.engine} ps -a --filter label=io.x-k8s.kind.cluster=${name} shows what is left; then the same command again`,
  });
  const { engine } = tools;
  const left = await tools.run([engine, 'ps', '-aq', '--filter', `label=io.x-k8s.kind.cluster=${name}`]);
  const ids = left.exitCode === 0 ? linesOf(left.stdout) : [];
  if (ids.length > 0) await tools.need([engine, 'rm', '--force', '--volumes', ...ids]);
  await removeKindRecord(paths);
}

function refuseForeign(name: string): LabError {
  return new LabError('ERR_CLUSTER_EXISTS', `there is a kind cluster "${name}" that netpol-lab did not make`, {
    details: 'its nodes do not carry our label: it is left as it is',
    cure: `choose another --name, or play on it as it is: --on existing --context kind-${name}`,
  });
}

/** Throws LabError ERR_CLUSTER_EXISTS unless the record or the nodes say that the cluster is ours; nodes have the last word. */
export async function refuseUnlessOurs(
  tools: Tools,
  name: string,
  paths: KindPaths,
  { recorded, signal }: { readonly recorded: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  try {
    await fetchKubeconfig(tools, name, paths, signal);
  } catch (error) {
    // A half-made cluster has no kubeconfig yet.
    if (!recorded || !(error instanceof LabError) || error.code !== 'ERR_PROGRAM_FAILED') throw error;
    return;
  }
  const whose = await whoseNodes(paths.kubeconfig);
  if (whose === 'foreign' || (whose === 'unknown' && !recorded)) throw refuseForeign(name);
}
