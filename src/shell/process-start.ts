/** How a process comes to be: fork, dup of its descriptors, execve, and the translation of how its program ended. */
import type { Clock } from '../kit/clock.ts';
import { errorText } from './interpreter/wording.ts';
import { resolvePath } from './paths.ts';
import {
  BrokenPipe,
  type Child,
  Exit,
  FileError,
  type FileSystem,
  type Process,
  type Program,
  type ProgramTable,
  type Signal,
  type SpawnOptions,
  type Terminal,
} from './process.ts';
import { processGuard } from './process-guard.ts';
import type { ProcessRegistry, Task } from './process-registry.ts';
import { findExecutable } from './program-files.ts';
import { isSignal, signalStatus } from './signals.ts';
import { type Guard, type SinkHandle, type SourceHandle, sinkHandle, sourceHandle } from './streams.ts';

/** What all processes of a container share. */
export interface World {
  readonly fs: FileSystem;
  readonly programs: ProgramTable;
  readonly hostname: string;
  readonly user: { readonly uid: number; readonly gid: number; readonly name: string };
  readonly registry: ProcessRegistry;
  readonly onBug?: (error: unknown, argv: readonly string[]) => void;
}

/** What a new process gets from whoever starts it. Streams are duplicated, not taken. */
export interface Inheritance {
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly stdin: SourceHandle;
  readonly stdout: SinkHandle;
  readonly stderr: SinkHandle;
  readonly terminal: Terminal | undefined;
  /** Undefined: started from outside. */
  readonly parent: Task | undefined;
  readonly ignored: ReadonlySet<Signal>;
  readonly group?: 'new' | number | undefined;
  readonly program?: Program | undefined;
  readonly file?: string | undefined;
  /** Leads a session: signals from its handle come from outside and reach its whole group. */
  readonly session?: boolean;
}

/** Where execvp looks when there is no PATH at all. */
const unsetPath = '/bin:/usr/bin';

interface Image {
  readonly program: Program;
  readonly argv: readonly string[];
}

/** The program and the argv it sees; scripts lead to their interpreter. Undefined: nothing to execute. */
function loadImage(
  world: World,
  argv: readonly string[],
  from: Pick<Inheritance, 'env' | 'cwd' | 'program' | 'file'>,
): Image | undefined {
  if (from.program) return { program: from.program, argv };
  const path = from.env.get('PATH') ?? unsetPath;
  let file = from.file ?? argv[0] ?? '';
  let words = argv;
  for (let depth = 0; depth < 5; depth++) {
    const found = findExecutable(world.fs, world.programs, file, from.cwd, path);
    if (found.kind === 'program') return { program: found.program, argv: words };
    if (found.kind !== 'script') return undefined;
    words = [...found.interpreter, file.includes('/') ? file : found.path, ...words.slice(1)];
    file = found.interpreter[0] ?? '';
  }
  return undefined;
}

/** Starts on a later microtask, so that the parent knows the pid first. Undefined: no such program. */
export function startProcess(world: World, argv: readonly string[], from: Inheritance): Child | undefined {
  const image = loadImage(world, argv, from);
  if (!image) return undefined;
  const { registry } = world;
  if (registry.full && from.parent) return undefined;
  const pid = registry.reservePid();
  const controller = new AbortController();
  const guard = processGuard({ clock: from.clock, signal: controller.signal, table: registry });
  let settle = (_status: number): void => {};
  const status = new Promise<number>((resolve) => {
    settle = resolve;
  });
  let ended = false;
  let endedBy: Signal | undefined;
  const task: Task = {
    pid,
    parent: from.parent?.pid ?? 0,
    group: from.group === 'new' ? pid : (from.group ?? from.parent?.group ?? pid),
    argv: image.argv,
    startedMs: registry.clock.now(),
    owner: world,
    handlers: new Map(),
    ignored: new Set(from.ignored),
    end(exitStatus, reason) {
      if (ended) return;
      ended = true;
      if (exitStatus === signalStatus(reason)) endedBy = reason;
      controller.abort(reason);
      guard.closeAll();
      registry.remove(task);
      settle(exitStatus & 0xff);
    },
  };
  registry.add(task);
  if (from.session && from.terminal) from.terminal.foreground = task.group;
  const process = makeProcess(world, task, guard, controller.signal, image.argv, from);
  queueMicrotask(() => {
    if (ended) return;
    runProgram(world, image.program, process).then((exitStatus) => task.end(exitStatus, 'SIGHUP'));
  });
  // A runtime signals the first process alone: what that one started learns nothing of it.
  const kill =
    from.session && pid !== 1
      ? (signal: Signal) => void registry.signalGroup(task.group, signal, true)
      : (signal: Signal) => void (ended || registry.deliver(task, signal, from.session === true));
  return { pid, status, endedBy: () => endedBy, kill };
}

