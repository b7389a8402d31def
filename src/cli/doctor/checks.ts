/** What doctor looks at: one function per question, each of which answers with lines and never throws for what it finds. */
import { readFile, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { cachedManifest, pinnedCalico } from '../../cluster/kind/calico-manifest.ts';
import { defaultNodeImage } from '../../cluster/kind/config.ts';
import { cureOf } from '../../cluster/kind/cures.ts';
import { idOf, nodeImageOn } from '../../cluster/kind/images.ts';
import { installs } from '../../cluster/kind/preflight.ts';
import { remoteHost } from '../../cluster/kind/remote-daemon.ts';
import type { Tools } from '../../cluster/kind/tools.ts';
import type { ProgramResult } from '../../kit/run-program.ts';

export type Status = 'ok' | 'warning' | 'missing';

export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly says: string;
  /** The command that cures it. */
  readonly cure?: string;
}

/** undefined when the program is not there; otherwise what it printed. */
export async function ask(tools: Tools, argv: readonly string[]): Promise<ProgramResult | undefined> {
  try {
    return await tools.run(argv, { timeoutMs: 20_000 });
  } catch {
    return undefined;
  }
}

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  const says = `Node ${version}`;
  return enough
    ? { check: 'node', status: 'ok', says }
    : {
        check: 'node',
        status: 'missing',
        says: `${says}: at least 20.19 is needed`,
        cure: 'install Node 22 or newer: https://nodejs.org',
      };
}

export async function checkEngine(tools: Tools): Promise<Finding> {
  const { engine } = tools;
  const installed = await ask(tools, [engine, '--version']);
  if (installed?.exitCode !== 0)
    return {
      check: 'engine',
      status: 'missing',
      says: `${engine} is not installed`,
      cure: installs[engine],
    };
  const daemon = await ask(tools, [engine, engine === 'podman' ? 'info' : 'version']);
  if (daemon?.exitCode === 0)
    return { check: 'engine', status: 'ok', says: `${engine}: the daemon answers${remoteText(tools)}` };
  const output = daemon ? `${daemon.stderr}${daemon.stdout}` : 'no answer in 20 s';
  return {
    check: 'engine',
    status: 'missing',
    says: `${engine} is installed, but its daemon does not answer${remoteText(tools)}`,
    cure: cureOf(output) ?? `${engine} info`,
  };
}

/** A DOCKER_HOST may hold a user's name and password: only its kind and machine are said. */
function remoteText({ env }: Tools): string {
  const address = env['DOCKER_HOST'];
  const [, protocol, host] = /^(\w+):\/\/(?:[^@/]*@)?([^/:]*)/.exec(address ?? '') ?? [];
  return protocol ? ` (DOCKER_HOST: ${protocol}${host ? ` on ${host}` : ''})` : '';
}

const knownKind = '0.32.0';

export async function checkKind(tools: Tools): Promise<Finding> {
  const found = await ask(tools, ['kind', 'version']);
  const version = /v?(\d+\.\d+\.\d+\S*)/.exec(found?.stdout ?? '')?.[1];
  if (!version)
    return {
      check: 'kind',
      status: 'missing',
      says: 'kind is not installed',
      cure: `go install sigs.k8s.io/kind@v${knownKind}`,
    };
  if (version === knownKind) return { check: 'kind', status: 'ok', says: `kind v${version}` };
  const says = `kind v${version}: the pinned node image was made for v${knownKind}`;
  return {
    check: 'kind',
    status: 'warning',
    says,
    cure: `go install sigs.k8s.io/kind@v${knownKind}, or pass --kind-image with an image for your kind`,
  };
}

/** kubectl may be one minor version away from the server: https://kubernetes.io/releases/version-skew-policy/ */
export async function checkKubectl(tools: Tools, serverMinor: number): Promise<Finding> {
  const found = await ask(tools, ['kubectl', 'version', '--client']);
  const [, version = '', minor] = /v(1\.(\d+)[\w.+-]*)/.exec(found?.stdout ?? '') ?? [];
  if (!minor)
    return {
      check: 'kubectl',
      status: 'warning',
      says: 'kubectl is not installed: the built-in one is used',
      cure: 'https://kubernetes.io/docs/tasks/tools/',
    };
  const skew = Math.abs(Number(minor) - serverMinor);
  const says = `kubectl v${version}`;
  if (skew <= 1) return { check: 'kubectl', status: 'ok', says };
  return {
    check: 'kubectl',
    status: 'warning',
    says: `${says} is ${skew} minor versions from the cluster's 1.${serverMinor}: one is supported`,
    cure: `install kubectl v1.${serverMinor}, or use the built-in one: --kubectl builtin`,
  };
}

const gib = 2 ** 30;

/** Podman words `info` differently from Docker and nerdctl. */
function infoField({ engine }: Tools, field: 'MemTotal' | 'CgroupVersion'): string {
  if (engine !== 'podman') return `{{.${field}}}`;
  return field === 'MemTotal' ? '{{.Host.MemTotal}}' : '{{.Host.CgroupsVersion}}';
}

/** Limits and disks of this machine say nothing about nodes that run on another one. */
function elsewhere(check: string, { env }: Tools): Finding | undefined {
  const host = remoteHost(env);
  return host === undefined
    ? undefined
    : { check, status: 'ok', says: `${check}: cannot tell, the daemon is on ${host}` };
}

