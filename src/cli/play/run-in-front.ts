/** Runs a command that the learner typed, with the terminal's own streams; Ctrl-C ends the command and not the session. */
import { spawn } from 'node:child_process';
import { parseCommand } from '../../scenario/command-line.ts';
import type { Cli } from '../cli.ts';
import type { KubectlChoice } from '../commands/options.ts';
import { takeInput } from './front-input.ts';
import { terminalOf } from './pass-to-kubectl.ts';

export async function runInFront({ io }: Cli, kubeconfig: string, kubectl: KubectlChoice, text: string): Promise<void> {
  const parsed = parseCommand(text);
  if ('problem' in parsed) {
    io.stdout.write(`${parsed.problem}\nFor that, use another terminal: export KUBECONFIG=${kubeconfig}\n`);
    return;
  }
  const [, ...args] = parsed.command.argv;
  const stop = new AbortController();
  const release = io.intercept(() => stop.abort());
  const env = { ...io.env, KUBECONFIG: kubeconfig };
  try {
    if (kubectl === 'system') {
      await new Promise<void>((resolve, reject) => {
        const child = spawn('kubectl', args, { stdio: 'inherit', env, cwd: io.cwd });
        child.on('error', reject);
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
      stdin: input.chunks,
      stdout: io.stdout,
      stderr: io.stderr,
      signal: AbortSignal.any([stop.signal, io.signal]),
      terminal: terminalOf(io),
    });
  } finally {
    release();
  }
}
