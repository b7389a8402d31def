/** Runs the program with a state folder of its own: in this process, or as a process that can be interrupted. */
import { spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../src/cli/app.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const self = [process.execPath, join(root, 'dist/cli/main.js')] as const;

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

export interface Running {
  readonly pid: number;
  /** Resolves when stdout or stderr holds the text. */
  until(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly finished: Promise<Finished>;
}

export class Home implements AsyncDisposable {
  readonly folder: string;
  readonly #started: Running[] = [];
  readonly #signal = new AbortController().signal;

  constructor(folder: string) {
    this.folder = folder;
    setMaxListeners(0, this.#signal);
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const [program, ...rest] = self;
    const child = spawn(program, [...rest, ...args], {
      cwd: root,
      env: { ...process.env, NETPOL_LAB_HOME: this.folder, NO_COLOR: '1', CI: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    const listeners = new Set<() => void>();
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text;
        for (const listener of listeners) listener();
      });
    }
    const finished = new Promise<Finished>((resolve) =>
      child.on('close', (exitCode) => resolve({ ...output, exitCode })),
    );
    const running: Running = {
      pid: child.pid ?? 0,
      until: (text) =>
        new Promise((resolve, reject) => {
          const look = () => {
            if (!(output.stdout + output.stderr).includes(text)) return;
            listeners.delete(look);
            resolve();
          };
          listeners.add(look);
          look();
          void finished.then(() => reject(new Error(`ended without "${text}":\n${output.stdout}${output.stderr}`)));
        }),
      kill: (signal) => void child.kill(signal),
      finished,
    };
    this.#started.push(running);
    return running;
  }

  /** In this process, without a terminal: what most tests need, and quick. */
  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    const output = { stdout: '', stderr: '' };
    const collect = (stream: 'stdout' | 'stderr') => ({
      write(chunk: string | Uint8Array) {
        output[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      },
    });
    const exitCode = await run(args, {
      env: { ...process.env, NETPOL_LAB_HOME: this.folder, NO_COLOR: '1', CI: '', ...env },
      cwd: root,
      platform: process.platform,
      homeFolder: this.folder,
      temporaryFolder: tmpdir(),
      stdin: process.stdin,
      stdout: collect('stdout'),
      stderr: collect('stderr'),
      signal: this.#signal,
      intercept: () => () => undefined,
      pid: process.pid,
      self,
    });
    return { ...output, exitCode };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run(['cluster', 'down', '--all']);
    for (const running of this.#started) running.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function makeHome(): Promise<Home> {
  return new Home(await mkdtemp(join(tmpdir(), 'netpol lab ')));
}