/** Never rejects: an end by error is an exit status, too. */
async function runProgram(world: World, program: Program, process: Process): Promise<number> {
  try {
    return await program(process);
  } catch (error) {
    if (error instanceof Exit) return error.status;
    if (error instanceof BrokenPipe) return signalStatus('SIGPIPE');
    if (isSignal(error)) return signalStatus(error);
    const name = process.argv[0] ?? '';
    if (error instanceof FileError) {
      await complain(process, `${name}: ${error.path}: ${errorText(error.code)}\n`);
      return 1;
    }
    world.onBug?.(error, process.argv);
    await complain(
      process,
      `${name}: this is a bug in netpol-lab: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return 70;
  }
}

async function complain(process: Process, text: string): Promise<void> {
  try {
    await process.stderr.write(new TextEncoder().encode(text));
  } catch {
    // Nobody reads stderr any more: there is nobody to tell.
  }
}

function makeProcess(
  world: World,
  task: Task,
  guard: Guard,
  signal: AbortSignal,
  argv: readonly string[],
  from: Inheritance,
): Process {
  const streams: Streams = {
    stdin: sourceHandle(from.stdin, guard),
    stdout: sinkHandle(from.stdout, guard),
    stderr: sinkHandle(from.stderr, guard),
  };
  return {
    ...streams,
    ...signalSide(task),
    pid: task.pid,
    group: task.group,
    argv,
    env: from.env,
    cwd: from.cwd,
    terminal: streams.stdin.isTerminal || streams.stdout.isTerminal ? from.terminal : undefined,
    fs: world.fs,
    clock: from.clock,
    signal,
    table: world.registry,
    user: world.user,
    hostname: world.hostname,
    which(name) {
      const found = findExecutable(world.fs, world.programs, name, from.cwd, from.env.get('PATH') ?? unsetPath);
      return found.kind === 'program' || found.kind === 'script' ? resolvePath(from.cwd, found.path) : undefined;
    },
    spawn(words, options = {}) {
      // The dead start nothing: their JavaScript runs on until it next waits.
      signal.throwIfAborted();
      const given = inheritance(task, guard, streams, from, options);
      const child = startProcess(world, words, given);
      releaseOpened(given, streams);
      return child;
    },
    exec(words, options = {}) {
      signal.throwIfAborted();
      const given = inheritance(task, guard, streams, from, options);
      const image = loadImage(world, words, given);
      if (!image) {
        releaseOpened(given, streams);
        return undefined;
      }
      task.argv = image.argv;
      task.handlers.clear();
      for (const name of options.ignore ?? []) task.ignored.add(name);
      const next = makeProcess(world, task, guard, signal, image.argv, given);
      releaseOpened(given, streams);
      for (const handle of [streams.stdin, streams.stdout, streams.stderr]) handle.close();
      return runProgram(world, image.program, next);
    },
  };
}

interface Streams {
  readonly stdin: SourceHandle;
  readonly stdout: SinkHandle;
  readonly stderr: SinkHandle;
}

function signalSide(task: Task): Pick<Process, 'onSignal' | 'ignoreSignal'> {
  return {
    onSignal(name, handler) {
      const handlers = task.handlers.get(name) ?? new Set();
      task.handlers.set(name, handlers.add(handler));
      return () => handlers.delete(handler);
    },
    ignoreSignal(name) {
      task.ignored.add(name);
      return () => task.ignored.delete(name);
    },
  };
}

/** What a child, or the next program of the same process, gets: the options, and the rest from here. */
function inheritance(task: Task, guard: Guard, own: Streams, from: Inheritance, options: SpawnOptions): Inheritance {
  return {
    env: options.env ?? from.env,
    cwd: options.cwd ?? from.cwd,
    clock: from.clock,
    stdin: options.stdin ? sourceHandle(options.stdin, guard) : own.stdin,
    stdout: options.stdout ? sinkHandle(options.stdout, guard) : own.stdout,
    stderr: options.stderr ? sinkHandle(options.stderr, guard) : own.stderr,
    terminal: options.terminal === false ? undefined : from.terminal,
    parent: task,
    ignored: new Set([...task.ignored, ...(options.ignore ?? [])]),
    group: options.group,
    program: options.program,
    file: options.file,
  };
}

/** The handles that `inheritance` opened only to hand them on. */
function releaseOpened(given: Inheritance, own: Streams): void {
  if (given.stdin !== own.stdin) given.stdin.close();
  if (given.stdout !== own.stdout) given.stdout.close();
  if (given.stderr !== own.stderr) given.stderr.close();
}
