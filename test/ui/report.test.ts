import { describe, expect, test } from 'vitest';
import type { Proof } from '../../src/runner/prove.ts';
import { reportProofs } from '../../src/ui/report/proofs.ts';

const problem = {
  file: 'scenarios/x/scenario.yaml',
  line: 3,
  column: 5,
  message: 'trap <a> & "b" is not caught\u0007',
};
const invalid: Proof = {
  scenario: 'x',
  status: 'invalid',
  durationMs: 1234.6,
  stages: [
    { kind: 'healthy', id: undefined, status: 'pass', problems: [], durationMs: 12 },
    { kind: 'trap', id: 'a', status: 'fail', problems: [problem], durationMs: 34 },
  ],
};
const skipped = { scenario: 'y', status: 'skipped', reason: 'kind has no virtual-time' } as const;
const context = { on: 'embedded', seed: '7' };

describe('reports', () => {
  test('text names every stage and the place of every problem', () => {
    expect(reportProofs('text', [invalid, skipped], context)).toBe(
      [
        'FAIL x   2 stages in 1.235 s',
        '  PASS healthy',
        '  FAIL trap a',
        '       scenarios/x/scenario.yaml:3:5: trap <a> & "b" is not caught\u0007',
        'SKIP y   kind has no virtual-time',
        '',
        '0 proved, 1 invalid, 1 skipped',
        '',
      ].join('\n'),
    );
  });

  test('JSON carries a schema version and whole milliseconds', () => {
    const report = JSON.parse(reportProofs('json', [invalid, skipped], context)) as Record<string, unknown>;
    expect(report).toEqual({
      schemaVersion: 1,
      on: 'embedded',
      seed: '7',
      scenarios: [
        {
          scenario: 'x',
          status: 'invalid',
          durationMs: 1235,
          stages: [
            { kind: 'healthy', status: 'pass', durationMs: 12, problems: [] },
            { kind: 'trap', id: 'a', status: 'fail', durationMs: 34, problems: [problem] },
          ],
        },
        skipped,
      ],
    });
  });

  test('JUnit is well-formed whatever a problem says', () => {
    const xml = reportProofs('junit', [invalid, skipped], context);
    expect(xml).toContain('<testsuite name="x" tests="2" failures="1" skipped="0" time="1.235">');
    expect(xml).toContain('trap &lt;a&gt; &amp; &quot;b&quot; is not caught</failure>');
    expect(xml).toContain('<skipped message="kind has no virtual-time"/>');
    expect(xml).not.toContain('\u0007');
    const open = [...xml.matchAll(/<([a-z]+)[^>]*[^/?]>/g)].map(([, name]) => name);
    const closed = [...xml.matchAll(/<\/([a-z]+)>/g)].map(([, name]) => name);
    expect(open.sort()).toEqual(closed.sort());
  });

  test('TAP counts every stage and keeps what is wrong in its block', () => {
    expect(reportProofs('tap', [invalid, skipped], context)).toBe(
      [
        'TAP version 14',
        '1..3',
        'ok 1 - x: healthy',
        'not ok 2 - x: trap a',
        '  ---',
        '  message: |',
        '    scenarios/x/scenario.yaml:3:5: trap <a> & "b" is not caught\u0007',
        '  ...',
        'ok 3 - y # SKIP kind has no virtual-time',
        '',
      ].join('\n'),
    );
  });

  test('GitHub gets an annotation per problem, on one line whatever it says', () => {
    const stage = { kind: 'pages', id: undefined, status: 'fail', durationMs: 1 } as const;
    const found = { ...problem, code: 'page-differs' as const, message: '100 %: no\nsecond line' };
    const outcome: Proof = { ...invalid, stages: [{ ...stage, problems: [found] }] };
    expect(reportProofs('github', [outcome, skipped], context)).toBe(
      '::error file=scenarios/x/scenario.yaml,line=3,col=5,title=x%3A pages [page-differs]::100 %25: no%0Asecond line\n' +
        'FAIL x\nSKIP y   kind has no virtual-time\n',
    );
  });

  test('a mutation score is never rounded up to all', () => {
    const stage = { kind: 'mutants', id: 's', status: 'fail', problems: [problem], durationMs: 1 } as const;
    const outcome: Proof = { ...invalid, stages: [{ ...stage, score: { killed: 1990, equivalent: 9, wrong: 1 } }] };
    expect(reportProofs('text', [outcome], context)).toContain('mutation score 99.9 % (1999 of 2000)');
  });
});
