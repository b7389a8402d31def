/** Runs a command that the learner typed, with the terminal's own streams; Ctrl-C ends the command and not the session. */
import { spawn } from 'node:child_process';
import { parseCommand } from '../../scenario/command-line.ts';
import type { Cli } from '../cli.ts';
import { kubeconfigLine } from '../clusters/kubeconfig-line.ts';
import { kubectlEnvironment } from '../command-runner.ts';
import type { KubectlChoice } from '../commands/options.ts';
import { takeInput } from './front-input.ts';
import { terminalOf } from './pass-to-kubectl.ts';

export async function runInFront({ io }: Cli, kubeconfig: string, kubectl: KubectlChoice, text: string): Promise<void> {
  const parsed = parseCommand(text);
  if ('problem' in parsed) {
    io.stdout.write(`${parsed.problem}\nFor that, use another terminal:\n  ${kubeconfigLine(io, kubeconfig)}\n`);
    return;
  }
  const { argv, stdin } = parsed.command;
  const args = argv.slice(1);
  const stop = new AbortController();
  const release = io.intercept(() => stop.abort());
  const env = kubectlEnvironment(io, kubeconfig);
  try {
    if (kubectl === 'system') {
      await new Promise<void>((resolve, reject) => {
        const here = stdin === undefined ? 'inherit' : 'pipe';
        const child = spawn('kubectl', args, { stdio: [here, 'inherit', 'inherit'], env, cwd: io.cwd });
        child.on('error', reject);
        // It may end without having read everything.
        child.stdin?.on('error', () => undefined);
        child.stdin?.end(stdin);
        child.on('exit', () => resolve());
      });
      return;
    }
    const { runKubectl } = await import('../../kubectl/run.ts');
    using input = takeInput(io.stdin);
    await runKubectl(args, {
      kubeconfig,
      env,
      cwd: io.cwd,
      stdin: stdin === undefined ? input.chunks : chunksOf(stdin),
      stdout: io.stdout,
      stderr: io.stderr,
      signal: AbortSignal.any([stop.signal, io.signal]),
      terminal: terminalOf(io),
    });
  } finally {
    release();
  }
}

async function* chunksOf(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}
