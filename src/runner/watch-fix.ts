/** Verifies again whenever somebody, in whatever terminal, has changed what a learner can change. It never moves on by itself. */
import { setTimeout as pause } from 'node:timers/promises';
import { idOf } from './baseline.ts';
import type { LabContext } from './context.ts';
import { takeInventory } from './inventory.ts';
import { scopeOf } from './scope.ts';
import type { Verification } from './verify.ts';

const pollMs = 1000;

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Called when there is nothing to do but wait. */
  readonly onWaiting: () => void;
  readonly onVerified?: (verification: Verification) => void;
}

/** Resolves when every check passes. Rejects with the signal's reason. */
export async function watchFix(
  context: LabContext,
  verify: () => Promise<Verification>,
  { signal, onWaiting, onVerified }: WatchOptions,
): Promise<void> {
  const look = async () =>
    (await takeInventory(context, scopeOf(context))).map((item) => `${idOf(item)} ${item.hash}`).join('\n');
  for (;;) {
    // Before the checks: what changes meanwhile is verified in the next round.
    const seen = await look();
    const verification = await verify();
    onVerified?.(verification);
    if (verification.solved) return;
    onWaiting();
    do {
      // Aborted, it rejects with an error of its own.
      await pause(pollMs, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    } while ((await look()) === seen);
  }
}
