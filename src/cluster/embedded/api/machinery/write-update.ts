/**
 * What happens to a PUT, and to a patch once it is applied: what the server keeps for itself is restored, the rest is
 * defaulted, admitted, validated against the old object, and stored if anything changed at all.
 */
import type { KubeObject } from '../../../../kube/objects.ts';
import { vetUpdate } from '../admission/admit.ts';
import type { Kind } from '../kinds/kind.ts';
import type { RequestInfo, ResourceId } from '../machinery.ts';
import { invalidValue } from '../validation/field-error.ts';
import { type Core, type Draft, kindOf, sameJson, scopeOf } from './core.ts';
import { decodeBody, inGoOrder } from './decode-object.ts';
import { recordUpdate } from './managed-fields.ts';
import { orderMetadata } from './metadata.ts';
import { badRequest, conflict, invalid, notFound, staleMessage, unexplained } from './status.ts';
import { strategyOf } from './strategies.ts';
import { keepOutsideSubresource } from './subresources.ts';
import { toStorage } from './versions.ts';
import { finishDeletion } from './write-delete.ts';

type ManagedFields = KubeObject['metadata']['managedFields'];

/** Throws StatusError. */
export function updateObject(
  core: Core,
  id: ResourceId,
  namespace: string | undefined,
  body: unknown,
  request: RequestInfo,
): KubeObject {
  const kind = kindOf(core, id);
  const object = toStorage(kind, decodeBody(core, kind, body, request));
  const { name = '' } = object.metadata;
  const scope = scopeOf(kind, namespace ?? object.metadata.namespace);
  if (name === '') throw badRequest('name must be provided');
  if (kind.namespaced && object.metadata.namespace && object.metadata.namespace !== scope) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const current = core.store.find(id, scope, name);
  if (!current) throw notFound(kind, name);
  checkIdentity(kind, object, current);
  return commitUpdate(core, { kind, namespace: scope, object, current, request });
}

/** `draft.object` is the whole new object. With `managedFields` the caller has decided who owns what. */
export function commitUpdate(
  core: Core,
  draft: Draft & { current: KubeObject },
  managedFields?: ManagedFields,
): KubeObject {
  const { kind, object, current, request } = draft;
  checkPreconditions(draft);
  const strategy = strategyOf(kind);
  // As the real decoder does: before anything of the stored object, which has its defaults, comes in.
  strategy.applyDefaults(object);
  keepOutsideSubresource(draft);
  const claimedUid = object.metadata.uid;
  keepServerMetadata(draft);
  const fields = managedFields ?? recordUpdate(core, draft, current);
  if (request.subresource !== 'status') strategy.prepareForUpdate(core, draft);
  countGeneration(draft);
  const { name = '', uid } = current.metadata;
  const errors = [
    ...(claimedUid && claimedUid !== uid ? [invalidValue('metadata.uid', claimedUid, 'field is immutable')] : []),
    ...strategy.validateUpdate(object, current, draft),
  ];
  if (errors.length > 0) throw invalid(kind.group, kind.kind, name, errors);
  for (const text of strategy.warnings(object, current)) request.warn?.(text);
  vetUpdate(core, draft);
  if (request.subresource !== 'status') inGoOrder(kind, object);
  if (fields && fields.length > 0) object.metadata.managedFields = fields;
  else delete object.metadata.managedFields;
  if (sameJson(object, current)) return current;
  if (request.dryRun) return object;
  if (readyToGo(object)) return finishDeletion(core, kind, object);
  return core.store.put(kind.id, object);
}

/** A version that the client names must be the current one. */
function checkPreconditions({ kind, object, current }: Draft & { current: KubeObject }): void {
  const { resourceVersion } = object.metadata;
  if (!resourceVersion || resourceVersion === current.metadata.resourceVersion) return;
  if (!/^\d+$/.test(resourceVersion))
    throw unexplained(`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`);
  throw conflict(kind, current.metadata.name ?? '', staleMessage);
}

/** The uid in a PUT is a precondition of the store, which speaks of its own keys. */
function checkIdentity(kind: Kind, object: KubeObject, current: KubeObject): void {
  const { uid } = object.metadata;
  if (!uid || uid === current.metadata.uid) return;
  const { namespace, name = '' } = current.metadata;
  const place = [kind.custom ? `${kind.group}/${kind.resource}` : kind.resource, namespace, name].filter(Boolean);
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
  const where = `Code: 4, Key: /registry/${place.join('/')}, ResourceVersion: 0`;
  throw conflict(kind, name, `StorageError: invalid object, ${where}, AdditionalErrorMsg: ${why}`);
}

/** What no client can change: identity, times, and the course of a deletion. */
function keepServerMetadata({ kind, object, current }: Draft & { current: KubeObject }): void {
  const { metadata } = object;
  const old = current.metadata;
  object.metadata = orderMetadata({
    ...metadata,
    ...(old.name && { name: old.name }),
    ...(old.generateName && { generateName: old.generateName }),
    ...(kind.namespaced && old.namespace && { namespace: old.namespace }),
    ...(old.uid && { uid: old.uid }),
    ...(old.resourceVersion && { resourceVersion: old.resourceVersion }),
    ...(old.generation !== undefined && { generation: old.generation }),
    ...(old.creationTimestamp && { creationTimestamp: old.creationTimestamp }),
  });
  keepOrDrop(object, 'deletionTimestamp', old.deletionTimestamp);
  keepOrDrop(object, 'deletionGracePeriodSeconds', old.deletionGracePeriodSeconds);
  object.metadata = orderMetadata(object.metadata);
}

function keepOrDrop<K extends 'deletionTimestamp' | 'deletionGracePeriodSeconds'>(
  object: KubeObject,
  key: K,
  value: KubeObject['metadata'][K],
): void {
  if (value === undefined) delete object.metadata[key];
  else object.metadata[key] = value;
}

function countGeneration({ kind, object, current }: Draft & { current: KubeObject }): void {
  if (!kind.generation) return;
  const { metadata: _m, status: _s, ...now } = object;
  const { metadata: _n, status: _t, ...before } = current;
  if (!sameJson(now, before)) object.metadata.generation = (current.metadata.generation ?? 0) + 1;
}

/** The last finalizer went while a deletion was waiting for it. */
function readyToGo(object: KubeObject): boolean {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
  if (!deletionTimestamp || finalizers.length > 0 || deletionGracePeriodSeconds > 0) return false;
  const spec = object['spec'] as { finalizers?: readonly string[] } | undefined;
  return object.kind !== 'Namespace' || (spec?.finalizers ?? []).length === 0;
}
