/** One container: its file system, its process world, and the programs that `kubectl exec` starts beside the first. */
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import { installDevices, installProcessFiles } from '../../../shell/devices.ts';
import { type ContainerKernel, createContainerKernel, defaultPath } from '../../../shell/kernel.ts';
import { copyMemoryFs, createMemoryFs, type MemoryFs } from '../../../shell/memory-fs.ts';
import type { Child } from '../../../shell/process.ts';
import type { ProcessRegistry } from '../../../shell/process-registry.ts';
import { installPrograms } from '../../../shell/program-files.ts';
import { userView } from '../../../shell/user-fs.ts';
import {
  type ExecOptions,
  type ExecProcess,
  type RunningContainer,
  StartError,
  type StartOptions,
} from '../runtime.ts';
import type { Image, User } from './image.ts';
import type { ContainerNet } from './net-program.ts';
import { type PodFilesOptions, writePodFiles } from './pod-files.ts';
import { installProc } from './proc-files.ts';
import { bindPrograms } from './program-set.ts';

export interface ContainerOptions extends StartOptions {
  readonly image: Image;
  readonly net: ContainerNet;
  readonly podFiles: PodFilesOptions;
  readonly hostname: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The tree behind a shared directory, one per volume and pod. */
  readonly volume: (name: string) => MemoryFs;
  /** Of the container whose process namespace it joins (`kubectl debug --target`). */
  readonly join?: ProcessRegistry;
  /** Of the pod's or the container's securityContext. */
  readonly runAs?: { readonly uid?: number; readonly gid?: number };
}

export interface StartedContainer extends RunningContainer {
  readonly processes: ProcessRegistry;
}

