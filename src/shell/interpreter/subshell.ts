/** Subshells: processes of their own that start as a copy of the shell, for `( )`, pipelines, `$( )` and `&`. */
import { openPipe } from '../pipe.ts';
import type { Child, Process, Signal, Sink, Source } from '../process.ts';
import { emptySource, joinBytes, nullSink, sinkHandle, sourceHandle } from '../streams.ts';
import { FunctionReturn, LoopJump, ShellError, ShellExit } from './control.ts';
import { guardOf } from './redirect.ts';
import { type Descriptor, Shell } from './shell.ts';
import { runExitTrap } from './traps.ts';

export interface ForkOptions {
  readonly stdin?: Source;
  readonly stdout?: Sink;
  readonly group?: 'new' | number;
  readonly ignore?: readonly Signal[];
}

/** Starts `run` in a copy of the shell. The copy is made now; what the parent changes afterwards stays its own. */
export function forkShell(parent: Shell, run: (shell: Shell) => Promise<number>, options: ForkOptions = {}): Child {
  refuseWhenFull(parent);
  parent.pace.charge(64);
  const snapshot = copyState(parent);
  const extra = new Map(
    [...parent.fds].filter(([number]) => number > 2).map(([number, fd]) => [number, duplicate(fd)]),
  );
  const child = parent.process.spawn(parent.process.argv, {
    cwd: parent.cwd,
    env: parent.vars.environment(),
    stdin: options.stdin ?? parent.fds.get(0)?.source ?? emptySource(),
    stdout: options.stdout ?? parent.fds.get(1)?.sink ?? nullSink(),
    stderr: parent.fds.get(2)?.sink ?? nullSink(),
    ...(options.group !== undefined && { group: options.group }),
    ...(options.ignore && { ignore: options.ignore }),
    program: async (process) => {
      const shell = snapshot(process);
      connect(shell, extra);
      return runSubshell(shell, run);
    },
  });
  if (!child) throw new Error('assertion failed: a subshell needs no file and always starts');
  return child;
}

/** Throws ShellError when the container has all the processes that it may have. */
export function refuseWhenFull(shell: Shell): void {
  if (!shell.process.table.full) return;
  throw shell.fail(shell.wording.name === 'dash' ? 'Cannot fork' : "can't fork: Resource temporarily unavailable");
}

function duplicate(descriptor: Descriptor): Descriptor {
  return {
    ...(descriptor.source && { source: descriptor.source.dup() }),
    ...(descriptor.sink && { sink: descriptor.sink.dup() }),
  };
}

/** Descriptors 0 to 2 are the new process's own; the others change owner, so that its death closes them. */
function connect(shell: Shell, extra: ReadonlyMap<number, Descriptor>): void {
  const guard = guardOf(shell);
  connectStandard(shell);
  for (const [number, { source, sink }] of extra) {
    shell.fds.set(number, { ...(source && { source: source.dup(guard) }), ...(sink && { sink: sink.dup(guard) }) });
    source?.close();
    sink?.close();
  }
}

export function connectStandard(shell: Shell): void {
  const guard = guardOf(shell);
  shell.fds.set(0, { source: sourceHandle(shell.process.stdin, guard) });
  shell.fds.set(1, { sink: sinkHandle(shell.process.stdout, guard) });
  shell.fds.set(2, { sink: sinkHandle(shell.process.stderr, guard) });
}

function copyState(parent: Shell): (process: Process) => Shell {
  const state = {
    vars: parent.vars.copy(),
    functions: new Map(parent.functions),
    aliases: new Map(parent.aliases),
    options: new Set(parent.options),
    // Traps are reset, but what is ignored stays ignored.
    traps: new Map([...parent.traps].filter(([, action]) => action === '')),
    positional: parent.positional,
    cwd: parent.cwd,
    status: parent.status,
    line: parent.line,
    loopDepth: parent.loopDepth,
    functionDepth: parent.functionDepth,
    sourceDepth: parent.sourceDepth,
    tested: parent.tested,
    lastBackground: parent.lastBackground,
    umask: parent.umask,
  };
  const { wording, engine, arg0, positional, input } = parent;
  return (process) => Object.assign(new Shell({ process, wording, engine, arg0, positional, input }, parent), state);
}

async function runSubshell(shell: Shell, run: (shell: Shell) => Promise<number>): Promise<number> {
  const status = await endStatus(shell, () => run(shell));
  return runExitTrap(shell, status);
}

/** What remains of everything that can be thrown through a whole shell. */
export async function endStatus(shell: Shell, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ShellExit || error instanceof FunctionReturn) return error.status;
    if (error instanceof LoopJump) return shell.status;
    if (error instanceof ShellError) {
      await shell.err(error.message);
      return error.status;
    }
    throw error;
  }
}

/** `$(…)`: the output without its trailing newlines. Its status is kept apart from `$?`. */
export async function captureOutput(shell: Shell, run: (shell: Shell) => Promise<number>): Promise<string> {
  const pipe = openPipe(guardOf(shell));
  const child = forkShell(shell, run, { stdout: pipe.sink });
  pipe.sink.close();
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = await pipe.source.read();
    if (!chunk) break;
    chunks.push(chunk);
  }
  pipe.source.close();
  shell.substitutionStatus = await child.status;
  return new TextDecoder().decode(joinBytes(chunks)).replaceAll('\0', '').replace(/\n+$/, '');
}
