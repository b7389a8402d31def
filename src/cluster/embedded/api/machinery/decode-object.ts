/**
 * Is this body an object of the kind that the URL names? apiVersion and kind are checked as the real decoder does, fields
 * against the kind's Go type, and what a client wrote beyond that is an error, a warning or nothing (`fieldValidation`).
 */
import type { KubeObject } from '../../../../kube/objects.ts';
import { shapeCustom } from '../kinds/custom-schema.ts';
import type { Kind } from '../kinds/kind.ts';
import { structSchema } from '../kinds/schema.ts';
import type { RequestInfo } from '../machinery.ts';
import { apiVersionOf, type Core, clone } from './core.ts';
import { DecodeError, decode, isRecord } from './decode.ts';
import { orderMetadata } from './metadata.ts';
import { badRequest } from './status.ts';

/** A private copy in the shape of the stored version. Throws 400. */
export function decodeBody(core: Core, kind: Kind, body: unknown, request: RequestInfo): KubeObject {
  if (!isRecord(body))
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): json: cannot unmarshal into Go value`,
    );
  const claimed = claimedVersion(core, kind, body);
  const cannot = `${kind.kind} in version "${claimed.version}" cannot be handled as a ${kind.kind}: `;
  const { value, unknown } = decodeFields(claimed, body, (message) => badRequest(cannot + message));
  if (unknown.length > 0) {
    const texts = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
    if (request.fieldValidation === 'Strict') throw badRequest(`${cannot}strict decoding error: ${texts.join(', ')}`);
    if (request.fieldValidation !== 'Ignore') for (const text of texts) request.warn?.(text);
  }
  return { kind: kind.kind, apiVersion: apiVersionOf(claimed), ...value } as KubeObject;
}

function claimedVersion(core: Core, kind: Kind, body: Record<string, unknown>): Kind {
  const { kind: bodyKind = kind.kind, apiVersion = apiVersionOf(kind) } = body;
  const [version = '', group = ''] = String(apiVersion).split('/').reverse();
  if (bodyKind !== kind.kind || typeof bodyKind !== 'string') {
    const scheme = 'in scheme "pkg/api/legacyscheme/scheme.go:30"';
    throw badRequest(
      `${String(bodyKind)} in version "${version}" cannot be handled as a ${kind.kind}: no kind ${JSON.stringify(bodyKind)} is registered for version "${version}" ${scheme}`,
    );
  }
  if (version === kind.version && group === kind.group) return kind;
  const claimed = core.registry
    .all()
    .find((candidate) => candidate.id === kind.id && candidate.version === version && candidate.group === group);
  if (claimed) return claimed;
  throw badRequest(
    `the API version in the data (${String(apiVersion)}) does not match the expected API version (${apiVersionOf(kind)})`,
  );
}

/** Field checks alone; a kind without a Go type is copied, its metadata checked. */
function decodeFields(
  kind: Kind,
  body: Record<string, unknown>,
  refuse: (message: string) => Error,
): { value: Record<string, unknown>; unknown: readonly string[] } {
  try {
    const schema = kind.schema === undefined ? undefined : structSchema(kind.schema);
    if (schema) return decode(schema, body, 'json');
    return decodeLoosely(body, kind);
  } catch (error) {
    if (error instanceof DecodeError) throw refuse(error.message);
    throw error;
  }
}

/** metadata by its Go type, the rest by the definition of a custom kind, if it is one. */
export function decodeLoosely(
  body: Record<string, unknown>,
  kind: Kind,
): {
  value: Record<string, unknown>;
  unknown: readonly string[];
} {
  const meta = structSchema('meta/v1.ObjectMeta');
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = body;
  const decoded = meta && decode(meta, metadata ?? {}, 'json');
  const unknown = decoded?.unknown.map((path) => `metadata.${path}`) ?? [];
  const own = dropNulls(clone(rest));
  const pruned = shapeCustom(own, kind.custom?.openApiSchema);
  return { value: { metadata: decoded?.value ?? {}, ...own }, unknown: [...unknown, ...pruned] };
}

function dropNulls(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, child]) => child !== null));
}

/** Puts fields that defaults and admission added where Go's encoder would write them; `object` is changed in place. */
export function inGoOrder(kind: Kind, object: KubeObject): void {
  const schema = kind.schema === undefined ? undefined : structSchema(kind.schema);
  if (!schema) return;
  const { value } = decode(schema, object, 'json');
  for (const key of Object.keys(object)) if (key !== 'kind' && key !== 'apiVersion') delete object[key];
  Object.assign(object, value);
  object.metadata = orderMetadata(object.metadata);
}
