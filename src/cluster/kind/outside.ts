/**
 * Hosts beyond the cluster, for real packets: a container on the network of the nodes, a route to each of its addresses on
 * every node, and nothing left of either afterwards. docs/kind.md follows a packet.
 */
import { LabError } from '../../kit/errors.ts';
import { pause } from '../canary.ts';
import { idOf } from './images.ts';
import { addressesOf, outsideScript, type PlannedHost, readyFile } from './outside-plan.ts';
import { sha256 } from './record.ts';
import { linesOf, type Tools } from './tools.ts';

export interface OutsideImages {
  /** --outside-image. */
  readonly outside: string | undefined;
  readonly probe: string;
}

export interface OutsideOptions {
  readonly cluster: string;
  readonly images: OutsideImages;
  readonly nodes: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

const labels = {
  cluster: 'io.netpol-lab.cluster',
  hosts: 'io.netpol-lab.hosts',
  addresses: 'io.netpol-lab.addresses',
} as const;

export function outsideName(cluster: string): string {
  return `${cluster}-outside`;
}

/** Replaces what was there; a container that serves these very hosts already is kept. */
export async function startOutside(
  tools: Tools,
  hosts: readonly PlannedHost[],
  options: OutsideOptions,
): Promise<void> {
  const { cluster, nodes, signal } = options;
  const image = await chooseImage(tools, options);
  const hash = sha256(JSON.stringify([image, hosts])).slice(0, 16);
  const current = await inspectOutside(tools, cluster);
  if (!(current?.running && current.hash === hash)) {
    await stopOutside(tools, options);
    options.onProgress?.(
      `outside world: ${hosts.map(({ name }) => name).join(', ')} in container ${outsideName(cluster)}`,
    );
    await runContainer(tools, hosts, { hash, image }, options);
  }
  const gateway = await waitUntilReady(tools, options);
  for (const node of nodes) {
    for (const address of addressesOf(hosts)) {
      await tools.need(
        [tools.engine, 'exec', node, 'ip', 'route', 'replace', `${address}/32`, 'via', gateway],
        signal && { signal },
      );
    }
  }
}

/** Also what a crash has left. Nothing there is fine. */
export async function stopOutside(
  tools: Tools,
  { cluster, nodes }: Pick<OutsideOptions, 'cluster' | 'nodes'>,
): Promise<void> {
  const current = await inspectOutside(tools, cluster);
  if (!current) return;
  for (const node of nodes) {
    // A route that is gone already, or a node that is stopped, is no reason to stop cleaning up.
    for (const address of current.addresses)
      await tools.run([tools.engine, 'exec', node, 'ip', 'route', 'del', `${address}/32`]);
  }
  await tools.need([tools.engine, 'rm', '--force', '--volumes', outsideName(cluster)]);
}

/** What is here is used. Only an image that was asked for by name is pulled: the nodes' own is always here, and will do. */
async function chooseImage(tools: Tools, options: OutsideOptions): Promise<string> {
  const { images, nodes, signal, onProgress } = options;
  const wanted = images.outside ?? images.probe;
  if ((await idOf(tools, wanted, signal)) !== undefined) return wanted;
  const [node] = nodes;
  const found = node === undefined ? undefined : await inspect(tools, node);
  // nerdctl says it beside, not inside.
  const own = found?.Config?.Image ?? found?.Image;
  if (images.outside === undefined && own) {
    onProgress?.(`outside world: ${wanted} is not on this machine, the nodes' own image is`);
    return own;
  }
  onProgress?.(`pulling image ${wanted}`);
  await tools.need([tools.engine, 'pull', wanted], {
    ...(signal && { signal }),
    cure: `bring the image onto this machine (${tools.engine} load -i FILE), or leave --outside-image out: the nodes' own image will do`,
  });
  return wanted;
}

async function runContainer(
  tools: Tools,
  hosts: readonly PlannedHost[],
  { hash, image }: { readonly hash: string; readonly image: string },
  options: OutsideOptions,
): Promise<void> {
  const { cluster, nodes, signal } = options;
  const network = await networkOf(tools, nodes);
  await tools.need(
    [
      ...[tools.engine, 'run', '--detach', '--name', outsideName(cluster)],
      ...['--label', `${labels.cluster}=${cluster}`],
      ...['--label', `${labels.hosts}=${hash}`],
      ...['--label', `${labels.addresses}=${addressesOf(hosts).join(',')}`],
      ...['--network', network, '--cap-add', 'NET_ADMIN', '--entrypoint', 'sh'],
      ...[image, '-c', outsideScript(hosts)],
    ],
    signal && { signal },
  );
}

/** The container's own address, once its servers have started. Throws LabError ERR_STATE with the container's log. */
async function waitUntilReady(tools: Tools, { cluster, signal }: OutsideOptions): Promise<string> {
  const name = outsideName(cluster);
  const until = performance.now() + 20_000;
  for (;;) {
    signal?.throwIfAborted();
    const ready = await tools.run([tools.engine, 'exec', name, 'test', '-e', readyFile], signal && { signal });
    const state = await inspectOutside(tools, cluster);
    if (ready.exitCode === 0 && state?.address) return state.address;
    if (!state?.running || performance.now() > until) {
      const { stdout, stderr } = await tools.run([tools.engine, 'logs', name]);
      throw new LabError('ERR_STATE', `the container ${name} does not serve the hosts beyond the cluster`, {
        details: `${stdout}${stderr}`.trim() || ready.stderr.trim(),
        cure: 'choose an image with sh, ip, and tcpsvd (BusyBox) or Perl (Debian, and so the nodes): --outside-image busybox:1.36',
      });
    }
    await pause(200, signal);
  }
}

interface OutsideState {
  readonly running: boolean;
  readonly address: string | undefined;
  readonly hash: string | undefined;
  readonly addresses: readonly string[];
}

interface Inspected {
  readonly Image?: string;
  readonly State?: { readonly Running?: boolean };
  readonly Config?: { readonly Image?: string; readonly Labels?: Readonly<Record<string, string>> | null };
  readonly NetworkSettings?: { readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string }>> | null };
}

async function inspectOutside(tools: Tools, cluster: string): Promise<OutsideState | undefined> {
  const found = await inspect(tools, outsideName(cluster));
  if (!found) return undefined;
  const own = found.Config?.Labels ?? {};
  return {
    running: found.State?.Running ?? false,
    address: Object.values(found.NetworkSettings?.Networks ?? {})[0]?.IPAddress || undefined,
    hash: own[labels.hosts],
    addresses: (own[labels.addresses] ?? '').split(',').filter((address) => address !== ''),
  };
}

/** The name of the network that the nodes are on: `kind`, unless the user has told kind to use another one. */
async function networkOf(tools: Tools, nodes: readonly string[]): Promise<string> {
  const [node] = nodes;
  const networks = node === undefined ? {} : ((await inspect(tools, node))?.NetworkSettings?.Networks ?? {});
  const [name] = Object.keys(networks).sort();
  // nerdctl reports interfaces there, not names of networks.
  return name === undefined || name.startsWith('unknown-') ? 'kind' : name;
}

async function inspect({ engine, run }: Tools, container: string): Promise<Inspected | undefined> {
  const { exitCode, stdout } = await run([engine, 'container', 'inspect', container]);
  if (exitCode !== 0) return undefined;
  try {
    const [found] = JSON.parse(stdout) as Inspected[];
    return found;
  } catch {
    throw new LabError('ERR_PROGRAM_FAILED', `cannot read what ${engine} says about ${container}`, {
      details: linesOf(stdout).slice(0, 5).join('\n'),
    });
  }
}
