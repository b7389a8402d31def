/** The KubeClient over one HTTPS transport. */
import type { IncomingMessage } from 'node:http';
import {
  ApiError,
  type DiscoveredType,
  type KubeClient,
  type ListQuery,
  pathOf,
  type RawRequest,
  type RawResponse,
  type WatchEvent,
} from './client.ts';
import { discover } from './discovery.ts';
import { openStream } from './exec-stream.ts';
import { createTransport } from './http-transport.ts';
import type { Connection } from './kubeconfig.ts';
import { groupOf, type KubeObject, type ResourceType, type Status } from './objects.ts';

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

export function createKubeClient(connection: Connection): KubeClient {
  const transport = createTransport(connection);
  let discovered: Promise<readonly DiscoveredType[]> | undefined;

  const raw = async (request: RawRequest): Promise<RawResponse> => {
    const response = await transport.open(request);
    return { code: response.statusCode ?? 0, headers: response.headers, text: await readText(response) };
  };
  const json = async <T>(request: RawRequest): Promise<T> => {
    const { code, text } = await raw(request);
    if (code >= 400) throw apiError(code, text);
    return JSON.parse(text) as T;
  };
  const stream = async function* (request: RawRequest): AsyncIterable<Uint8Array> {
    const response = await transport.open(request);
    if ((response.statusCode ?? 0) >= 400) throw apiError(response.statusCode ?? 0, await readText(response));
    try {
      for await (const chunk of response) yield chunk as Uint8Array;
    } catch (error) {
      // The server closing a stream early and our own cancel both end it; nothing more will come.
      if (!request.signal?.aborted && (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
    } finally {
      response.destroy();
    }
  };
  const types = () => {
    discovered ??= discover(json);
    return discovered;
  };
  const find = async <T>(type: ResourceType, namespace: string | undefined, name: string): Promise<T | undefined> => {
    try {
      return await json<T>({ path: pathOf(type, namespace, name) });
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  };
  const typeOf = async (apiVersion: string, kind: string): Promise<DiscoveredType> => {
    const match = (all: readonly DiscoveredType[]) =>
      all.find(
        (type) => type.kind === kind && (type.group ? `${type.group}/${type.version}` : type.version) === apiVersion,
      );
    let type = match(await types());
    if (!type) {
      discovered = undefined;
      type = match(await types());
    }
    if (type) return type;
    throw new ApiError({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'NotFound',
      message: `no matches for kind "${kind}" in version "${apiVersion}"`,
      details: { kind, group: groupOf(apiVersion) },
      code: 404,
    });
  };
  /** The path of an object, its namespace defaulted to the connection's. */
  const placeOf = async (object: KubeObject, withName: boolean): Promise<string> => {
    const type = await typeOf(object.apiVersion ?? '', object.kind ?? '');
    const namespace = type.namespaced ? (object.metadata.namespace ?? connection.namespace) : undefined;
    return pathOf(type, namespace, withName ? object.metadata.name : undefined);
  };

  return {
    connection,
    raw,
    json,
    stream,
    types,
    typeOf,
    find,
    get: (type, namespace, name) => json({ path: pathOf(type, namespace, name) }),
    async list<T>(type: ResourceType, namespace?: string, query: ListQuery = {}) {
      const { items } = await json<{ items?: T[] }>({ path: `${pathOf(type, namespace)}${queryString(query)}` });
      return items ?? [];
    },
    create: async (object, fieldManager) =>
      json({ method: 'POST', path: `${await placeOf(object, false)}${queryString({ fieldManager })}`, body: object }),
    replace: async (object, fieldManager) =>
      json({ method: 'PUT', path: `${await placeOf(object, true)}${queryString({ fieldManager })}`, body: object }),
    apply: async (object, fieldManager) =>
      json({
        method: 'PATCH',
        path: `${await placeOf(object, true)}${queryString({ fieldManager, force: 'true' })}`,
        body: object,
        contentType: 'application/apply-patch+yaml',
      }),
    patch: (type, namespace, name, patch, kind = 'merge') =>
      json({ method: 'PATCH', path: pathOf(type, namespace, name), body: patch, contentType: patchTypes[kind] }),
    async delete(type, namespace, name, options = { propagationPolicy: 'Background' }) {
      await json({ method: 'DELETE', path: pathOf(type, namespace, name), body: options });
    },
    async *watch(type, namespace, { sendInitialEvents, ...query }, signal) {
      const initial = sendInitialEvents ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : {};
      const path = `${pathOf(type, namespace)}${queryString({ ...query, ...initial, watch: 'true', allowWatchBookmarks: 'true' })}`;
      for await (const line of lines(stream({ path, signal }))) {
        const event = JSON.parse(line) as WatchEvent;
        if (event.type === 'ERROR') throw new ApiError(event.object as unknown as Status);
        yield event;
      }
    },
    exec: (namespace, pod, container, argv, io) =>
      openStream(connection, transport, { namespace, pod, subresource: 'exec', container, argv }, io),
    attach: (namespace, pod, container, io) =>
      openStream(connection, transport, { namespace, pod, subresource: 'attach', container, argv: [] }, io),
    logs: (namespace, pod, query, signal) =>
      stream({
        path: `/api/v1/namespaces/${namespace}/pods/${pod}/log${queryString(query)}`,
        accept: '*/*',
        ...(signal && { signal }),
      }),
    close: transport.close,
  };
}

/** `?a=b&c=d` without the undefined ones; empty when nothing is left. */
export function queryString(query: object): string {
  const entries = Object.entries(query as Record<string, string | number | undefined>).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(entries.map(([key, value]): [string, string] => [key, String(value)])).toString()}`;
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString('utf8');
}

/** The Status of an error answer; a proxy or a broken server may answer with anything. */
function apiError(code: number, text: string): ApiError {
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === 'Status') return new ApiError({ ...status, code });
  } catch {
    // not JSON: the text itself is the message
  }
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: text.trim(),
    code,
  });
}

async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const parts = rest.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part) yield part;
  }
}
