/** Which probe shows a scenario's symptom. */
import { assert } from '../kit/assert.ts';
import type { ProbeSpec, Scenario } from '../scenario/model.ts';

export function symptomOf({ probes, cause }: Pick<Scenario, 'probes' | 'cause'>): ProbeSpec {
  const probe = probes.find(({ id }) => id === cause.probe);
  assert(probe, `the loader has checked that the probe ${cause.probe} exists`);
  return probe;
}
