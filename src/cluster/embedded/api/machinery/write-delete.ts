/**
 * How does an object go? At once, or after a pod's grace period, or when its finalizers are gone, or, for a namespace,
 * when everything in it is: the first request marks it, and whoever is responsible finishes.
 */
import { type KubeObject, type Status, timestamp } from '../../../../kube/objects.ts';
import { admitDelete } from '../admission/admit.ts';
import type { Kind } from '../kinds/kind.ts';
import type { DeleteOptions, RequestInfo, ResourceId } from '../machinery.ts';
import { type Core, kindOf, sameJson, scopeOf } from './core.ts';
import { orderMetadata } from './metadata.ts';
import { conflict, notFound, success } from './status.ts';

/** Throws StatusError. A pod, or what is still there, comes back as the object; all else as a Status. */
export function deleteObject(
  core: Core,
  id: ResourceId,
  namespace: string | undefined,
  name: string,
  options: DeleteOptions,
  request: RequestInfo,
): KubeObject | Status {
  const kind = kindOf(core, id);
  const current = core.store.find(id, scopeOf(kind, namespace), name);
  if (!current) throw notFound(kind, name);
  checkPreconditions(kind, current, options);
  admitDelete(core, kind, current);
  const marked = mark(core, kind, current, options);
  if (marked === undefined) {
    if (!request.dryRun) finishDeletion(core, kind, current);
    return id === 'pods' ? gone(current) : success(kind, name, current.metadata.uid);
  }
  if (request.dryRun || sameJson(marked, current)) return marked;
  return core.store.put(id, marked);
}

/** Removes it from the store, finalizers or not. */
export function finishDeletion(core: Core, kind: Kind, last: KubeObject): KubeObject {
  return core.store.remove(kind.id, last);
}

function checkPreconditions(kind: Kind, current: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = current;
  const name = metadata.name ?? '';
  if (uid && uid !== metadata.uid) {
    throw conflict(kind, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`);
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    const versions = `ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
    throw conflict(kind, name, `Precondition failed: ${versions}`);
  }
}

/** The object with its deletion begun; undefined when nothing has to be waited for. */
function mark(core: Core, kind: Kind, current: KubeObject, options: DeleteOptions): KubeObject | undefined {
  const graceSeconds = gracePeriod(kind, current, options);
  const finalizers = withPropagation(current.metadata.finalizers ?? [], options);
  const waits = graceSeconds > 0 || finalizers.length > 0 || isUnfinishedNamespace(kind, current);
  if (!waits) return undefined;
  const { metadata } = current;
  const already = metadata.deletionTimestamp !== undefined;
  const grace = already ? Math.min(graceSeconds, metadata.deletionGracePeriodSeconds ?? 0) : graceSeconds;
  const shortened = already && grace < (metadata.deletionGracePeriodSeconds ?? 0);
  const due = timestamp(core.clock.now() + grace * 1000);
  const begun = !already || shortened;
  const next: KubeObject = {
    ...current,
    metadata: orderMetadata({
      ...metadata,
      ...(finalizers.length > 0 && { finalizers: [...finalizers] }),
      ...(begun && { deletionTimestamp: kind.id === 'pods' || grace > 0 ? due : timestamp(core.clock.now()) }),
      ...(begun && kind.id !== 'namespaces' && { deletionGracePeriodSeconds: grace }),
      ...(!already && kind.generation && { generation: (metadata.generation ?? 0) + 1 }),
    }),
  };
  if (kind.id === 'namespaces') next['status'] = { ...(current['status'] as object | undefined), phase: 'Terminating' };
  return next;
}

/** Seconds; only pods have any. registry/core/pod/strategy.go: what never ran, or has ended, need not be waited for. */
function gracePeriod(kind: Kind, current: KubeObject, options: DeleteOptions): number {
  if (kind.id !== 'pods') return 0;
  const spec = (current['spec'] ?? {}) as { nodeName?: string; terminationGracePeriodSeconds?: number };
  const { phase } = (current['status'] ?? {}) as { phase?: string };
  const period = options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  if (!spec.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  return period < 0 ? 1 : period;
}

function withPropagation(finalizers: readonly string[], options: DeleteOptions): readonly string[] {
  const own = finalizers.filter((name) => name !== 'foregroundDeletion' && name !== 'orphan');
  const kept = options.propagationPolicy === undefined ? finalizers : own;
  if (options.propagationPolicy === 'Foreground') return [...kept, 'foregroundDeletion'];
  return options.propagationPolicy === 'Orphan' ? [...kept, 'orphan'] : kept;
}

function isUnfinishedNamespace(kind: Kind, current: KubeObject): boolean {
  const spec = current['spec'] as { finalizers?: readonly string[] } | undefined;
  return kind.id === 'namespaces' && (spec?.finalizers ?? []).length > 0;
}

function gone(current: KubeObject): KubeObject {
  return { ...current, metadata: { ...current.metadata, deletionGracePeriodSeconds: 0 } };
}
