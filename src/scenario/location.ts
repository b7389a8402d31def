/**
 * Where in a scenario's files something stands. Every problem that the loader or the contract finds carries one, so that an
 * author can jump to it.
 */
import { LabError } from '../kit/errors.ts';
import type { ProblemCode } from './problem-codes.ts';

export interface Location {
  /** As the author would type it: relative to the folder that was asked for, or absolute. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Location {
  readonly message: string;
  /** Left out: `schema`. */
  readonly code?: ProblemCode;
}

/** The code stands at the end of the first line: what follows is output that proves it. */
export function formatProblem({ file, line, column, message, code }: Problem): string {
  const [first = '', ...rest] = message.split('\n');
  const head = `${file}:${line}:${column}: ${first}${code ? ` [${code}]` : ''}`;
  return [head, ...rest].join('\n');
}

export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  );
}

/** All problems in one error: authors fix them in one go. */
export function invalidScenario(what: string, problems: readonly Problem[], cure: string): LabError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new LabError('ERR_SCENARIO_INVALID', `${what} is not valid: ${count}`, {
    details: sortProblems(problems).map(formatProblem).join('\n'),
    cure,
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
