/**
 * One kubectl invocation: its streams, its connection, and requests that print warnings and throw errors the way kubectl
 * words them. Made once by run.ts after the flags are parsed.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '../kit/clock.ts';
import { LabError } from '../kit/errors.ts';
import { ApiError, type DiscoveredType, type KubeClient, pathOf, type RawRequest } from '../kube/client.ts';
import { createKubeClient } from '../kube/create-client.ts';
import type { Connection } from '../kube/kubeconfig.ts';
import type { KubeObject, ResourceType, Status } from '../kube/objects.ts';
import { connect } from './connect.ts';
import { ExitWith, KubectlError, Unreachable } from './errors.ts';
import type { Flags } from './flags/spec.ts';
import { parseDuration } from './flags/spec.ts';
import type { KubectlIo } from './io.ts';

export interface Session {
  readonly io: KubectlIo;
  readonly clock: Clock;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  out(text: string | Uint8Array): void;
  err(text: string): void;
  /** `Warning: text` on stderr, once per text. */
  warn(text: string): void;
  readonly warningCount: number;
  client(): Promise<KubeClient>;
  connection(): Promise<Connection>;
  /** Of --namespace or the context. */
  namespace(): Promise<string>;
  /** Was --namespace given? Then files must not name another one. */
  readonly namespaceGiven: boolean;
  /** What the server has; asked anew when `fresh`, for what may have come since the last command. */
  types(options?: { readonly fresh?: boolean }): Promise<readonly DiscoveredType[]>;
  /** Body as text; prints the server's warnings; throws ApiError, Unreachable. */
  text(request: RawRequest): Promise<string>;
  json<T = KubeObject>(request: RawRequest): Promise<T>;
  stream(request: RawRequest): AsyncIterable<Uint8Array>;
  /** A single object; a 404 in a namespace that does not exist names the namespace (as kubectl ≥ 1.30). */
  get<T = KubeObject>(type: ResourceType, namespace: string | undefined, name: string, accept?: string): Promise<T>;
  list<T = KubeObject>(
    type: ResourceType,
    namespace: string | undefined,
    query?: Readonly<Record<string, string>>,
  ): Promise<T[]>;
  /** Milliseconds; 0 = no limit. */
  readonly requestTimeoutMs: number;
  path(name: string): string;
  readFile(name: string): Promise<Uint8Array>;
  readStdin(): Promise<string>;
  close(): void;
}

export function openSession(io: KubectlIo, flags: Flags, clock: Clock): Session {
  return new KubectlSession(io, flags, clock);
}

class KubectlSession implements Session {
  readonly io: KubectlIo;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly namespaceGiven: boolean;
  readonly requestTimeoutMs: number;
  readonly #flags: Flags;
  readonly #warned = new Set<string>();
  #client: Promise<KubeClient> | undefined;

  constructor(io: KubectlIo, flags: Flags, clock: Clock) {
    this.io = io;
    this.clock = clock;
    this.signal = io.signal ?? new AbortController().signal;
    this.#flags = flags;
    this.namespaceGiven = flags.string('namespace') !== '';
    this.requestTimeoutMs = requestTimeout(flags.string('request-timeout'));
  }

  out(text: string | Uint8Array): void {
    if (text.length > 0) this.io.stdout.write(text);
  }

  err(text: string): void {
    if (text.length > 0) this.io.stderr.write(text);
  }

  warn(text: string): void {
    if (!this.#warned.has(text)) this.err(`Warning: ${text}\n`);
    this.#warned.add(text);
  }

  get warningCount(): number {
    return this.#warned.size;
  }

  client(): Promise<KubeClient> {
    const { clients } = this.io;
    this.#client ??= connect(this.io, this.#flags).then((connection) =>
      clients ? clients.clientFor(connection) : createKubeClient(connection),
    );
    return this.#client;
  }

  async connection(): Promise<Connection> {
    return (await this.client()).connection;
  }

  async namespace(): Promise<string> {
    return this.#flags.string('namespace') || (await this.connection()).namespace;
  }

  async types(options?: { readonly fresh?: boolean }): Promise<readonly DiscoveredType[]> {
    const client = await this.client();
    try {
      return await client.types(options);
    } catch (error) {
      throw await this.#translate(error, '/api?timeout=32s');
    }
  }

  async text(request: RawRequest): Promise<string> {
    const client = await this.client();
    const signal = this.#limit(request.signal);
    try {
      const { code, headers, text } = await client.raw({ ...request, signal });
      this.#warn(headers['warning']);
      if (code < 400) return text;
      throw failureOf(code, text);
    } catch (error) {
      throw await this.#translate(error);
    }
  }

  async json<T>(request: RawRequest): Promise<T> {
    return JSON.parse(await this.text(request)) as T;
  }

