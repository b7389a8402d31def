/** What came of a scenario that was asked to prove itself, and how its stages are called in reports. */
import type { Stage } from '../../runner/events.ts';
import type { Proof } from '../../runner/prove.ts';

export interface SkippedScenario {
  readonly scenario: string;
  readonly status: 'skipped';
  readonly reason: string;
}

export type Outcome = Proof | SkippedScenario;

export function stageName({ kind, id }: Stage): string {
  return id === undefined ? kind : `${kind} ${id}`;
}
