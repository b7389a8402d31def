/** parity of embedded with itself, reached as somebody's cluster: nothing may differ but names; and a difference is told. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compareSeen, plainOutput } from '../../src/cli/parity/compare.ts';
import { isEqual, markdownReport } from '../../src/cli/parity/report.ts';
import { type Home, makeHome } from './program.ts';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

test('a scenario behaves the same in namespaces of its own', { timeout: 120_000 }, async () => {
  const up = await home.run(['cluster', 'up', '--detach', '--name', 'theirs', '--clock', 'virtual']);
  const where = ['--on', 'existing', '--context', 'netpol-lab-theirs', '--prefix', 'ann'];
  const { stdout, stderr, exitCode } = await home.run(
    ['parity', 'selector-mismatch', 'firewall-restriction', ...where, '--output', 'json'],
    { KUBECONFIG: up.stdout.trimEnd() },
  );
  expect(exitCode, stdout + stderr).toBe(0);
  const report = JSON.parse(stdout) as {
    readonly scenarios: readonly {
      readonly equal: boolean;
      readonly phases: readonly { readonly name: string; readonly probes: readonly { readonly real: string }[] }[];
      readonly observations: number;
      readonly commands: number;
    }[];
    readonly skipped: readonly unknown[];
  };
  expect(report.scenarios).toMatchObject([{ scenario: 'selector-mismatch', equal: true }]);
  expect(report.scenarios[0]?.observations).toBeGreaterThan(20);
  expect(report.scenarios[0]?.commands).toBeGreaterThan(5);
  expect(report.scenarios[0]?.phases.find(({ name }) => name === 'trap any-pod')?.probes[0]).toMatchObject({
    embedded: expect.any(String) as string,
    real: expect.any(String) as string,
  });
  expect(report.skipped).toMatchObject([{ scenario: 'firewall-restriction' }]);
});

test('another outcome, exit code or health is a difference, another wording is not', () => {
  const phase = (outcome: string, exitCode: number, output: string, healthy = true, reason = '') => [
    {
      name: 'broken',
      healthy,
      probes: [{ id: 'web', expected: 'blocked', outcome, reason, detail: 'd' }],
      commands: [{ text: 'kubectl get pods', exitCode, output, problems: [] }],
    },
  ];
  const ours = phase('blocked', 0, 'web   1/1   Running   0   10s   10.244.1.2\n');
  const same = compareSeen('x', ours, phase('blocked', 0, 'web  1/1  Running  0  3m  10.244.9.9\n'));
  expect(same.differences).toEqual([]);
  const worded = compareSeen('x', ours, phase('blocked', 0, 'web 1/1 Completed 0 10s 10.244.1.2\n'));
  expect([isEqual(worded), worded.differences.length]).toEqual([true, 1]);
  const sameOutput = 'web   1/1   Running   0   10s   10.244.1.2\n';
  const reasoned = compareSeen('x', ours, phase('blocked', 0, sameOutput, true, 'no-answer'));
  expect([isEqual(reasoned), reasoned.differences.length]).toEqual([true, 1]);
  const differs = compareSeen('x', ours, phase('refused', 1, 'web 1/1 Running 0 10s 10.244.1.2\n', false));
  expect(differs.differences.map(({ what }) => what)).toEqual(['health', 'probe web', 'command kubectl get pods']);
  const text = markdownReport({
    real: 'kind',
    compared: [differs],
    skipped: [{ scenario: 'y', skipped: 'no dns' }],
    failed: [{ scenario: 'z', failed: 'no pod' }],
  });
  expect(text).toContain('| x | 1 / 0 of 1 | 1 | 1 | 3 | 0 |');
  expect(text).toContain('| z | failed: no pod | | | | |');
  expect(text).toContain('| broken | as declared | **not as declared** | 0 of 1 | 0 of 1 |');
  expect(text).toContain('- broken: probe web\n  - embedded: blocked (d)\n  - real: refused (d)\n');
});

test('what differs from run to run is left out of a comparison', () => {
  expect(plainOutput('web-5d4f8c7b9-x2bcd   1/1   Running   0   4m12s\n')).toBe('web-SUFFIX 1/1 Running 0 AGE');
  expect(plainOutput('web   10.244.1.2   netpol-worker2   <none>\n')).toBe('web ADDRESS WORKER <none>');
  expect(plainOutput('Created on:   2026-11-28 02:52:31 +0000 UTC\n')).toBe('Created on: TIME');
});
