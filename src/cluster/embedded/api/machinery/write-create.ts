/** What happens to a POST: decoding, metadata, defaults, admission, validation, and the store, in the real server's order. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { admitCreate, vetCreate } from '../admission/admit.ts';
import type { RequestInfo, ResourceId } from '../machinery.ts';
import { required } from '../validation/field-error.ts';
import { type Core, type Draft, kindOf, scopeOf } from './core.ts';
import { decodeBody, inGoOrder } from './decode-object.ts';
import { recordUpdate } from './managed-fields.ts';
import { fillMetadata } from './metadata.ts';
import { alreadyExists, badRequest, invalid } from './status.ts';
import { strategyOf } from './strategies.ts';
import { toStorage } from './versions.ts';

/** Throws StatusError. Returns the stored object, or what would be stored with dryRun. */
export function createObject(
  core: Core,
  id: ResourceId,
  namespace: string | undefined,
  body: unknown,
  request: RequestInfo,
): KubeObject {
  const kind = kindOf(core, id);
  const object = toStorage(kind, decodeBody(core, kind, body, request));
  const scope = scopeOf(kind, namespace ?? object.metadata.namespace);
  if (kind.namespaced && object.metadata.namespace && object.metadata.namespace !== scope) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (object.metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  const draft: Draft = { kind, namespace: scope, object, request };
  return commitCreate(core, draft);
}

/** Also the end of a server-side apply to something new, whose managed fields are then already decided. */
export function commitCreate(
  core: Core,
  draft: Draft,
  managedFields?: KubeObject['metadata']['managedFields'],
): KubeObject {
  const { kind, object, namespace, request } = draft;
  const strategy = strategyOf(kind);
  fillMetadata(core, draft);
  strategy.applyDefaults(object);
  const fields = managedFields ?? recordUpdate(core, draft, undefined);
  admitCreate(core, draft);
  strategy.prepareForCreate(core, draft);
  const { name = '' } = object.metadata;
  const errors =
    name === '' ? [required('metadata.name', 'name or generateName is required')] : strategy.validate(object, kind);
  if (errors.length > 0) throw invalid(kind.group, kind.kind, name, errors);
  for (const text of strategy.warnings(object)) request.warn?.(text);
  vetCreate(core, draft);
  if (core.store.find(kind.id, namespace, name)) throw alreadyExists(kind, name);
  inGoOrder(kind, object);
  if (fields) object.metadata.managedFields = fields;
  if (request.dryRun) return withoutVersion(object);
  return core.store.put(kind.id, object);
}

/** What was never stored has no version; the place that is kept for it goes. */
function withoutVersion(object: KubeObject): KubeObject {
  const { resourceVersion: _none, ...metadata } = object.metadata;
  return { ...object, metadata };
}
