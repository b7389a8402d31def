/**
 * How long a container that crashed, or an image that could not be pulled, has to wait: 10 s doubling to 5 minutes, forgotten
 * after twice that of peace (client-go/util/flowcontrol/backoff.go).
 */
export interface BackOff {
  /** 0: none yet. */
  readonly delayMs: number;
  readonly updatedMs: number;
}

export const noBackOff: BackOff = { delayMs: 0, updatedMs: 0 };

const initialMs = 10_000;
const maximumMs = 300_000;

/** Milliseconds to wait, counted from the failure at `failedMs`; 0 when it may be tried now. */
export function waitLeft(backOff: BackOff, failedMs: number, nowMs: number): number {
  if (backOff.delayMs === 0 || isForgotten(backOff, failedMs)) return 0;
  return Math.max(0, failedMs + backOff.delayMs - nowMs);
}

/** The back-off after one more try. */
export function nextBackOff(backOff: BackOff, failedMs: number, nowMs: number): BackOff {
  const fresh = backOff.delayMs === 0 || isForgotten(backOff, failedMs);
  return { delayMs: fresh ? initialMs : Math.min(backOff.delayMs * 2, maximumMs), updatedMs: nowMs };
}

function isForgotten(backOff: BackOff, failedMs: number): boolean {
  return failedMs - backOff.updatedMs > 2 * maximumMs;
}

/** As Go prints a duration: `10s`, `1m20s`, `5m0s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
