import { describe, expect, test } from 'vitest';
import { sleep } from '../../src/kit/clock.ts';
import { virtualClock } from '../../src/kit/virtual-clock.ts';

const realTurns = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the virtual clock', () => {
  test('stands still while nobody waits', async () => {
    const clock = virtualClock({ startMs: 0 });
    let fired = false;
    clock.after(1000, () => {
      fired = true;
    });
    await realTurns(30);
    expect([clock.now(), fired]).toEqual([0, false]);
  });

  test('runs what is due now without being asked', async () => {
    const clock = virtualClock({ startMs: 5 });
    await sleep(clock, 0);
    expect(clock.now()).toBe(5);
  });

  test('jumps to the next timer for work that a client waits for, background timers in order', async () => {
    const clock = virtualClock({ startMs: 0 });
    const seen: string[] = [];
    clock.after(5000, () => seen.push('background at 5 s'));
    clock.after(15_000, () => seen.push('background at 15 s'));
    await sleep(clock.urgent(), 10_000);
    await realTurns(20);
    expect([clock.now(), seen]).toEqual([10_000, ['background at 5 s']]);
  });

  test('a held clock runs up to its burst and then keeps a bounded pace', async () => {
    const clock = virtualClock({ startMs: 0, burstMs: 10_000, pace: 1 });
    const hold = clock.hold();
    const tick = (): void => void clock.after(1000, tick);
    tick();
    await realTurns(60);
    hold.release();
    expect(clock.now()).toBe(10_000);
  });

  test('a holder that is told something may act before time jumps far', async () => {
    const clock = virtualClock({ startMs: 0, burstMs: 60_000 });
    const hold = clock.hold();
    const seen: string[] = [];
    clock.after(500, () => {
      seen.push('near');
      hold.told();
      setTimeout(() => hold.release(), 5);
    });
    const tick = (): void => void clock.after(400, tick);
    tick();
    await realTurns(150);
    expect(seen).toEqual(['near']);
    expect(clock.now()).toBeLessThan(2000);
  });

  test('a released clock stands still again', async () => {
    const clock = virtualClock({ startMs: 0, burstMs: 10_000 });
    clock.hold().release();
    clock.after(1000, () => {});
    await realTurns(30);
    expect(clock.now()).toBe(0);
  });

  test('advance runs everything due on the way, also what that starts', async () => {
    const clock = virtualClock({ startMs: 0 });
    const seen: number[] = [];
    const tick = (): void => {
      seen.push(clock.now());
      if (seen.length < 10) clock.after(100, tick);
    };
    clock.after(100, tick);
    await clock.advance(450);
    expect([seen, clock.now()]).toEqual([[100, 200, 300, 400], 450]);
  });

  test('a cancelled urgent timer no longer hurries anybody', async () => {
    const clock = virtualClock({ startMs: 0 });
    clock
      .urgent()
      .after(1000, () => {})
      .cancel();
    clock.after(2000, () => {});
    await realTurns(30);
    expect(clock.now()).toBe(0);
  });

  test('keeps real time for nobody and everybody while it is asked to, and jumps again afterwards', async () => {
    const clock = virtualClock({ startMs: 0 });
    const jumpAgain = clock.keepRealTime();
    const long = sleep(clock.urgent(), 60_000);
    await sleep(clock, 20);
    await realTurns(30);
    const between = clock.now();
    jumpAgain();
    await long;
    expect([between >= 20 && between < 10_000, clock.now() >= 60_000]).toEqual([true, true]);
  });

  test('a flowing clock passes by itself, and still jumps for whoever waits', async () => {
    const clock = virtualClock({ startMs: 0, flows: true });
    await sleep(clock, 30);
    expect(clock.now()).toBeLessThan(5000);
    await sleep(clock.urgent(), 60_000);
    const jumped = clock.now();
    await sleep(clock, 20);
    expect([jumped >= 60_030, clock.now() >= jumped + 20, clock.now() < 70_000]).toEqual([true, true, true]);
  });

  test('a sleep ends with its signal and leaves no timer', async () => {
    const clock = virtualClock({ startMs: 0 });
    const cancel = new AbortController();
    const waiting = sleep(clock.urgent(), 60_000, cancel.signal);
    cancel.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await realTurns(20);
    expect(clock.now()).toBe(0);
  });
});
