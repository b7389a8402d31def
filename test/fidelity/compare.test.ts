/** The judge of the recordings: what it must let pass, and what it must not. */
import { describe, expect, test } from 'vitest';
import { compareStep } from '../../scripts/fidelity/compare.ts';
import type { Fixture, RunStep, Seen } from '../../scripts/fidelity/fixture.ts';

const seen = (stdout: string, exitCode = 0): Seen => ({ stdout, stderr: '', exitCode });
const step = (more: Partial<RunStep> = {}): RunStep => ({
  type: 'run',
  index: 0,
  argv: ['kubectl'],
  seen: seen(''),
  compare: 'exact',
  ...more,
});
const fixture = (corpus: Fixture['corpus'], rules: Fixture['rules'] = []): Fixture => ({
  corpus,
  path: '',
  name: 'f',
  kubectl: '',
  namespace: '',
  namespaces: [],
  files: {},
  manifests: [],
  settle: [],
  steps: [],
  rules,
  values: {},
});
const sides = (minor = 36, recorded = {}, actual = {}) => ({
  recorded: { values: recorded, directory: '' },
  actual: { values: actual, directory: '/tmp/w' },
  clientMinor: minor,
});

describe('comparing a replay with its recording', () => {
  test('an address is right only if it is that of the right pod', () => {
    const recorded = { WEB_IP: '10.244.40.2', DB_IP: '10.244.40.20' };
    const actual = { WEB_IP: '10.244.1.7', DB_IP: '10.244.1.8' };
    const compare = (text: string) =>
      compareStep(fixture('network'), step(), seen('to 10.244.40.20:80'), seen(text), sides(36, recorded, actual));
    expect(compare('to 10.244.1.8:80')).toEqual([]);
    expect(compare('to 10.244.1.7:80')).toHaveLength(1);
  });

  test('runs of spaces and trailing spaces do not count in the kubectl corpus, words do', () => {
    expect(compareStep(fixture('kubectl'), step(), seen('A    B \n'), seen('A  B\n'), sides())).toEqual([]);
    expect(compareStep(fixture('kubectl'), step(), seen('A B\n'), seen('A  B\n'), sides())).toHaveLength(1);
  });

  test('an exit status counts unless nothing is compared', () => {
    expect(compareStep(fixture('kubectl'), step(), seen('', 1), seen('', 0), sides())).toHaveLength(1);
    expect(compareStep(fixture('kubectl'), step({ compare: 'none' }), seen('', 1), seen('', 0), sides())).toEqual([]);
  });

  test('unordered lines are a multiset', () => {
    const unordered = step({ compare: 'unordered' });
    expect(compareStep(fixture('network'), unordered, seen('a\nb\nb'), seen('b\na\nb'), sides())).toEqual([]);
    expect(compareStep(fixture('network'), unordered, seen('a\nb\nb'), seen('a\na\nb'), sides())).toHaveLength(1);
  });

  test('what only a newer client says is forgiven to an older one, in the network corpus', () => {
    const newer = seen('pod "a" deleted from shop namespace\n');
    const older = seen('pod "a" deleted\n');
    expect(compareStep(fixture('network'), step(), newer, older, sides(32))).toEqual([]);
    expect(compareStep(fixture('network'), step(), newer, older, sides(36))).toHaveLength(1);
  });

  test('a step that differs from run to run must still have run', () => {
    const random = step({ nondeterministic: true });
    expect(compareStep(fixture('network'), random, seen('x', 1), seen('y', 0), sides())).toEqual([]);
    expect(compareStep(fixture('network'), random, seen('x', 1), seen('', 137), sides())).toHaveLength(1);
  });
});
