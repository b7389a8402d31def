import { expect, test } from 'vitest';
import { realClock } from '../../src/kit/clock.ts';

test('a timer of the real clock never rings before its time by that clock', async () => {
  const clock = realClock();
  // Something has to keep the process alive: the clock's own timers do not.
  const alive = setInterval(() => undefined, 1000);
  const early = await Promise.all(
    Array.from({ length: 2000 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, (i % 97) / 10));
      const due = clock.now() + (i % 23);
      await new Promise<void>((resolve) => void clock.after(i % 23, resolve));
      return clock.now() < due;
    }),
  );
  clearInterval(alive);
  expect(early.filter(Boolean)).toEqual([]);
});
