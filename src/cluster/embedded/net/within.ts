/** A limit on how long something may take, on the cluster's clock. */
import type { Clock } from '../../../kit/clock.ts';
import { onAbort } from '../../../kit/on-abort.ts';

export const timedOut = Symbol('timed out');

/**
 * What `work` resolves with, or `timedOut` once `limitMs` are over; `work` gets a signal that aborts then.
 * Rejects with the outer signal's reason when that aborts first. Infinity is no limit.
 */
export async function within<T>(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | typeof timedOut> {
  if (limitMs === Number.POSITIVE_INFINITY) return work(signal);
  const controller = new AbortController();
  signal.throwIfAborted();
  const forget = onAbort(signal, () => controller.abort(signal.reason));
  let over = (): void => {};
  const limit = new Promise<typeof timedOut>((resolve) => {
    over = () => resolve(timedOut);
  });
  const timer = clock.after(limitMs, () => {
    over();
    controller.abort(timedOut);
  });
  try {
    return await Promise.race([work(controller.signal), limit]);
  } catch (error) {
    if (error === timedOut) return timedOut;
    throw error;
  } finally {
    timer.cancel();
    forget();
  }
}