/** The engine's own memory counts: Docker Desktop gives its machine less than there is. */
export async function checkMemory(tools: Tools): Promise<Finding> {
  const info = await ask(tools, [tools.engine, 'info', '--format', infoField(tools, 'MemTotal')]);
  const told = info?.exitCode === 0 ? Number(info.stdout.trim()) : Number.NaN;
  const bytes = Number.isFinite(told) && told > 0 ? told : totalmem();
  const says = `${(bytes / gib).toFixed(1)} GiB of memory${bytes === told ? ` for ${tools.engine}` : ''}`;
  if (bytes >= 3.5 * gib) return { check: 'memory', status: 'ok', says };
  return {
    check: 'memory',
    status: 'warning',
    says: `${says}: a control plane and two workers with Calico need about 4`,
    cure: 'give Docker more memory, or use fewer workers: --workers 1',
  };
}

const limits = { max_user_watches: 524_288, max_user_instances: 512 } as const;

/** Each node is a machine of its own in the same kernel: https://kind.sigs.k8s.io/docs/user/known-issues/ */
export async function checkInotify(tools: Tools, folder = '/proc/sys/fs/inotify'): Promise<Finding> {
  const remote = elsewhere('inotify', tools);
  if (remote) return remote;
  const found: string[] = [];
  const low: string[] = [];
  for (const [name, wanted] of Object.entries(limits)) {
    const text = await readFile(`${folder}/${name}`, 'utf8').catch(() => undefined);
    if (text === undefined) return { check: 'inotify', status: 'ok', says: 'inotify: not a limit of this system' };
    found.push(`${name}=${text.trim()}`);
    if (Number(text) < wanted) low.push(`fs.inotify.${name}=${wanted}`);
  }
  const says = `inotify: ${found.join(', ')}`;
  if (low.length === 0) return { check: 'inotify', status: 'ok', says };
  return {
    check: 'inotify',
    status: 'warning',
    says: `${says}: too low for several nodes`,
    cure: `sudo sysctl ${low.join(' ')}`,
  };
}

export async function checkCgroup(tools: Tools, fsType?: number): Promise<Finding> {
  const info = await ask(tools, [tools.engine, 'info', '--format', infoField(tools, 'CgroupVersion')]);
  const told = info?.exitCode === 0 ? /^v?([12])$/.exec(info.stdout.trim())?.[1] : undefined;
  const version = told ?? (await cgroupOfKernel(fsType));
  if (version === undefined) return { check: 'cgroup', status: 'ok', says: 'cgroup: not of this system' };
  if (version === '2') return { check: 'cgroup', status: 'ok', says: 'cgroup v2' };
  return {
    check: 'cgroup',
    status: 'warning',
    says: 'cgroup v1: a kubelet of Kubernetes 1.35 or newer refuses to start on it',
    cure: '--kind-config-patch FILE with a KubeletConfiguration that says failCgroupV1: false (docs/kind.md)',
  };
}

const cgroup2Magic = 0x63677270;

async function cgroupOfKernel(fsType?: number): Promise<'1' | '2' | undefined> {
  const type = fsType ?? (await statfs('/sys/fs/cgroup').catch(() => undefined))?.type;
  return type === undefined ? undefined : type === cgroup2Magic ? '2' : '1';
}

export async function checkDisk(tools: Tools, folder: string): Promise<Finding> {
  const remote = elsewhere('disk', tools);
  if (remote) return remote;
  const found = await statfs(folder).catch(() => undefined);
  if (!found) return { check: 'disk', status: 'ok', says: 'disk: cannot tell' };
  const free = found.bavail * found.bsize;
  const says = `${(free / gib).toFixed(0)} GiB of disk free`;
  if (free >= 10 * gib) return { check: 'disk', status: 'ok', says };
  return {
    check: 'disk',
    status: 'warning',
    says: `${says}: node images and Calico need about 10`,
    cure: 'docker system df, docker system prune',
  };
}

/** What a first start would otherwise fetch: the node image, Calico's manifest and its images, and what the scenarios run. */
export async function checkImages(
  tools: Tools,
  { nodeImage, further, cacheFolder }: ImageQuestion,
): Promise<readonly Finding[]> {
  const manifest = await cachedManifest(cacheFolder).catch(() => undefined);
  const node = nodeImage ?? (await nodeImageOn(tools).catch(() => undefined)) ?? defaultNodeImage;
  const images = [node, ...(manifest?.images ?? []), ...further];
  const { path: at = `${cacheFolder}/${pinnedCalico.file}` } = manifest ?? {};
  const calico: Finding = manifest
    ? { check: 'calico', status: 'ok', says: "Calico's manifest is in the cache" }
    : {
        check: 'calico',
        status: 'warning',
        says: "Calico's manifest is not in the cache: it will be downloaded",
        cure: `curl -Lo '${at}' ${pinnedCalico.url}; or --calico-manifest FILE`,
      };
  return [calico, ...(await Promise.all([...new Set(images)].map((image) => checkImage(tools, image))))];
}

export interface ImageQuestion {
  readonly nodeImage: string | undefined;
  /** Beside the node image. */
  readonly further: readonly string[];
  readonly cacheFolder: string;
}

async function checkImage(tools: Tools, image: string): Promise<Finding> {
  const id = await idOf(tools, image).catch(() => undefined);
  const short = image.replace(/@sha256:.*/, '');
  if (id !== undefined) return { check: 'image', status: 'ok', says: `${short} is on this machine` };
  return {
    check: 'image',
    status: 'warning',
    says: `${short} is not on this machine: it will be pulled`,
    cure: `${tools.engine} pull ${image}`,
  };
}
