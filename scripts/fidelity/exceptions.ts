/** The steps that the embedded cluster is known not to reproduce, each with its reason: part of the documentation. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { StepResult } from './replay.ts';
import type { ReportedStep } from './report.ts';

export interface Exception {
  readonly fixture: string;
  readonly steps: readonly number[];
  readonly reason: string;
}

export async function loadExceptions(): Promise<readonly Exception[]> {
  const text = await readFile(new URL('../../docs/fidelity-exceptions.yaml', import.meta.url), 'utf8');
  return (parse(text) as { exceptions: Exception[] | null }).exceptions ?? [];
}

export function applyExceptions(
  fixture: string,
  results: readonly StepResult[],
  exceptions: readonly Exception[],
): readonly ReportedStep[] {
  return results.map((result) => {
    const excepted = exceptions.find(
      (exception) => exception.fixture === fixture && exception.steps.includes(result.index),
    );
    return excepted && result.outcome === 'failed'
      ? { ...result, outcome: 'excepted', lines: [excepted.reason, ...result.lines] }
      : result;
  });
}
