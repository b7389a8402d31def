/** Runs what pages suggest: kubectl, built in or the system's, and netpol-lab itself, always against the session's cluster. */
import { access, constants } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { LabError } from '../kit/errors.ts';
import type { CommandInput, CommandOutcome, CommandRunner } from '../runner/commands.ts';
import type { Cli } from './cli.ts';
import { kubeconfigVariable } from './clusters/target.ts';
import type { KubectlChoice } from './commands/options.ts';
import type { CliIo } from './io.ts';

export interface RunnerOptions {
  readonly kubeconfig: string;
  readonly kubectl: KubectlChoice;
  readonly within: NonNullable<CliIo['within']>;
}

export function createCommandRunner(cli: Cli, { kubeconfig, kubectl, within }: RunnerOptions): CommandRunner {
  const io = { ...cli.io, within };
  return async (argv, input) => {
    const [program, ...args] = argv;
    if (program === 'kubectl')
      return kubectl === 'builtin' ? runBuiltin(io, kubeconfig, args, input) : runSystem(io, kubeconfig, args, input);
    if (program === 'netpol-lab') return runSelf(cli.run, io, kubeconfig, args, input);
    throw new LabError('ERR_SCENARIO_INVALID', `a page may run kubectl and netpol-lab, not ${program}`);
  };
}

/**
 * The system's where there is one that works, as learners have it under their fingers. Throws LabError where the system's was
 * asked for and does not work.
 */
export async function chooseKubectl(io: CliIo, wanted: KubectlChoice | undefined): Promise<KubectlChoice> {
  if (wanted === 'builtin' || (!wanted && !(await findOnPath(io, 'kubectl')))) return 'builtin';
  try {
    await tryKubectl(io);
    return 'system';
  } catch (error) {
    if (wanted || io.signal.aborted || !(error instanceof LabError)) throw error;
    io.stderr.write(`${error.message}: the built-in one is used instead\n`);
    return 'builtin';
  }
}

/** Asks it for its own version, which needs no cluster. */
async function tryKubectl({ env, signal }: CliIo): Promise<void> {
  const { printArgv, runProgram } = await import('../kit/run-program.ts');
  const argv = ['kubectl', 'version', '--client'];
  const { exitCode, stdout, stderr } = await runProgram(argv, { env, signal, timeoutMs: 10_000 });
  if (exitCode === 0) return;
  throw new LabError('ERR_PROGRAM_FAILED', `the kubectl on PATH does not work (exit code ${exitCode})`, {
    details: `$ ${printArgv(argv)}\n${stdout}${stderr}`,
    cure: '--kubectl builtin needs none',
  });
}

async function findOnPath({ env, platform }: CliIo, name: string): Promise<boolean> {
  const windows = platform === 'win32';
  const extensions = windows ? (env['PATHEXT'] ?? '.EXE;.CMD').split(';') : [''];
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    for (const extension of extensions) {
      const found = await access(join(folder, `${name}${extension}`), windows ? constants.F_OK : constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return true;
    }
  }
  return false;
}

async function runBuiltin(
  io: CliIo,
  kubeconfig: string,
  args: readonly string[],
  input: CommandInput,
): Promise<CommandOutcome> {
  const { runKubectl } = await import('../kubectl/run.ts');
  const collected = collector();
  const exitCode = await runKubectl(args, {
    kubeconfig,
    env: { ...io.env, KUBECONFIG: kubeconfig },
    cwd: input.cwd,
    stdin: once(input.stdin),
    stdout: { write: (chunk) => collected.take('stdout', chunk) },
    stderr: { write: (chunk) => collected.take('stderr', chunk) },
    signal: input.signal,
    ...(io.within && { clients: io.within.clients }),
  });
  input.signal.throwIfAborted();
  return { ...collected.texts(), exitCode };
}

/** kubectl's discovery cache is keyed by address: ours changes each time and would pile up in the user's own. */
export function kubectlEnvironment({ env }: Pick<CliIo, 'env'>, kubeconfig: string): NodeJS.ProcessEnv {
  return { ...env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(dirname(kubeconfig), 'kubectl-cache') };
}

async function runSystem(
  io: CliIo,
  kubeconfig: string,
  args: readonly string[],
  input: CommandInput,
): Promise<CommandOutcome> {
  const { runProgram } = await import('../kit/run-program.ts');
  const { stdout, stderr, exitCode } = await runProgram(['kubectl', ...args], {
    env: kubectlEnvironment(io, kubeconfig),
    cwd: input.cwd,
    signal: input.signal,
    ...(input.stdin !== undefined && { stdin: input.stdin }),
  });
  return { stdout, stderr, output: stdout + stderr, exitCode };
}

async function runSelf(
  run: Cli['run'],
  io: CliIo,
  kubeconfig: string,
  args: readonly string[],
  input: CommandInput,
): Promise<CommandOutcome> {
  const collected = collector();
  const exitCode = await run(args, {
    ...io,
    env: { ...io.env, [kubeconfigVariable]: kubeconfig, NO_COLOR: '1' },
    cwd: input.cwd,
    signal: input.signal,
    stdout: { write: (chunk) => collected.take('stdout', chunk) },
    stderr: { write: (chunk) => collected.take('stderr', chunk) },
  });
  return { ...collected.texts(), exitCode };
}

async function* once(text: string | undefined): AsyncIterable<Uint8Array> {
  if (text) yield new TextEncoder().encode(text);
}

function collector() {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const texts = { stdout: '', stderr: '', output: '' };
  return {
    take(stream: 'stdout' | 'stderr', chunk: string | Uint8Array): void {
      const text = typeof chunk === 'string' ? chunk : decoders[stream].decode(chunk, { stream: true });
      texts[stream] += text;
      texts.output += text;
    },
    texts: () => ({ ...texts }),
  };
}
