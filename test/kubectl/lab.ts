/** An embedded cluster on virtual time, and kubectl against it: the built-in one in this process, the system's as a program. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedCluster } from '../../src/cluster/embedded/cluster.ts';
import { virtualClock } from '../../src/kit/virtual-clock.ts';
import type { KubectlTerminal } from '../../src/kubectl/io.ts';
import { runKubectl } from '../../src/kubectl/run.ts';

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface RunInput {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly terminal?: KubectlTerminal;
  /** Called with everything on stdout so far. */
  readonly onStdout?: (text: string) => void;
}

export interface KubectlLab extends AsyncDisposable {
  readonly folder: string;
  readonly kubeconfig: string;
  builtin(words: string | readonly string[], input?: RunInput): Promise<Outcome>;
  /** Throws when it fails: for preparing. */
  must(words: string | readonly string[], input?: RunInput): Promise<string>;
  system(words: string | readonly string[], input?: RunInput): Promise<Outcome>;
  file(name: string, text: string): Promise<void>;
}

export const hasSystemKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

export async function openKubectlLab(): Promise<KubectlLab> {
  const folder = await mkdtemp(join(tmpdir(), 'netpol kubectl '));
  const kubeconfig = `${folder}.kubeconfig`;
  const cluster = await createEmbeddedCluster({
    clock: virtualClock({ startMs: Date.now() }),
    seed: 'kubectl',
    workers: 1,
    kubeconfigPath: kubeconfig,
  });
  const builtin: KubectlLab['builtin'] = async (words, input = {}) => {
    let [stdout, stderr] = ['', ''];
    const text = (chunk: string | Uint8Array): string => Buffer.from(chunk as Uint8Array).toString('utf8');
    const exitCode = await runKubectl(split(words), {
      kubeconfig,
      env: { PATH: process.env['PATH'], ...input.env },
      cwd: folder,
      stdin: once(input.stdin ?? ''),
      stdout: {
        write(chunk) {
          stdout += text(chunk);
          input.onStdout?.(stdout);
        },
      },
      stderr: {
        write(chunk) {
          stderr += text(chunk);
        },
      },
      ...(input.signal && { signal: input.signal }),
      ...(input.terminal && { terminal: input.terminal }),
    });
    return { stdout, stderr, exitCode };
  };
  return {
    folder,
    kubeconfig,
    builtin,
    async must(words, input) {
      const outcome = await builtin(words, input);
      if (outcome.exitCode !== 0) throw new Error(`kubectl ${split(words).join(' ')}: ${outcome.stderr}`);
      return outcome.stdout;
    },
    system: (words, input = {}) =>
      runSystem(split(words), { ...process.env, KUBECONFIG: kubeconfig, ...input.env }, folder, input.stdin),
    file: (name, text) => writeFile(join(folder, name), text),
    async [Symbol.asyncDispose]() {
      await cluster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function split(words: string | readonly string[]): readonly string[] {
  return typeof words === 'string' ? words.split(' ') : words;
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  if (text !== '') yield Buffer.from(text);
}

function runSystem(words: readonly string[], env: NodeJS.ProcessEnv, cwd: string, stdin = ''): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('kubectl', words, { env, cwd });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ stdout, stderr, exitCode: code ?? -1 }));
    child.stdin.end(stdin);
  });
}
