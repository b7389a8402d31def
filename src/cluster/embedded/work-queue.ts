/**
 * Turns store events into work: keys wait in a queue, each at most once, and are worked off in a microtask, because listeners
 * of the store must not write. A refused write is tried again with growing delay; any other error is a bug and surfaces.
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import { StatusError } from './api/machinery.ts';

export interface WorkQueue {
  add(key: string): void;
  /** As add, `delayMs` from now; of several pending delays for one key the earliest wins. */
  addAfter(key: string, delayMs: number): void;
  /** Drops what waits and cancels the timers. */
  close(): void;
}

const firstRetryMs = 5;
const lastRetryMs = 1_000_000;

/** client-go's rate limiter for refused work: 5 ms doubling to about 17 minutes (`DefaultTypedControllerRateLimiter`). */
export function workQueue(clock: Clock, work: (key: string) => void): WorkQueue {
  const waiting = new Set<string>();
  const timers = new Map<string, { readonly due: number; readonly timer: Timer }>();
  const failures = new Map<string, number>();
  let draining = false;
  let closed = false;

  const add = (key: string): void => {
    if (closed) return;
    waiting.add(key);
    if (draining) return;
    draining = true;
    queueMicrotask(drain);
  };

  const drain = (): void => {
    try {
      for (const key of waiting) {
        waiting.delete(key);
        attempt(key);
      }
    } finally {
      draining = false;
      if (waiting.size > 0 && !closed) {
        draining = true;
        queueMicrotask(drain);
      }
    }
  };

  const attempt = (key: string): void => {
    try {
      work(key);
      failures.delete(key);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      addAfter(key, Math.min(firstRetryMs * 2 ** count, lastRetryMs));
    }
  };

  const addAfter = (key: string, delayMs: number): void => {
    if (closed) return;
    const due = clock.now() + delayMs;
    const earlier = timers.get(key);
    if (earlier && earlier.due <= due) return;
    earlier?.timer.cancel();
    const timer = clock.after(delayMs, () => {
      timers.delete(key);
      add(key);
    });
    timers.set(key, { due, timer });
  };

  return {
    add,
    addAfter,
    close() {
      closed = true;
      waiting.clear();
      for (const { timer } of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}
