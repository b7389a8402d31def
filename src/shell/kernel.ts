/**
 * The process world of one container: what a PID namespace, its signals and its process table are to real programs.
 * images/ builds one per container, starts PID 1 in it, and `kubectl exec` starts more processes beside that.
 *
 *     const fs = createMemoryFs(() => clock.now());
 *     installPrograms(fs, programs);                         // and the image's other files
 *     const kernel = createContainerKernel({ fs, programs, clock, hostname: 'web', user: root });
 *     const started = kernel.start({ argv: ['sh', '-c', 'echo hi'], env, stdout, stderr });
 *     if (started.outcome === 'started') await started.process.status;
 */
import type { Clock } from '../kit/clock.ts';
import { openTerminal } from './line-discipline.ts';
import type { Child, FileSystem, ProcessTable, ProgramTable, Signal, Sink, Source } from './process.ts';
import { ProcessRegistry } from './process-registry.ts';
import { startProcess, type World } from './process-start.ts';
import { findExecutable } from './program-files.ts';
import { emptySource, nullSink, sinkHandle, sourceHandle } from './streams.ts';

export interface KernelOptions {
  readonly fs: FileSystem;
  /** By absolute path; `installPrograms` puts them into the file system, where PATH finds them. */
  readonly programs: ProgramTable;
  readonly clock: Clock;
  readonly hostname: string;
  readonly user: { readonly uid: number; readonly gid: number; readonly name: string };
  /** The process table of another container, to be a guest in: no PID 1 of its own. */
  readonly join?: ProcessRegistry;
  /** A program threw something that is no Exit, BrokenPipe or signal: a bug of ours. Default: it is told on its stderr. */
  readonly onBug?: (error: unknown, argv: readonly string[]) => void;
}

export interface StartOptions {
  /** argv[0] is looked up in env's PATH; see `lookup` for what can go wrong. */
  readonly argv: readonly string[];
  /** The whole environment, in order. */
  readonly env: ReadonlyMap<string, string>;
  /** Default `/`. */
  readonly cwd?: string;
  /** Default: the end of file at once. */
  readonly stdin?: Source;
  /** Default: swallowed. */
  readonly stdout?: Sink;
  /** Default: swallowed; with a terminal everything goes to stdout. */
  readonly stderr?: Sink;
  /** Gives the process a terminal: `stdin` and `stdout` are then the client's raw bytes, the line discipline is in between. */
  readonly tty?: TerminalSize;
  /** A client waits for it: the process's clock is the urgent view. Children inherit it. */
  readonly urgent?: boolean;
}

/** As the embedded cluster's TerminalControl: the client's window. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
  onResize(listener: () => void): () => void;
}

export type StartResult =
  | { readonly outcome: 'started'; readonly process: Child }
  | { readonly outcome: 'not-found' | 'not-executable' };

export interface ContainerKernel {
  /** The first call makes PID 1; when PID 1 ends, everything else is killed and nothing can be started any more. */
  start(options: StartOptions): StartResult;
  readonly table: ProcessTable;
  /** For a container that joins this one's process namespace. */
  readonly processes: ProcessRegistry;
  /** Where PATH leads from outside, without starting anything: containerd's "executable file not found in $PATH". */
  lookup(file: string, env: ReadonlyMap<string, string>, cwd?: string): 'found' | 'not-found' | 'not-executable';
  /** SIGKILL for every process at once, PID 1 first. Idempotent. */
  stop(): void;
}

/** What execvp uses where PATH is not set. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function createContainerKernel(options: KernelOptions): ContainerKernel {
  const registry = options.join ?? new ProcessRegistry(options.clock, options.user.name);
  const world: World = { ...options, registry };
  let over = false;
  /** A guest in another's namespace takes only its own along. */
  const leave = (): void => {
    over = true;
    registry.endAll(world);
  };
  let first: Child | undefined;
  const lookup = (file: string, env: ReadonlyMap<string, string>, cwd = '/') => {
    const { kind } = findExecutable(options.fs, options.programs, file, cwd, env.get('PATH') ?? defaultPath);
    return kind === 'program' || kind === 'script' ? 'found' : kind;
  };
  return {
    lookup,
    table: registry,
    processes: registry,
    stop: () => (options.join ? leave() : registry.stop()),
    start(start) {
      const found = lookup(start.argv[0] ?? '', start.env, start.cwd);
      if (found !== 'found' || registry.stopped || over) return { outcome: found === 'found' ? 'not-found' : found };
      const streams = connect(start, (group, signal) => registry.signalGroup(group, signal));
      const child = startProcess(world, start.argv, {
        env: start.env,
        cwd: start.cwd ?? '/',
        clock: start.urgent ? options.clock.urgent() : options.clock,
        parent: undefined,
        ignored: new Set(),
        ...streams,
        session: true,
      });
      for (const handle of [streams.stdin, streams.stdout, streams.stderr]) handle.close();
      first ??= child;
      if (options.join && child && first === child) void child.status.then(leave);
      return child ? { outcome: 'started', process: child } : { outcome: 'not-found' };
    },
  };
}

function connect(options: StartOptions, onSignal: (group: number, signal: Signal) => void) {
  const input = options.stdin ?? emptySource();
  const output = options.stdout ?? nullSink();
  if (options.tty) {
    const { stdin, stdout, terminal } = openTerminal({ input, output, size: options.tty, onSignal });
    return { stdin, stdout, stderr: stdout.dup(), terminal };
  }
  const stdout = sinkHandle(output);
  const stderr = options.stderr ? sinkHandle(options.stderr) : nullSink();
  return { stdin: sourceHandle(input), stdout, stderr, terminal: undefined };
}
