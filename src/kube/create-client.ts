/** The KubeClient over one HTTPS transport. */
import type { IncomingMessage } from 'node:http';
import {
  ApiError,
  type DiscoveredType,
  type ExecIo,
  type ExecResult,
  type KubeClient,
  type ListQuery,
  pathOf,
  type RawRequest,
  type RawResponse,
  type WatchEvent,
  type WatchQuery,
} from './client.ts';
import { discover } from './discovery.ts';
import { openStream } from './exec-stream.ts';
import { createTransport, type Transport } from './http-transport.ts';
import type { Connection } from './kubeconfig.ts';
import { groupOf, type KubeObject, type ResourceType, type Status } from './objects.ts';

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

export function createKubeClient(connection: Connection): KubeClient {
  return new HttpsKubeClient(connection);
}

class HttpsKubeClient implements KubeClient {
  readonly connection: Connection;
  readonly #transport: Transport;
  #discovered: Promise<readonly DiscoveredType[]> | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
    this.#transport = createTransport(connection);
  }

  async raw(request: RawRequest): Promise<RawResponse> {
    const response = await this.#transport.open(request);
    return { code: response.statusCode ?? 0, headers: response.headers, text: await readText(response) };
  }

  async json<T>(request: RawRequest): Promise<T> {
    const { code, text } = await this.raw(request);
    if (code >= 400) throw apiError(code, text);
    return JSON.parse(text) as T;
  }

  async *stream(request: RawRequest): AsyncIterable<Uint8Array> {
    const response = await this.#transport.openStream(request);
    if ((response.statusCode ?? 0) >= 400) throw apiError(response.statusCode ?? 0, await readText(response));
    try {
      for await (const chunk of response) yield chunk as Uint8Array;
    } catch (error) {
      // The server closing a stream early and our own cancel both end it; nothing more will come.
      if (!request.signal?.aborted && (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
    } finally {
      response.destroy();
    }
  }

  types({ fresh = false } = {}): Promise<readonly DiscoveredType[]> {
    if (fresh) this.#discovered = undefined;
    this.#discovered ??= discover((request) => this.json(request));
    return this.#discovered;
  }

  async typeOf(apiVersion: string, kind: string): Promise<DiscoveredType> {
    const isIt = (type: DiscoveredType): boolean =>
      type.kind === kind && (type.group ? `${type.group}/${type.version}` : type.version) === apiVersion;
    const type = (await this.types()).find(isIt) ?? (await this.types({ fresh: true })).find(isIt);
    if (type) return type;
    throw new ApiError(unknownKind(apiVersion, kind));
  }

  get<T>(type: ResourceType, namespace: string | undefined, name: string): Promise<T> {
    return this.json({ path: pathOf(type, namespace, name) });
  }

  async find<T>(type: ResourceType, namespace: string | undefined, name: string): Promise<T | undefined> {
    try {
      return await this.get<T>(type, namespace, name);
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  async list<T>(type: ResourceType, namespace?: string, query: ListQuery = {}): Promise<T[]> {
    const { items } = await this.json<{ items?: T[] }>({ path: `${pathOf(type, namespace)}${queryString(query)}` });
    return items ?? [];
  }

  async create<T>(object: KubeObject, fieldManager: string): Promise<T> {
    const path = `${await this.#placeOf(object, false)}${queryString({ fieldManager })}`;
    return this.json({ method: 'POST', path, body: object });
  }

  async replace<T>(object: KubeObject, fieldManager: string): Promise<T> {
    const path = `${await this.#placeOf(object, true)}${queryString({ fieldManager })}`;
    return this.json({ method: 'PUT', path, body: object });
  }

  async apply<T>(object: KubeObject, fieldManager: string): Promise<T> {
    const path = `${await this.#placeOf(object, true)}${queryString({ fieldManager, force: 'true' })}`;
    return this.json({ method: 'PATCH', path, body: object, contentType: 'application/apply-patch+yaml' });
  }

  patch<T>(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    patch: unknown,
    kind: keyof typeof patchTypes = 'merge',
  ): Promise<T> {
    return this.json({
      method: 'PATCH',
      path: pathOf(type, namespace, name),
      body: patch,
      contentType: patchTypes[kind],
    });
  }

  async delete(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options: Readonly<Record<string, unknown>> = { propagationPolicy: 'Background' },
  ): Promise<void> {
    await this.json({ method: 'DELETE', path: pathOf(type, namespace, name), body: options });
  }

  async *watch(
    type: ResourceType,
    namespace: string | undefined,
    { sendInitialEvents, ...query }: WatchQuery,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent> {
    const initial = sendInitialEvents ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : {};
    const search = queryString({ ...query, ...initial, watch: 'true', allowWatchBookmarks: 'true' });
    for await (const line of lines(this.stream({ path: `${pathOf(type, namespace)}${search}`, signal }))) {
      const event = JSON.parse(line) as WatchEvent;
      if (event.type === 'ERROR') throw new ApiError(event.object as unknown as Status);
      yield event;
    }
  }

  exec(
    namespace: string,
    pod: string,
    container: string | undefined,
    argv: readonly string[],
    io: ExecIo,
  ): Promise<ExecResult> {
    return openStream(this.connection, this.#transport, { namespace, pod, subresource: 'exec', container, argv }, io);
  }

  attach(namespace: string, pod: string, container: string | undefined, io: ExecIo): Promise<ExecResult> {
    return openStream(
      this.connection,
      this.#transport,
      { namespace, pod, subresource: 'attach', container, argv: [] },
      io,
    );
  }

  logs(
    namespace: string,
    pod: string,
    query: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log${queryString(query)}`;
    return this.stream({ path, accept: '*/*', ...(signal && { signal }) });
  }

  close(): void {
    this.#transport.close();
  }

  /** The path of an object (or its collection), its namespace defaulted to the connection's. */
  async #placeOf(object: KubeObject, withName: boolean): Promise<string> {
    const type = await this.typeOf(object.apiVersion ?? '', object.kind ?? '');
    const namespace = type.namespaced ? (object.metadata.namespace ?? this.connection.namespace) : undefined;
    return pathOf(type, namespace, withName ? object.metadata.name : undefined);
  }
}

function unknownKind(apiVersion: string, kind: string): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'NotFound',
    message: `no matches for kind "${kind}" in version "${apiVersion}"`,
    details: { kind, group: groupOf(apiVersion) },
    code: 404,
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

/** By events: iterating over a response costs more than the rest of a small request. */
function readText(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    response.on('data', (chunk: Uint8Array) => void chunks.push(chunk));
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    response.on('error', reject);
  });
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
