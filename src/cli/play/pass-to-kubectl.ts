/** `netpol-lab kubectl …`: the built-in kubectl with this terminal's streams and the running cluster's kubeconfig. */
import { EXIT, type ExitCode } from '../../kit/errors.ts';
import { needsNoCluster, runKubectl } from '../../kubectl/run.ts';
import type { Cli } from '../cli.ts';
import { chooseCluster } from '../clusters/target.ts';
import type { CliIo } from '../io.ts';
import { takeInput } from './front-input.ts';

export async function passToKubectl({ io }: Cli, args: readonly string[]): Promise<ExitCode> {
  const kubeconfig = needsNoCluster(args) ? '' : (await chooseCluster(io, {})).kubeconfig;
  using input = takeInput(io.stdin);
  const exitCode = await runKubectl(args, {
    kubeconfig,
    env: { ...io.env, KUBECONFIG: kubeconfig },
    cwd: io.cwd,
    stdin: input.chunks,
    stdout: io.stdout,
    stderr: io.stderr,
    signal: io.signal,
    ...(io.stdin.isTTY && io.stdout.isTTY && { terminal: terminalOf(io) }),
  });
  // kubectl's exit code is the command's own: any number, not only ours.
  return (exitCode || EXIT.ok) as ExitCode;
}

export function terminalOf({ stdin, stdout }: CliIo) {
  return {
    columns: stdout.columns ?? 80,
    rows: stdout.rows ?? 24,
    setRaw() {
      stdin.setRawMode(true);
      return () => void stdin.setRawMode(false);
    },
  };
}
