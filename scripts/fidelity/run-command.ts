/** Runs one recorded command line as a person's machine would: own process, working folder, optionally a terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { printArgv } from '../../src/kit/run-program.ts';
import type { RunStep, Seen } from './fixture.ts';

export interface CommandContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const limitMs = 90_000;

/** Never throws for what the command does; 124 and a note on stderr when it had to be killed after 90 s. */
export async function runCommand(step: RunStep, argv: readonly string[], context: CommandContext): Promise<Seen> {
  // A terminal for the command comes from script(1): Node itself has none to give.
  const [file = '', ...args] = step.terminal
    ? ['script', '-qefc', `stty rows 24 cols 80; exec ${printArgv(argv)}`, '/dev/null']
    : argv;
  const child = spawn(file, args, { cwd: context.cwd, env: { ...context.env, ...step.env }, stdio: 'pipe' });
  const output = { stdout: '', stderr: '' };
  let lastOutput = performance.now();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      lastOutput = performance.now();
    });
  }
  child.stdin.on('error', () => {}); // a command that does not read its input may be gone before it is written
  const spawned = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const ended = new AbortController();
  const killer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const interrupter = step.interruptAfterMs ? setTimeout(() => child.kill('SIGINT'), step.interruptAfterMs) : undefined;
  if (step.terminal)
    void type(
      step.terminal,
      (text) => child.stdin.write(text),
      () => performance.now() - lastOutput,
      ended.signal,
    );
  else child.stdin.end(step.stdin ?? '');
  try {
    const [code, signal] = await spawned;
    return { ...output, exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0) };
  } catch (error) {
    return { stdout: '', stderr: `${(error as Error).message}\n`, exitCode: 127 };
  } finally {
    clearTimeout(killer);
    clearTimeout(interrupter);
    ended.abort();
  }
}

/** Types each text at its second, or as soon as the terminal has been quiet for a while: time may run faster here. */
async function type(
  input: readonly (readonly [number, string])[],
  write: (text: string) => void,
  quietMs: () => number,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  for (const [second, text] of input) {
    let typedAt = performance.now();
    while (performance.now() - started < second * 1000 && !(quietMs() > 400 && performance.now() - typedAt > 500)) {
      await wait(50);
      if (signal.aborted) return;
    }
    if (signal.aborted) return;
    write(text);
    typedAt = performance.now();
  }
}
