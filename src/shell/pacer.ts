/**
 * When does a busy process let others run? JavaScript cannot be interrupted from outside, so everything that could loop
 * without waiting counts its steps here and now and then gives the event loop, and the clock, a turn.
 */
import type { Clock } from '../kit/clock.ts';
import type { Process } from './process.ts';

const stepsPerTurn = 1024;
/** Processes of a container that get their turns in one millisecond; more of them share it. */
const processors = 16;

export interface Pacer {
  /** Undefined: go on. A promise: await it first. It rejects when the process has been killed. */
  step(cost?: number): Promise<void> | undefined;
  /** Counts now, pauses at the next step: for work in places that cannot wait. */
  charge(cost: number): void;
}

/**
 * On a clock that moves by itself a turn costs nothing; on a virtual clock, which stands still while a process is busy,
 * it lets one millisecond pass, so that a loop that polls for something outside does not wait for ever. In a crowd it is more,
 * as it would be for a real one, or a fork bomb could make a minute of real time of each second.
 */
export function pacer({ clock, signal, table }: Pick<Process, 'clock' | 'signal' | 'table'>): Pacer {
  let steps = 0;
  let seenMs = clock.now();
  return {
    charge(cost) {
      steps += cost;
    },
    step(cost = 1) {
      steps += cost;
      if (steps < stepsPerTurn) return undefined;
      steps = 0;
      const nowMs = clock.now();
      const standsStill = nowMs === seenMs;
      seenMs = nowMs;
      return turn(clock, standsStill ? Math.ceil(table.size / processors) : 0, signal).then(() => {
        seenMs = clock.now();
      });
    },
  };
}

function turn(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener('abort', cancel);
      resolve();
    });
    const cancel = (): void => {
      timer.cancel();
      reject(signal.reason);
    };
    signal.addEventListener('abort', cancel, { once: true });
  });
}
