/** What a replay says: per fixture for people, in sum for machines. */
import type { StepResult } from './replay.ts';

export interface ReportedStep extends Omit<StepResult, 'outcome'> {
  /** `excepted`: differs, and docs/fidelity-exceptions.yaml says why. */
  readonly outcome: StepResult['outcome'] | 'excepted';
}

export interface FixtureReport {
  readonly name: string;
  readonly path: string;
  readonly steps: readonly ReportedStep[];
}

export interface Summary {
  readonly schemaVersion: 1;
  readonly kubectl: string;
  /** Compared: passed + failed + excepted. */
  readonly steps: number;
  readonly passed: number;
  readonly failed: number;
  readonly excepted: number;
  readonly skipped: number;
}

export function summarise(reports: readonly FixtureReport[], kubectl: string): Summary {
  const count = (outcome: ReportedStep['outcome']): number =>
    reports.reduce((sum, { steps }) => sum + steps.filter((step) => step.outcome === outcome).length, 0);
  const [passed, failed, excepted, skipped] = [count('passed'), count('failed'), count('excepted'), count('skipped')];
  return { schemaVersion: 1, kubectl, steps: passed + failed + excepted, passed, failed, excepted, skipped };
}

export function printReport({ name, steps }: FixtureReport): string {
  const failed = steps.filter((step) => step.outcome === 'failed');
  const compared = steps.filter((step) => step.outcome !== 'skipped').length;
  const excepted = steps.filter((step) => step.outcome === 'excepted').length;
  const head = `${failed.length === 0 ? 'pass' : 'FAIL'} ${name} ${compared - failed.length - excepted}/${compared}${excepted ? ` (${excepted} excepted)` : ''}\n`;
  return (
    head +
    failed
      .map((step) => `  [${step.index}] $ ${step.command}\n${step.lines.map((line) => `      ${line}\n`).join('')}`)
      .join('')
  );
}
