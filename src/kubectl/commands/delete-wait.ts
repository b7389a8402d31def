/** Waits until deleted objects are gone, as delete and wait --for=delete do. */
import { ApiError, type DiscoveredType, pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { KubectlError } from '../errors.ts';
import { jsonLines } from '../resources/json-lines.ts';
import { isTimeout, type Session } from '../session.ts';

export interface Vanishing {
  readonly target: { readonly type: DiscoveredType; readonly namespace: string | undefined; readonly name: string };
  /** '' = any object of that name. */
  readonly uid: string;
}

/** `timeoutMs` 0 means a week. Returns what was still there in the end. */
export async function waitUntilGone(
  session: Session,
  all: readonly Vanishing[],
  timeoutMs: number,
): Promise<unknown[]> {
  const deadline = AbortSignal.timeout(timeoutMs > 0 ? timeoutMs : 7 * 24 * 3600 * 1000 - 1);
  const errors: unknown[] = [];
  for (const each of all) {
    if (!(await waitForOne(session, each, deadline))) {
      const { type, name } = each.target;
      errors.push(new KubectlError(`timed out waiting for the condition on ${type.resource}/${name}`));
    }
  }
  return errors;
}

/** False when time ran out first. */
export async function waitForOne(
  session: Session,
  { target, uid }: Vanishing,
  deadline: AbortSignal,
): Promise<boolean> {
  const { type, namespace, name } = target;
  for (;;) {
    const live = await find(session, target);
    if (!live || (uid !== '' && live.metadata.uid !== uid)) return true;
    if (deadline.aborted) return false;
    const search = new URLSearchParams({
      fieldSelector: `metadata.name=${name}`,
      resourceVersion: live.metadata.resourceVersion ?? '',
      watch: 'true',
    });
    try {
      const events = jsonLines(session.stream({ path: `${pathOf(type, namespace)}?${search}`, signal: deadline }));
      for await (const event of events) {
        const { type: what, object } = event as { type: string; object: KubeObject };
        if (what === 'DELETED' && (uid === '' || object.metadata?.uid === uid)) return true;
        if (what === 'ERROR') break;
      }
    } catch (error) {
      if (deadline.aborted && !session.signal.aborted) return false;
      if (!isTimeout(error)) throw error;
    }
  }
}

async function find(session: Session, { type, namespace, name }: Vanishing['target']): Promise<KubeObject | undefined> {
  try {
    return await session.json({ path: pathOf(type, namespace, name) });
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}
