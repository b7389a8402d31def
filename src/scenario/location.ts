/**
 * Where in a scenario's files something stands. Every problem that the loader or the contract finds carries one, so that an
 * author can jump to it.
 */
import { LabError } from '../kit/errors.ts';

export interface Location {
  /** As the author would type it: relative to the folder that was asked for, or absolute. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Location {
  readonly message: string;
}

export function formatProblem({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
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
