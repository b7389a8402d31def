/** How a server program waits: until somebody asks it to stop, or its work fails. */
import type { Process, Signal } from '../../../shell/process.ts';

/** Resolves with the exit status when one of the signals comes. */
export function untilStopped(
  process: Process,
  signals: readonly Signal[] = ['SIGTERM', 'SIGINT'],
  status = 0,
): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of signals) process.onSignal(signal, () => resolve(status));
  });
}
