/** The real clock keeps its word although Node's timers and Date.now() do not tick together. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { realClock } from '../../src/kit/clock.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

test('a timer that Node fires early rings when it is due', () => {
  const clock = realClock();
  const rung: number[] = [];
  const dueMs = clock.now() + 500;
  clock.after(500, () => rung.push(clock.now()));
  vi.setSystemTime(clock.now() - 2);
  vi.advanceTimersByTime(500);
  expect(rung).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(rung).toEqual([dueMs]);
});

test('a system clock that was set back by an hour delays nothing', () => {
  const clock = realClock();
  const rung: string[] = [];
  clock.after(500, () => rung.push('rung'));
  vi.setSystemTime(clock.now() - 3_600_000);
  vi.advanceTimersByTime(500);
  expect(rung).toEqual(['rung']);
});

test('a timer that was armed again can still be cancelled', () => {
  const clock = realClock();
  const rung: string[] = [];
  const timer = clock.after(500, () => rung.push('rung'));
  vi.setSystemTime(clock.now() - 2);
  vi.advanceTimersByTime(500);
  timer.cancel();
  vi.advanceTimersByTime(10);
  expect(rung).toEqual([]);
});
