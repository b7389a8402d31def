/**
 * Where time comes from. Everything inside the embedded cluster takes a Clock and never asks Node for the time;
 * that is what lets a 20 s DNS timeout really take 20 s for a learner and microseconds for a regression run.
 */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, `delayMs` from now (0 = on a later turn). Cancel is idempotent. */
  after(delayMs: number, callback: () => void): Timer;
  /**
   * The same clock for work that a client is waiting for (an exec'd command, a log follower's pod …). While such a timer
   * is pending, a virtual clock jumps at once. On a real clock it makes no difference.
   */
  urgent(): Clock;
}

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Farther off than Node's timers ever are: somebody has set the system's clock back. */
const setBackMs = 100;

/** Node's own time. Its timers do not keep the process alive: servers and terminals do. */
export function realClock(): Clock {
  const clock: Clock = {
    now: () => Date.now(),
    after(delayMs, callback) {
      const dueMs = Date.now() + delayMs;
      let handle: NodeJS.Timeout;
      const arm = (ms: number) => {
        handle = setTimeout(ring, ms);
        handle.unref();
      };
      // Node may fire a millisecond before Date.now() gets there: whoever then asks what is due would find nothing.
      const ring = () => {
        const earlyMs = dueMs - Date.now();
        if (earlyMs > 0 && earlyMs < setBackMs) arm(earlyMs);
        else callback();
      };
      arm(delayMs);
      return { cancel: () => clearTimeout(handle) };
    },
    urgent: () => clock,
  };
  return clock;
}
