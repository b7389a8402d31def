import { describe, expect, test } from 'vitest';
import { compareOutcome, fillVariables } from '../../src/runner/play-command.ts';

const outcome = {
  stdout: 'NAME      READY   STATUS\nweb       1/1     Running\n',
  stderr: 'warning: x\n',
  output: '',
  exitCode: 0,
};

describe('what a page says and what a command shows', () => {
  test('texts are found in both streams, whatever the width of columns', () => {
    expect(compareOutcome({ shows: ['web 1/1 Running', 'warning'], lacks: ['Pending'], exitCode: 0 }, outcome)).toEqual(
      [],
    );
  });

  test('each difference is named', () => {
    expect(compareOutcome({ shows: ['Pending'], lacks: ['Running'], exitCode: 1 }, outcome)).toEqual([
      'does not show "Pending"',
      'shows "Running"',
      'exit code 0, the page says 1',
    ]);
  });

  test('variables are filled in, unknown ones are left', () => {
    expect(fillVariables('debug node/${NODE} ${OTHER}', { NODE: 'n1' })).toBe('debug node/n1 ${OTHER}');
  });
});
