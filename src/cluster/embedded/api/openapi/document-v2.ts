/**
 * `/openapi/v2`: kubectl still reads it, in protobuf, before it sends a file with a `kind: List`. It looks for the PATCH
 * operation of a kind and its `fieldValidation` parameter and leaves the checking to the server, so that is what is here.
 */
import type { ServedType } from '../machinery.ts';

/** What clients ask for … */
export const protobufAccept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** … and what the server calls it: an `@` is not allowed in a media type. */
export const protobufContentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

const info = { title: 'Kubernetes', version: 'v1.36.2' };
const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'];

function patchPath({ group, version, resource, namespaced }: ServedType): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${resource}/{name}`;
}

function patchable(types: readonly ServedType[]): readonly ServedType[] {
  return types.filter((type) => type.verbs.includes('patch'));
}

export function swaggerJson(types: readonly ServedType[]): unknown {
  const paths = patchable(types).map((type) => {
    const { group, version, kind } = type;
    const patch = {
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group, kind, version },
      parameters: parameters.map((name) => ({ name, in: 'query', type: name === 'force' ? 'boolean' : 'string' })),
      responses: { 200: { description: 'OK' } },
    };
    return [patchPath(type), { patch }];
  });
  return { swagger: '2.0', info, paths: Object.fromEntries(paths), definitions: {} };
}

/** The same as a gnostic openapi.v2.Document (github.com/google/gnostic-models, openapiv2/OpenAPIv2.proto). */
export function swaggerProtobuf(types: readonly ServedType[]): Buffer {
  const paths = patchable(types).map((type) =>
    message(2, [text(1, patchPath(type)), message(2, [message(8, operation(type))])]),
  );
  return Buffer.concat([text(1, '2.0'), message(2, [text(1, info.title), text(2, info.version)]), message(8, paths)]);
}

function operation({ group, version, kind }: ServedType): Buffer[] {
  const yaml = `group: ${JSON.stringify(group)}\nkind: ${kind}\nversion: ${version}\n`;
  return [
    ...parameters.map((name) =>
      message(8, [message(1, [message(2, [message(3, [text(2, 'query'), text(4, name), text(6, 'string')])])])]),
    ),
    message(13, [text(1, 'x-kubernetes-group-version-kind'), message(2, [text(2, yaml)])]),
  ];
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([varint((field << 3) | 2), varint(body.length), body]);
}

function text(field: number, value: string): Buffer {
  return message(field, [Buffer.from(value, 'utf8')]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
  return Buffer.from(bytes);
}
