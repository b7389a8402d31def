import { describe, expect, test } from 'vitest';
import { describeFailure } from '../../src/check/describe-result.ts';
import { type CheckStatus, gradeChecks, gradeProbe, isSolved, seesExactly } from '../../src/check/grade.ts';
import type { Observation, Outcome } from '../../src/probe/observation.ts';
import { parseDestination, parseSource } from '../../src/scenario/endpoint.ts';
import type { CheckSpec, Expected, ProbeSpec } from '../../src/scenario/model.ts';

const at = { file: 'scenario.yaml', line: 1, column: 1 };

function probe(id: string, fixed: Expected): ProbeSpec {
  const from = parseSource('shop/web');
  const to = parseDestination('coredns.kube-system:53/tcp');
  if (!from || !to) throw new Error('unreadable');
  return { id, says: undefined, from, to, expect: { healthy: 'allowed', broken: 'blocked', fixed }, at };
}

function saw(outcome: Outcome, detail = 'no answer in 2.0 s'): Observation {
  return { outcome, reason: 'no-answer', detail, evidence: [] };
}

function check(id: string, probes: readonly string[]): CheckSpec {
  return { id, says: `${id} holds.`, probes, at };
}

describe('grading', () => {
  const table: readonly [Expected, Outcome, CheckStatus, boolean][] = [
    ['allowed', 'allowed', 'pass', true],
    ['allowed', 'blocked', 'fail', false],
    ['allowed', 'refused', 'fail', false],
    ['allowed', 'unresolved', 'fail', false],
    ['blocked', 'blocked', 'pass', true],
    ['blocked', 'allowed', 'fail', false],
    ['blocked', 'unresolved', 'pass', false],
    ['blocked', 'refused', 'pass', false],
    ['unresolved', 'blocked', 'pass', false],
    ['allowed', 'unknown', 'inconclusive', false],
    ['blocked', 'unknown', 'inconclusive', false],
  ];
  test.each(table)('expecting %s and seeing %s is a %s', (expected, outcome, status, exactly) => {
    const result = gradeProbe(probe('p', expected), 'fixed', saw(outcome));
    expect(result.status).toBe(status);
    expect(seesExactly(result)).toBe(exactly);
  });

  test('a failure beats what could not be told, and is the counterexample', () => {
    const results = [
      gradeProbe(probe('a', 'allowed'), 'fixed', saw('allowed')),
      gradeProbe(probe('b', 'allowed'), 'fixed', saw('unknown')),
      gradeProbe(probe('c', 'blocked'), 'fixed', saw('allowed')),
    ];
    const [both, first, open] = gradeChecks(
      [check('both', ['a', 'b', 'c']), check('first', ['a']), check('open', ['a', 'b'])],
      results,
    );
    expect(both).toMatchObject({ status: 'fail', counterexample: { probe: { id: 'c' } } });
    expect(first).toMatchObject({ status: 'pass', counterexample: undefined });
    expect(open).toMatchObject({ status: 'inconclusive', counterexample: { probe: { id: 'b' } } });
  });

  test('nothing is solved while one check is open, nor when there is none', () => {
    const [open] = gradeChecks([check('open', ['a'])], [gradeProbe(probe('a', 'allowed'), 'fixed', saw('unknown'))]);
    expect(isSolved(open ? [open] : [])).toBe(false);
    expect(isSolved([])).toBe(false);
  });

  test('a check whose probe did not run is not passed', () => {
    expect(gradeChecks([check('c', ['a'])], [])).toMatchObject([{ status: 'inconclusive' }]);
  });

  test('a failure is told with expectation, sight, decision and next command', () => {
    const results = [gradeProbe(probe('dns', 'allowed'), 'fixed', saw('blocked'))];
    const [result] = gradeChecks([check('dns-tcp', ['dns'])], results);
    expect(
      result &&
        describeFailure(result, {
          decidedBy: 'NetworkPolicy shop/default-deny isolates shop/web for egress, and no rule allows 53/TCP',
          next: 'netpol-lab why shop/web x:53/tcp',
        }),
    ).toEqual([
      'expected allowed, saw blocked (no answer in 2.0 s)',
      'decided by: NetworkPolicy shop/default-deny isolates shop/web for egress, and no rule allows 53/TCP',
      'next: netpol-lab why shop/web x:53/tcp',
    ]);
  });
});
