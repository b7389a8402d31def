/**
 * Observation and expectation to result, as a pure function: pass, fail, or inconclusive where nobody could tell. A failed
 * check carries the smallest counterexample: the first of its flows that does not do what it should.
 */
import type { Observation } from '../probe/observation.ts';
import type { CheckSpec, Expected, Phase, ProbeSpec } from '../scenario/model.ts';

export type CheckStatus = 'pass' | 'fail' | 'inconclusive';

export interface ProbeResult {
  readonly probe: ProbeSpec;
  readonly expected: Expected;
  readonly observation: Observation;
  readonly status: CheckStatus;
}

export interface CheckResult {
  readonly id: string;
  readonly says: string;
  readonly status: CheckStatus;
  /** The flow that failed, or could not be told; undefined when all passed. */
  readonly counterexample: ProbeResult | undefined;
}

/** Unknown never passes and never fails. */
export function gradeProbe(probe: ProbeSpec, phase: Phase, observation: Observation): ProbeResult {
  const expected = probe.expect[phase];
  return { probe, expected, observation, status: statusOf(expected, observation) };
}

/**
 * Where a flow must not work, it does not matter how it fails to: a fix may well leave DNS closed, or make the destination
 * refuse. Phases that are proved, not graded, compare exactly: see `seesExactly`.
 */
function statusOf(expected: Expected, { outcome }: Observation): CheckStatus {
  if (outcome === 'unknown') return 'inconclusive';
  if (expected === 'allowed') return outcome === 'allowed' ? 'pass' : 'fail';
  return outcome === 'allowed' ? 'fail' : 'pass';
}

/** For the healthy and the broken phase: broken for the declared reason, not for another. */
export function seesExactly({ expected, observation }: ProbeResult): boolean {
  return observation.outcome === expected;
}

/** One result per check, in their order. `results` must hold every probe that the checks name. */
export function gradeChecks(checks: readonly CheckSpec[], results: readonly ProbeResult[]): readonly CheckResult[] {
  return checks.map(({ id, says, probes }) => {
    const own = probes.flatMap((name) => results.filter(({ probe }) => probe.id === name));
    const counterexample =
      own.find(({ status }) => status === 'fail') ?? own.find(({ status }) => status === 'inconclusive');
    const complete = own.length === probes.length;
    return { id, says, status: counterexample?.status ?? (complete ? 'pass' : 'inconclusive'), counterexample };
  });
}

/** Solved means that every check passed; one that could not be told leaves it open. */
export function isSolved(results: readonly CheckResult[]): boolean {
  return results.length > 0 && results.every(({ status }) => status === 'pass');
}
