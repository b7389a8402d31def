/** Waits until deleted objects are gone, as delete and replace --force do. */
import { KubectlError } from '../errors.ts';
import { deadlineAfter, type ObserveTarget, observe } from '../resources/observe.ts';
import type { Session } from '../session.ts';

export interface Vanishing {
  readonly target: ObserveTarget;
  /** '' = any object of that name. */
  readonly uid: string;
}

/** `timeoutMs` 0 means a week. Returns what was still there in the end. */
export async function waitUntilGone(
  session: Session,
  all: readonly Vanishing[],
  timeoutMs: number,
): Promise<unknown[]> {
  const deadline = deadlineAfter(timeoutMs);
  const errors: unknown[] = [];
  for (const { target, uid } of all) {
    const gone = await observe(
      session,
      target,
      (object) => object === undefined || (uid !== '' && object.metadata.uid !== uid),
      deadline,
    );
    if (!gone)
      errors.push(new KubectlError(`timed out waiting for the condition on ${target.type.resource}/${target.name}`));
  }
  return errors;
}
