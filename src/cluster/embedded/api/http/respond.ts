/** Turns a reply into bytes in the form that the client asked for: JSON (compact or indented), YAML, or a Table. */
import type { ServerResponse } from 'node:http';
import type { KubeObject, Status } from '../../../../kube/objects.ts';
import type { ServedType, StatusError } from '../machinery.ts';
import { type Form, negotiate, wantsIndent } from './negotiate.ts';
import { type ApiRequest, header, type Reply, type ServerContext } from './request.ts';
import { tableOf } from './table-form.ts';

/** `Cache-Control` of everything that is not discovery, as kube-apiserver sends it. */
const uncached = { 'Cache-Control': 'no-cache, private' } as const;

/** Throws StatusError 406 when the client accepts nothing that we have. */
export async function respond(
  request: ApiRequest,
  response: ServerResponse,
  reply: Reply,
  context: ServerContext,
): Promise<void> {
  switch (reply.type) {
    case 'taken':
      return;
    case 'text':
      return send(response, reply.code, 'text/plain; charset=utf-8', reply.text, uncached);
    case 'bytes':
      return send(response, 200, reply.contentType, reply.bytes, uncached);
    case 'not-modified':
      response.writeHead(304, reply.headers);
      response.end();
      return;
    case 'document': {
      const { 'Content-Type': type = 'application/json', ...rest } = reply.headers ?? {};
      const indent = reply.indent || wantsIndent(request.query, header(request.raw, 'user-agent'));
      return send(response, 200, type, json(reply.body, indent), { ...uncached, ...rest });
    }
    case 'object':
    case 'list': {
      const form = negotiate(header(request.raw, 'accept'));
      const body = shape(reply, form, request, context);
      return write(request, response, reply.type === 'object' ? reply.code : 200, body, form);
    }
  }
}

/** Errors are JSON or YAML Statuses; a client that accepts neither gets JSON all the same. */
export async function respondError(
  request: Pick<ApiRequest, 'query' | 'raw'>,
  response: ServerResponse,
  error: StatusError,
): Promise<void> {
  const body: Status = error.status;
  const retry = body.details?.retryAfterSeconds;
  if (retry !== undefined) response.setHeader('Retry-After', String(retry));
  let form: Form;
  try {
    form = negotiate(header(request.raw, 'accept'));
  } catch {
    form = { encoding: 'json', shape: 'object', version: 'v1' };
  }
  return write(request, response, error.code, body, form);
}

/** Tables are printed from what is stored; everything else is in the version that the URL names. */
function shape(
  reply: Extract<Reply, { type: 'object' | 'list' }>,
  form: Form,
  request: ApiRequest,
  context: ServerContext,
): unknown {
  return reply.type === 'list' ? listBody(reply, form, request, context) : objectBody(reply, form, request, context);
}

function objectBody(
  { object, served }: Extract<Reply, { type: 'object' }>,
  form: Form,
  request: ApiRequest,
  context: ServerContext,
): unknown {
  if (!served || object.kind === 'Status') return object;
  const stored = object as KubeObject;
  if (form.shape === 'partial') return partial(stored, form);
  if (form.shape === 'object') return context.machinery.convert(stored, apiVersionOf(served));
  return tableOf(served, [stored], { resourceVersion: stored.metadata.resourceVersion }, form, request, context);
}

function listBody(
  { items, served, metadata }: Extract<Reply, { type: 'list' }>,
  form: Form,
  request: ApiRequest,
  context: ServerContext,
): unknown {
  if (form.shape === 'table') return tableOf(served, items, metadata, form, request, context);
  if (form.shape === 'partial') {
    const apiVersion = `meta.k8s.io/${form.version}`;
    return { kind: 'PartialObjectMetadataList', apiVersion, metadata, items: items.map((item) => partial(item, form)) };
  }
  const apiVersion = apiVersionOf(served);
  const shown = items.map((item) => context.machinery.convert(item, apiVersion));
  // Go's typed lists leave kind and apiVersion to the list; custom objects are untyped and carry their own.
  const isCustom = context.machinery.find(definitions, undefined, served.id) !== undefined;
  return { kind: `${served.kind}List`, apiVersion, metadata, items: isCustom ? shown : shown.map(withoutType) };
}

const definitions = 'customresourcedefinitions.apiextensions.k8s.io';

function withoutType({ kind: _kind, apiVersion: _apiVersion, ...rest }: KubeObject): unknown {
  return rest;
}

function partial(object: KubeObject, form: Form): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${form.version}`, metadata: object.metadata };
}

export function apiVersionOf({ group, version }: Pick<ServedType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

async function write(
  request: Pick<ApiRequest, 'query' | 'raw'>,
  response: ServerResponse,
  code: number,
  body: unknown,
  form: Form,
): Promise<void> {
  if (form.encoding === 'yaml') {
    const { stringify } = await import('yaml');
    return send(
      response,
      code,
      'application/yaml',
      stringify(body, { lineWidth: 0, aliasDuplicateObjects: false }),
      uncached,
    );
  }
  const indent = wantsIndent(request.query, header(request.raw, 'user-agent'));
  return send(response, code, 'application/json', json(body, indent), uncached);
}

function json(body: unknown, indent: boolean): string {
  return indent ? JSON.stringify(body, undefined, 2) : `${JSON.stringify(body)}\n`;
}

function send(
  response: ServerResponse,
  code: number,
  contentType: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(code, { ...headers, 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) });
  // A text leaves in one piece with the headers.
  response.end(body);
}

/** RFC 7234's warn-text is a quoted string of printable characters. */
export function warningHeader(text: string): string {
  const printable = text.replace(/[\r\n\t]+/g, ' ').replace(/[^\x20-\x7e]/g, '?');
  return `299 - "${printable.replace(/(["\\])/g, '\\$1')}"`;
}
