/** OpenAPI as HTTP answers. `/openapi/v3`: the index of documents, and one document per group and version, each under a URL that changes with it. */
import { createHash } from 'node:crypto';
import { allTypes } from '../http/discovery.ts';
import { type ApiRequest, header, type Reply } from '../http/request.ts';
import type { Machinery, ServedType } from '../machinery.ts';
import { documentOf } from './document.ts';
import { protobufAccept, protobufContentType, swaggerJson, swaggerProtobuf } from './document-v2.ts';

const missing: Reply = { type: 'text', code: 404, text: '404 page not found\n' };

export async function answerOpenApi(request: ApiRequest, path: string, machinery: Machinery): Promise<Reply> {
  const groups = groupVersions(machinery);
  const name = path.slice('/openapi/v3'.length).replace(/^\/|\/$/g, '');
  return name === '' ? index(request, groups, machinery) : document(request, name, groups, machinery);
}

/** `/openapi/v2` in the form that the client prefers. */
export function answerSwagger(request: ApiRequest, machinery: Machinery): Reply {
  const types = allTypes(machinery);
  const wantsProtobuf = (header(request.raw, 'accept') ?? '').includes(protobufAccept);
  if (!wantsProtobuf) return { type: 'document', body: swaggerJson(types) };
  return { type: 'bytes', contentType: protobufContentType, bytes: swaggerProtobuf(types) };
}

/** `api/v1`, `apis/apps/v1` → the kinds. */
function groupVersions(machinery: Machinery): ReadonlyMap<string, readonly ServedType[]> {
  const found = new Map<string, ServedType[]>();
  for (const type of allTypes(machinery)) {
    const key = type.group === '' ? `api/${type.version}` : `apis/${type.group}/${type.version}`;
    found.set(key, [...(found.get(key) ?? []), type]);
  }
  return found;
}

function index(request: ApiRequest, groups: ReadonlyMap<string, readonly ServedType[]>, machinery: Machinery): Reply {
  const paths = Object.fromEntries(
    [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, types]) => [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${hashOf(types, machinery)}` }]),
  );
  const etag = `"${digest(JSON.stringify(paths))}"`;
  const headers = { ETag: etag, Vary: 'Accept', 'Cache-Control': 'no-cache, private' };
  if (header(request.raw, 'if-none-match') === etag) return { type: 'not-modified', headers };
  return { type: 'document', body: { paths }, headers };
}

async function document(
  request: ApiRequest,
  key: string,
  groups: ReadonlyMap<string, readonly ServedType[]>,
  machinery: Machinery,
): Promise<Reply> {
  const types = groups.get(key);
  const [type] = types ?? [];
  if (!types || !type) return missing;
  const hash = hashOf(types, machinery);
  const isCurrent = request.query.get('hash') === hash;
  const headers = {
    ETag: `"${hash}"`,
    Vary: 'Accept',
    'Cache-Control': isCurrent ? 'public, immutable' : 'no-cache, private',
  };
  if (header(request.raw, 'if-none-match') === headers.ETag) return { type: 'not-modified', headers };
  return { type: 'document', body: await documentOf(type.group, type.version, types, machinery), headers };
}

/** Changes with the kinds, and for custom ones with their definition. */
function hashOf(types: readonly ServedType[], machinery: Machinery): string {
  const parts = types.map((type) => {
    const definition = machinery.find('customresourcedefinitions.apiextensions.k8s.io', undefined, type.id);
    return [type.resource, type.kind, type.verbs, definition?.metadata.uid, definition?.metadata.generation];
  });
  return digest(JSON.stringify(parts));
}

function digest(text: string): string {
  return createHash('sha512').update(text).digest('hex').toUpperCase();
}
