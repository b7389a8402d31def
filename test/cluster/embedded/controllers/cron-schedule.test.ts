import { describe, expect, test } from 'vitest';
import { parseSchedule } from '../../../../src/cluster/embedded/controllers/workloads/cron-schedule.ts';

const after = Date.parse('2026-11-21T01:10:30Z');

describe('a cron schedule', () => {
  test.each([
    ['* * * * *', '2026-11-21T01:11:00Z'],
    ['*/15 * * * *', '2026-11-21T01:15:00Z'],
    ['5 4 * * *', '2026-11-21T04:05:00Z'],
    ['0 0 1 1 *', '2027-01-01T00:00:00Z'],
    ['0 22 * * 1-5', '2026-11-23T22:00:00Z'],
    ['0 9 * * MON,wed', '2026-11-23T09:00:00Z'],
    ['30 3 13 * 5', '2026-11-27T03:30:00Z'],
    ['0 0 29 2 *', '2028-02-29T00:00:00Z'],
    ['@hourly', '2026-11-21T02:00:00Z'],
    ['@every 1h30m', '2026-11-21T02:40:30Z'],
    ['0 0 * * 7', '2026-11-22T00:00:00Z'],
    ['10-20/5 2 * * *', '2026-11-21T02:10:00Z'],
  ])('%s fires next at %s', (text, expected) => {
    const next = parseSchedule(text)?.next(after);
    expect(next && new Date(next).toISOString().replace('.000', '')).toBe(expected);
  });

  test('may never fire', () => {
    expect(parseSchedule('0 3 31 2 *')?.next(after)).toBeUndefined();
  });

  test.each(['', '* * * *', '60 * * * *', '* * * * mun', '5-1 * * * *', '*/0 * * * *', '@sometimes'])(
    '%s is none',
    (text) => {
      expect(parseSchedule(text)).toBeUndefined();
    },
  );
});