/** Throws StartError. */
export function startContainer(options: ContainerOptions): StartedContainer {
  const { image, clock, container } = options;
  const fs = copyMemoryFs(templateOf(image), () => clock.now());
  const programs = bindPrograms(image.programs, options.net);
  const user = userOf(image, options.runAs);
  const kernel = createContainerKernel({
    fs: user.uid === 0 ? fs : userView(fs, user),
    programs,
    clock,
    hostname: options.hostname,
    user,
    ...(options.join && { join: options.join }),
  });
  const startedMs = clock.now();
  const prepare = once(() => {
    prepareFiles(fs, options);
    installProcessFiles(fs, kernel.table);
    installProc(fs, { stack: options.net.stack, hostname: options.hostname, uptimeMs: () => clock.now() - startedMs });
    if (container.securityContext?.readOnlyRootFilesystem) protectRoot(fs);
  });
  if (!image.readsNoFiles) prepare();
  const env = environment(options, user);
  const cwd = container.workingDir || image.workingDir;
  const argv = container.command?.length
    ? [...container.command, ...(container.args ?? [])]
    : [...image.entrypoint, ...(container.args?.length ? container.args : image.cmd)];
  const child = start(kernel, argv, env, cwd, {
    ...(options.stdin && { stdin: options.stdin }),
    ...(options.tty && { tty: options.tty }),
    stdout: output(options, 'stdout'),
    stderr: output(options, 'stderr'),
  });
  return {
    exited: child.status,
    processes: kernel.processes,
    kill: (signal) =>
      signal === 'SIGKILL' ? kernel.stop() : child.kill(signal === 'SIGTERM' ? (image.stopSignal ?? signal) : signal),
    readFile(path) {
      prepare();
      return fs.readFile(path);
    },
    exec(exec) {
      prepare();
      return execute(kernel, env, cwd, exec);
    },
  };
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

function output({ onOutput }: StartOptions, stream: 'stdout' | 'stderr') {
  return {
    write: async (bytes: Uint8Array): Promise<void> => onOutput(stream, bytes),
    close: (): void => {},
  };
}

function execute(
  kernel: ContainerKernel,
  env: ReadonlyMap<string, string>,
  cwd: string,
  { argv, stdin, stdout, stderr, tty, urgent }: ExecOptions,
): ExecProcess {
  const terminal = tty ? new Map([...env, ['TERM', env.get('TERM') ?? 'xterm']]) : env;
  const child = start(kernel, argv, terminal, cwd, {
    ...(stdin && { stdin }),
    ...(stderr && { stderr }),
    ...(tty && { tty }),
    stdout,
    urgent,
  });
  return { exited: child.status, kill: (signal) => child.kill(signal) };
}

function start(
  kernel: ContainerKernel,
  argv: readonly string[],
  env: ReadonlyMap<string, string>,
  cwd: string,
  streams: Omit<Parameters<ContainerKernel['start']>[0], 'argv' | 'env' | 'cwd'>,
): Child {
  const started = kernel.start({ argv, env, cwd, ...streams });
  const file = JSON.stringify(argv[0] ?? '');
  switch (started.outcome) {
    case 'started':
      return started.process;
    case 'not-executable':
      throw new StartError(`exec: ${file}: permission denied`, 126);
    case 'not-found': {
      const reason = (argv[0] ?? '').includes('/')
        ? `stat ${argv[0]}: no such file or directory`
        : 'executable file not found in $PATH';
      throw new StartError(`exec: ${file}: ${reason}`, 127);
    }
  }
}

/** When the images of the catalogue were built: what their files show as modified. */
const builtMs = Date.UTC(2025, 3, 16, 12, 55, 34);
const templates = new WeakMap<Image, MemoryFs>();

/** The image's files, programs included; every container starts from a copy. */
function templateOf(image: Image): MemoryFs {
  const known = templates.get(image);
  if (known) return known;
  const fs = createMemoryFs(() => builtMs);
  image.seed(fs);
  for (const path of ['/dev/shm', '/proc', '/sys', '/etc', '/tmp']) fs.mkdir(path, { recursive: true });
  for (const path of ['/tmp', '/dev/shm']) fs.chmod(path, 0o1777);
  installPrograms(fs, new Map([...image.programs.keys()].map((path) => [path, async () => 0])));
  templates.set(image, fs);
  return fs;
}

function prepareFiles(fs: MemoryFs, options: ContainerOptions): void {
  const { random } = options;
  installDevices(fs, { random: (count) => Uint8Array.from({ length: count }, () => random.integer(256)) });
  writePodFiles(fs, options.podFiles);
  // kind bind-mounts it into every container.
  fs.writeFile('/product_uuid', new TextEncoder().encode(`${random.uuid()}\n`));
  fs.writeFile(terminationLog(options.container), new Uint8Array());
  for (const [path, name] of options.sharedDirectories) fs.mount(path, options.volume(name));
  for (const [path, bytes] of options.files) {
    fs.mkdir(path.slice(0, path.lastIndexOf('/')) || '/', { recursive: true });
    const mode = options.fileModes?.get(path);
    fs.writeFile(path, bytes, mode === undefined ? {} : { mode });
  }
}

/** The kubelet mounts an empty file there, to find a container's last words in. */
function terminationLog({ terminationMessagePath }: StartOptions['container']): string {
  return terminationMessagePath || '/dev/termination-log';
}

/** readOnlyRootFilesystem: volumes and the kernel's own file systems stay as they are. */
function protectRoot(fs: MemoryFs): void {
  fs.setReadOnly('/', true);
  for (const path of ['/dev', '/proc', '/sys']) fs.setReadOnly(path, false);
}

/** In containerd's order: the image's, HOSTNAME, the pod's, and HOME where nobody set it. */
function environment({ image, env, hostname, tty }: ContainerOptions, user: User): ReadonlyMap<string, string> {
  const result = new Map<string, string>([
    ['PATH', defaultPath],
    ['HOSTNAME', hostname],
  ]);
  if (tty) result.set('TERM', 'xterm');
  for (const [name, value] of image.env) result.set(name, value);
  for (const [name, value] of env) result.set(name, value);
  if (!result.has('HOME')) result.set('HOME', user.home);
  return result;
}

function userOf(image: Image, runAs: ContainerOptions['runAs']): User {
  if (runAs?.uid === undefined || runAs.uid === image.user.uid) return image.user;
  if (runAs.uid === 0) return { uid: 0, gid: runAs.gid ?? 0, name: 'root', home: '/root' };
  return { uid: runAs.uid, gid: runAs.gid ?? 0, name: String(runAs.uid), home: '/' };
}
