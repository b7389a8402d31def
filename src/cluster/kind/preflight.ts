/** What kind needs of this machine before anything is started: an engine whose daemon answers, and kind itself. */
import { LabError } from '../../kit/errors.ts';
import type { Problem } from '../provider.ts';
import { cureOf } from './cures.ts';
import { createTools, type Env, findEngine, type RunOptions, type Tools } from './tools.ts';

export const installs = {
  docker: 'install Docker Engine: https://docs.docker.com/engine/install/',
  podman: 'install Podman: https://podman.io/docs/installation',
  nerdctl: 'install nerdctl: https://github.com/containerd/nerdctl',
  kind: 'install kind v0.32.0: go install sigs.k8s.io/kind@v0.32.0, or https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
} as const;

const other = 'or play on the embedded cluster, which needs only Node: leave --on out';

export async function findTools(env: Env): Promise<Tools> {
  return createTools(await findEngine(env), env);
}

/** Empty when a cluster can be made. `answerMs`: how long each program may take to say its version. */
export async function checkPrograms(
  tools: Tools,
  signal?: AbortSignal,
  answerMs = 30_000,
): Promise<readonly Problem[]> {
  const { engine } = tools;
  const limits = { timeoutMs: answerMs, ...(signal && { signal }) };
  const daemon = await attempt(tools, [engine, engine === 'podman' ? 'info' : 'version'], limits);
  const kind = await attempt(tools, ['kind', 'version'], limits);
  const problems: Problem[] = [];
  if (daemon === 'missing') {
    problems.push({
      code: 'ERR_PROGRAM_MISSING',
      message: `${engine} is not installed`,
      cure: `${installs[engine]}; ${other}`,
    });
  } else if (daemon !== undefined) {
    const cure = cureOf(daemon) ?? `make this work: ${engine} info`;
    problems.push({
      code: 'ERR_PROGRAM_FAILED',
      message: `${engine} is installed, but does not work`,
      details: daemon,
      cure,
    });
  }
  if (kind === 'missing') {
    problems.push({
      code: 'ERR_PROGRAM_MISSING',
      message: 'kind is not installed',
      cure: `${installs.kind}; ${other}`,
    });
  } else if (kind !== undefined) {
    problems.push({
      code: 'ERR_PROGRAM_FAILED',
      message: 'kind is installed, but does not work',
      details: kind,
      cure: installs.kind,
    });
  }
  return problems;
}

/** undefined when it works; otherwise what it printed. */
async function attempt(tools: Tools, argv: readonly string[], limits: RunOptions): Promise<string | undefined> {
  try {
    const { exitCode, stdout, stderr } = await tools.run(argv, limits);
    return exitCode === 0 ? undefined : `$ ${argv.join(' ')}\n${stderr.trim() || stdout.trim()}`;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    if (error.code === 'ERR_PROGRAM_MISSING') return 'missing';
    if (error.code === 'ERR_TIMEOUT') return error.message;
    throw error;
  }
}

/** All at once, in the fixed shape of errors. Throws LabError unless there are none. */
export function refuseProblems(problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  throw new LabError(first.code, problems.map(({ message }) => message).join('; '), {
    details: problems.flatMap(({ details }) => (details ? [details] : [])).join('\n') || undefined,
    cure: problems.flatMap(({ cure }) => (cure ? [cure] : [])).join('\n                 '),
  });
}
