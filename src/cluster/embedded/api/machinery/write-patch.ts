/**
 * What happens to a PATCH? It is applied to the current object in the client's own version, checked the way the real
 * server checks each kind of patch, and then written as an update.
 */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { Kind } from '../kinds/kind.ts';
import { structSchema } from '../kinds/schema.ts';
import type { PatchType, RequestInfo, ResourceId } from '../machinery.ts';
import { applyJsonPatch, JsonPatchError, type JsonPatchOperation } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { afterJsonPatch, afterMergePatch } from '../patch/patched-text.ts';
import { goMap, StrategicPatchError, strategicMerge } from '../patch/strategic-merge.ts';
import { invalidValue } from '../validation/field-error.ts';
import { applyObject } from './apply.ts';
import { apiVersionOf, type Core, clone, kindOf, scopeOf } from './core.ts';
import { DecodeError, type DecodeStyle, decode, isRecord } from './decode.ts';
import { decodeLoosely } from './decode-object.ts';
import { badRequest, failure, invalid, notFound, rejectedPatch } from './status.ts';
import { commitUpdate } from './write-update.ts';

interface Patched {
  readonly kind: Kind;
  readonly current: KubeObject;
  readonly patch: unknown;
  readonly request: RequestInfo;
}

/** Throws StatusError. `patch` is decoded JSON or YAML. */
export function patchObject(
  core: Core,
  id: ResourceId,
  namespace: string | undefined,
  name: string,
  type: PatchType,
  patch: unknown,
  request: RequestInfo,
): KubeObject {
  const kind = kindOf(core, id);
  const scope = scopeOf(kind, namespace);
  if (type === 'apply') return applyObject(core, { kind, namespace: scope, name, patch, request });
  const current = core.store.find(id, scope, name);
  if (!current) throw notFound(kind, name);
  const object = patched({ kind, current, patch, request }, type);
  if (!object.metadata.name)
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (object.metadata.name !== name) {
    throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`);
  }
  if (kind.namespaced && object.metadata.namespace && object.metadata.namespace !== scope) {
    throw badRequest(
      `the namespace of the object (${object.metadata.namespace}) does not match the namespace on the URL (${scope})`,
    );
  }
  return commitUpdate(core, { kind, namespace: scope, object, current, request });
}

function patched(context: Patched, type: Exclude<PatchType, 'apply'>): KubeObject {
  switch (type) {
    case 'json':
      return fromJson(context, jsonPatched(context), (result) =>
        afterJsonPatch(result, context.patch as JsonPatchOperation[]),
      );
    case 'merge':
      if (!isRecord(context.patch))
        throw badRequest(`error decoding patch: ${wrongRoot(context.patch, 'map[string]interface {}')}`);
      return fromJson(context, mergePatch(clone(context.current), context.patch), (result) =>
        afterMergePatch(result, context.patch),
      );
    case 'strategic':
      return strategicPatched(context);
  }
}

function jsonPatched({ current, patch }: Patched): unknown {
  if (!Array.isArray(patch)) throw badRequest(`error decoding patch: ${wrongRoot(patch, '[]handlers.jsonPatchOp')}`);
  const odd: unknown = patch.find((operation) => operation !== null && !isRecord(operation));
  if (odd !== undefined) throw badRequest(`error decoding patch: ${wrongRoot(odd, 'handlers.jsonPatchOp')}`);
  try {
    return applyJsonPatch(clone(current), patch as JsonPatchOperation[]);
  } catch (error) {
    if (error instanceof JsonPatchError) throw rejectedPatch();
    throw error;
  }
}

/** JSON and merge patches: the patched text is decoded like a body, but every complaint is about the patch. */
function fromJson(context: Patched, result: unknown, asText: (result: unknown) => string): KubeObject {
  const text = asText(result);
  const refuse = (message: string) => invalid('', '', '', [invalidValue('patch', text, message)]);
  if (!isRecord(result)) throw refuse('json: cannot unmarshal into Go value');
  return checked(context, result, 'json', refuse);
}

function strategicPatched(context: Patched): KubeObject {
  const { kind, current, patch } = context;
  if (!isRecord(patch)) throw badRequest(wrongRoot(patch, 'map[string]interface {}'));
  if (kind.schema === undefined) {
    const message =
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';
    throw failure(415, 'UnsupportedMediaType', message, {});
  }
  const refuse = (message: string) => invalid('', '', '', [invalidValue('patch', goMap(patch), message)]);
  try {
    const merged = strategicMerge(clone(current), clone(patch), structSchema(kind.schema));
    return checked(context, merged, 'converter', refuse);
  } catch (error) {
    if (error instanceof StrategicPatchError) throw badRequest(error.message);
    throw error;
  }
}

function checked(
  context: Patched,
  result: Record<string, unknown>,
  style: DecodeStyle,
  refuse: (message: string) => Error,
): KubeObject {
  const { kind, request } = context;
  const decoded = decodePatched(kind, result, style, refuse);
  if (decoded.unknown.length > 0) {
    const texts = decoded.unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
    if (request.fieldValidation === 'Strict') throw refuse(`strict decoding error: ${texts.join(', ')}`);
    if (request.fieldValidation !== 'Ignore') for (const text of texts) request.warn?.(text);
  }
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), ...decoded.value } as KubeObject;
}

function decodePatched(
  kind: Kind,
  result: Record<string, unknown>,
  style: DecodeStyle,
  refuse: (message: string) => Error,
) {
  try {
    const schema = kind.schema === undefined ? undefined : structSchema(kind.schema);
    return schema ? decode(schema, result, style) : decodeLoosely(result, kind);
  } catch (error) {
    if (error instanceof DecodeError) throw refuse(error.message);
    throw error;
  }
}

function wrongRoot(patch: unknown, type: string): string {
  const what = Array.isArray(patch) ? 'array' : typeof patch === 'boolean' ? 'bool' : typeof patch;
  return `json: cannot unmarshal ${what} into Go value of type ${type}`;
}
