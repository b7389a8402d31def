/** Looks at one object again and again, as it changes, until somebody is satisfied or time is up. */
import { ApiError, type DiscoveredType, pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { isTimeout, type Session } from '../session.ts';
import { jsonLines } from './json-lines.ts';

export interface ObserveTarget {
  readonly type: DiscoveredType;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Called with undefined while the object does not exist. True ends the wait; an error is passed on. */
export type Look = (object: KubeObject | undefined) => boolean;

/** A week, kubectl's idea of "for ever". */
const forEverMs = 7 * 24 * 3600 * 1000;

export function deadlineAfter(timeoutMs: number): AbortSignal {
  return AbortSignal.timeout(timeoutMs > 0 ? timeoutMs : forEverMs);
}

/** False: the deadline came first. */
export async function observe(
  session: Session,
  target: ObserveTarget,
  look: Look,
  deadline: AbortSignal,
): Promise<boolean> {
  const { type, namespace, name } = target;
  for (;;) {
    const live = await find(session, target);
    if (look(live)) return true;
    if (deadline.aborted) return false;
    const search = new URLSearchParams({
      fieldSelector: `metadata.name=${name}`,
      watch: 'true',
      ...(live?.metadata.resourceVersion && { resourceVersion: live.metadata.resourceVersion }),
    });
    const path = `${pathOf(type, namespace)}?${search}`;
    try {
      for await (const line of jsonLines(session.stream({ path, signal: deadline }))) {
        const event = line as { type: string; object: KubeObject };
        if (event.type === 'ERROR') break;
        if (event.type === 'BOOKMARK') continue;
        if (look(event.type === 'DELETED' ? undefined : event.object)) return true;
      }
    } catch (error) {
      if (session.signal.aborted) throw error;
      if (deadline.aborted) return false;
      if (!isTimeout(error)) throw error;
    }
  }
}

export async function find(
  session: Session,
  { type, namespace, name }: ObserveTarget,
): Promise<KubeObject | undefined> {
  try {
    return await session.json({ path: pathOf(type, namespace, name) });
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}
