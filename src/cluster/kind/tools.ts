/**
 * The programs that the kind provider runs: kind itself, and the container engine that kind will use. Their environment is the
 * user's own, so that DOCKER_HOST, KIND_EXPERIMENTAL_PROVIDER and proxies mean what they mean to kind.
 */
import { LabError } from '../../kit/errors.ts';
import { type ProgramOptions, type ProgramResult, printArgv, runProgram } from '../../kit/run-program.ts';
import { cureOf } from './cures.ts';

export type Engine = 'docker' | 'podman' | 'nerdctl';

export type Env = Readonly<Record<string, string | undefined>>;

export interface RunOptions extends Omit<ProgramOptions, 'env'> {
  /** Overrides what the output suggests. */
  readonly cure?: string;
}

export interface Tools {
  readonly engine: Engine;
  readonly env: Env;
  /** Never throws for a non-zero exit. */
  run(argv: readonly string[], options?: RunOptions): Promise<ProgramResult>;
  /** Throws LabError ERR_PROGRAM_FAILED with command line, output and cure. */
  need(argv: readonly string[], options?: RunOptions): Promise<ProgramResult>;
}

/** In the order in which kind looks for them (pkg/cluster/provider.go, DetectNodeProvider). */
const engines: readonly Engine[] = ['docker', 'nerdctl', 'podman'];

/** Throws LabError ERR_USAGE for an engine that kind does not know. */
export function engineByEnv(env: Env): Engine | undefined {
  const wanted = env['KIND_EXPERIMENTAL_PROVIDER'];
  if (!wanted) return undefined;
  const known = engines.find((engine) => engine === wanted);
  if (known) return known;
  throw new LabError('ERR_USAGE', `KIND_EXPERIMENTAL_PROVIDER is "${wanted}"`, {
    cure: `unset it, or set it to one of ${engines.join(', ')}`,
  });
}

/** The one that the environment names, else the first that is installed, else docker. */
export async function findEngine(env: Env): Promise<Engine> {
  const named = engineByEnv(env);
  if (named) return named;
  for (const engine of engines) {
    if (await isInstalled(engine, env)) return engine;
  }
  return 'docker';
}

async function isInstalled(engine: Engine, env: Env): Promise<boolean> {
  try {
    const { exitCode, stdout } = await runProgram([engine, '--version'], { env });
    // Podman's own `docker` says "podman version": kind does not take it for Docker either.
    return exitCode === 0 && stdout.toLowerCase().startsWith(`${engine} version`);
  } catch {
    return false;
  }
}

export function createTools(engine: Engine, env: Env): Tools {
  const run = (argv: readonly string[], { cure, ...options }: RunOptions = {}) => {
    void cure;
    return runProgram(argv, { ...options, env });
  };
  return {
    engine,
    env,
    run,
    async need(argv, options = {}) {
      const result = await run(argv, options);
      if (result.exitCode === 0) return result;
      throw programFailed(result, options.cure);
    },
  };
}

/** In the fixed shape of errors: what failed, its command line and output, the way out. */
export function programFailed(result: ProgramResult, cure?: string): LabError {
  const output = `${result.stdout}${result.stderr}`;
  return new LabError('ERR_PROGRAM_FAILED', `${result.argv[0]} exited with ${result.exitCode}`, {
    details: `$ ${printArgv(result.argv)}\n${abridged(output)}`,
    cure: cure ?? cureOf(output),
  });
}

/** kubeadm can fill a thousand lines: what was tried stands at the beginning, what went wrong at the end. */
function abridged(output: string, [first, last] = [10, 60] as const): string {
  const lines = output.split('\n');
  const left = lines.length - first - last;
  if (left <= 0) return output;
  return [...lines.slice(0, first), `… ${left} lines left out …`, ...lines.slice(-last)].join('\n');
}

/** Of the engine's own output, one line each, without empty ones. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
