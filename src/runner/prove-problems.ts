/** What a proof finds wrong, in words, with its place and its code. Pure: observations and outcomes in, problems out. */

import { describeFailure, printFlow } from '../check/describe-result.ts';
import { type CheckResult, type ProbeResult, seesExactly } from '../check/grade.ts';
import { LabError } from '../kit/errors.ts';
import { ApiError } from '../kube/client.ts';
import type { Location, Problem } from '../scenario/location.ts';
import type { PageCommand, Trap } from '../scenario/model.ts';
import type { ProblemCode } from '../scenario/problem-codes.ts';
import type { CheckReport } from './events.ts';
import type { PlayedCommand } from './play-command.ts';

export function problemAt({ file, line, column }: Location, code: ProblemCode, message: string): Problem {
  return { file, line, column, message, code };
}

/** Probes that do not see exactly what the phase declares. */
export function unexpected(results: readonly ProbeResult[], phase: 'healthy' | 'broken'): readonly Problem[] {
  return results
    .filter((result) => !seesExactly(result))
    .map(({ probe, expected, observation }) => {
      const ran = observation.evidence.map(({ argv, stdout, stderr, error }) =>
        `\n$ ${argv.join(' ')}\n${stdout}${stderr}${error ?? ''}`.trimEnd(),
      );
      const code = observation.reason === 'no-tool' ? 'tool-missing' : (`${phase}-differs` as const);
      return problemAt(
        probe.at,
        code,
        `probe ${probe.id}, ${phase}: ${printFlow(probe)}: expected ${expected}, saw ${observation.outcome} (${observation.detail})${ran.join('')}`,
      );
    });
}

/** A fault that no probe feels: the more useful thing to say than what each of them should have seen. */
export function isWithoutFault(healthy: readonly ProbeResult[], broken: readonly ProbeResult[]): boolean {
  return broken.every(
    ({ observation }, i) =>
      observation.outcome !== 'unknown' && observation.outcome === healthy[i]?.observation.outcome,
  );
}

/** The containerd's and the shell's words for a program that the image has not. */
const missingTool = /executable file not found in \$PATH|: not found\b|no such file or directory: unknown/;

export function pageProblems(command: PageCommand, played: PlayedCommand): readonly Problem[] {
  const [first = ''] = played.text.split('\n', 1);
  const { output } = played.outcome;
  const code = missingTool.test(output) ? 'tool-missing' : 'page-differs';
  return played.problems.map((message) =>
    problemAt(command.at, code, `$ ${first}: ${message}; it printed:\n${output.trimEnd()}`),
  );
}

/** The same observation, held against what the fixed phase expects. */
export function asFixed(result: ProbeResult): ProbeResult {
  const expected = result.probe.expect.fixed;
  const { outcome } = result.observation;
  const asWanted = (outcome === 'allowed') === (expected === 'allowed');
  return { ...result, expected, status: outcome === 'unknown' ? 'inconclusive' : asWanted ? 'pass' : 'fail' };
}

/** Empty for a check that passed. */
export function failureOf(result: CheckResult, place: Location, code: ProblemCode, prefix: string): readonly Problem[] {
  if (result.status === 'pass') return [];
  const flow = result.counterexample ? ` ${printFlow(result.counterexample.probe)}:` : '';
  const failure = describeFailure(result).join('; ');
  return [problemAt(place, code, `${prefix}: check ${result.id} says ${result.status}:${flow} ${failure}`)];
}

/** Empty for a trap that this check has caught. */
export function notCaught(
  { id, at }: Pick<Trap, 'id' | 'at'>,
  check: string,
  reports: readonly CheckReport[],
): readonly Problem[] {
  const status = reports.find(({ result }) => result.id === check)?.result.status;
  if (status === 'fail') return [];
  return [problemAt(at, 'trap-passes', `trap ${id} is not caught by ${check}: the check says ${status}`)];
}

export function stateProblem(place: Location, before: string, after: string): readonly Problem[] {
  if (before === after) return [];
  const old = new Set(before.split('\n'));
  const now = new Set(after.split('\n'));
  const lines = [
    ...[...old].filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...[...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
  return [problemAt(place, 'reset-differs', `reset leads to another state than before:\n${lines.join('\n')}`)];
}

/** What stopped a stage halfway, under the code of what the stage would have proved. */
export const stageCodes = {
  load: 'schema',
  healthy: 'healthy-differs',
  broken: 'broken-differs',
  cause: 'cause-wrong',
  pages: 'page-differs',
  solution: 'solution-fails',
  trap: 'trap-passes',
  mutants: 'mutant-survives',
  reset: 'reset-differs',
} as const satisfies Readonly<Record<string, ProblemCode>>;

export type StageKind = keyof typeof stageCodes;

/** A pod that never gets ready, or an object that the API refuses, is the scenario's fault; all else is thrown again. */
export function stopped(error: unknown, kind: StageKind, at: Location): Problem {
  if (error instanceof ApiError && error.code >= 400 && error.code < 500)
    return problemAt(
      at,
      kind === 'healthy' || kind === 'broken' ? 'manifest-invalid' : stageCodes[kind],
      error.message,
    );
  if (error instanceof LabError && (error.code === 'ERR_TIMEOUT' || error.code === 'ERR_STATE'))
    return problemAt(at, stageCodes[kind], [error.message, error.details ?? ''].join('\n').trimEnd());
  throw error;
}