  async *stream(request: RawRequest): AsyncIterable<Uint8Array> {
    const client = await this.client();
    const limit = this.requestTimeoutMs > 0 ? AbortSignal.timeout(this.requestTimeoutMs) : undefined;
    const signals = [this.signal, ...(request.signal ? [request.signal] : []), ...(limit ? [limit] : [])];
    try {
      yield* client.stream({ ...request, signal: AbortSignal.any(signals) });
      // a cancelled stream just ends; running out of time is a failure that callers want to know
      if (limit?.aborted && !this.signal.aborted) throw limit.reason;
    } catch (error) {
      throw await this.#translate(error);
    }
  }

  async get<T>(type: ResourceType, namespace: string | undefined, name: string, accept?: string): Promise<T> {
    try {
      return await this.json<T>({ path: pathOf(type, namespace, name), ...(accept && { accept }) });
    } catch (error) {
      await this.#blameNamespace(error, type, namespace);
      throw error;
    }
  }

  async list<T>(
    type: ResourceType,
    namespace: string | undefined,
    query: Readonly<Record<string, string>> = {},
  ): Promise<T[]> {
    const search = new URLSearchParams(query).toString();
    const path = `${pathOf(type, namespace)}${search && `?${search}`}`;
    return (await this.json<{ items?: T[] }>({ path })).items ?? [];
  }

  path(name: string): string {
    return resolve(this.io.cwd, name);
  }

  readFile(name: string): Promise<Uint8Array> {
    return readFile(this.path(name));
  }

  async readStdin(): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.io.stdin) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }

  close(): void {
    if (!this.io.clients) this.#client?.then((client) => client.close()).catch(() => undefined);
  }

  #limit(signal: AbortSignal | undefined): AbortSignal {
    const signals = [this.signal, ...(signal ? [signal] : [])];
    if (this.requestTimeoutMs > 0) signals.push(AbortSignal.timeout(this.requestTimeoutMs));
    return AbortSignal.any(signals);
  }

  async #blameNamespace(error: unknown, type: ResourceType, namespace: string | undefined): Promise<void> {
    if (!(error instanceof ApiError) || error.code !== 404 || !type.namespaced || !namespace) return;
    const client = await this.client();
    const answer = await client.raw({ path: `/api/v1/namespaces/${encodeURIComponent(namespace)}` });
    if (answer.code === 404) throw failureOf(404, answer.text);
  }

  #warn(header: string | string[] | undefined): void {
    for (const text of warningsIn(header)) this.warn(text);
  }

  /** Connection problems in kubectl's words; anything else unchanged. `discovery` is the path that could not be read. */
  async #translate(error: unknown, discovery?: string): Promise<unknown> {
    if (this.signal.aborted) return new ExitWith(130);
    if (!(error instanceof LabError) || error.code !== 'ERR_CLUSTER_UNREACHABLE') return error;
    const cause = error.cause as NodeJS.ErrnoException | undefined;
    const { server } = await this.connection();
    const url = new URL(server);
    if (cause?.code !== 'ECONNREFUSED') {
      return new Unreachable(`Unable to connect to the server: ${cause?.message ?? error.message}`);
    }
    if (discovery !== undefined) this.#logDiscovery(server, url.host, discovery);
    return new Unreachable(
      `The connection to the server ${url.host} was refused - did you specify the right host or port?`,
    );
  }

  /** client-go logs each of its five tries. */
  #logDiscovery(server: string, host: string, path: string): void {
    const what = `couldn't get current server API group list: Get \\"${server.replace(/\/$/, '')}${path}\\": dial tcp ${host}: connect: connection refused`;
    for (let attempt = 0; attempt < 5; attempt++) {
      const at = new Date(this.clock.now()).toISOString();
      const stamp = `${at.slice(5, 7)}${at.slice(8, 10)} ${at.slice(11, 23)}000`;
      this.err(`E${stamp} ${String(process.pid).padStart(7)} memcache.go:265] "Unhandled Error" err="${what}"\n`);
    }
  }
}

function requestTimeout(text: string): number {
  if (text === '' || text === '0') return 0;
  const value = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (value !== undefined) return value;
  throw new KubectlError(
    'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
  );
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** The Status of an error answer, or one made of whatever the server said. */
export function failureOf(code: number, text: string): ApiError {
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === 'Status') return new ApiError({ ...status, code });
  } catch {
    // a proxy's or the router's plain text
  }
  const known: Readonly<Record<number, readonly [string, string]>> = {
    401: ['Unauthorized', 'Unauthorized'],
    404: ['NotFound', 'the server could not find the requested resource'],
    405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  };
  const [reason, message] = known[code] ?? [
    'InternalError',
    `an error on the server (${JSON.stringify(text.trim())}) has prevented the request from succeeding`,
  ];
  return new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message, code });
}

/** `299 - "text"`, comma-separated, quotes escaped. */
function warningsIn(header: string | string[] | undefined): string[] {
  const all = Array.isArray(header) ? header.join(', ') : (header ?? '');
  return [...all.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
}
