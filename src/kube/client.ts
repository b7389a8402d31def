/**
 * The one client of a Kubernetes API that everything above the provider uses. Thin: paths, JSON, watches, exec and logs.
 * Works on any cluster; a plain HTTPS agent, because client-node's own client takes 0.7 s to import.
 */

import type { Connection } from './kubeconfig.ts';
import type { KubeObject, ResourceType, Status } from './objects.ts';

/** The API answered with a Status that is not success. `code` is the HTTP status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? `the API answered ${status.code}`);
    this.status = status;
  }
  get code(): number {
    return this.status.code ?? 0;
  }
  get reason(): string {
    return this.status.reason ?? '';
  }
}

export interface RawRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query: `/api/v1/namespaces/shop/pods?limit=500`. */
  readonly path: string;
  /** A string or bytes are sent as they are; anything else as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

export interface RawResponse {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface ListQuery {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
}

export interface WatchQuery extends ListQuery {
  readonly resourceVersion?: string;
  /** First ADDED for everything there is, then a BOOKMARK annotated `k8s.io/initial-events-end`. */
  readonly sendInitialEvents?: boolean;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

export interface ExecIo {
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly onStdout?: (bytes: Uint8Array) => void;
  readonly onStderr?: (bytes: Uint8Array) => void;
  readonly tty?: {
    readonly columns: number;
    readonly rows: number;
    readonly onResize?: (listener: (columns: number, rows: number) => void) => () => void;
  };
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly exitCode: number;
  /** Set when the command could not be run at all: the Status message. */
  readonly error?: string;
}

export interface KubeClient {
  readonly connection: Connection;
  /** Never throws for a status code; throws LabError ERR_CLUSTER_UNREACHABLE when there is no answer. */
  raw(request: RawRequest): Promise<RawResponse>;
  /** As raw, parsed; throws ApiError for 4xx and 5xx. */
  json<T = KubeObject>(request: RawRequest): Promise<T>;
  /** The body as it comes; throws ApiError before the first chunk. */
  stream(request: RawRequest): AsyncIterable<Uint8Array>;
  /** Served types, from aggregated discovery; remembered until a kind is unknown or somebody wants them `fresh`. */
  types(options?: { readonly fresh?: boolean }): Promise<readonly DiscoveredType[]>;
  /** By kind and apiVersion; throws ApiError 404 for what the server does not serve. */
  typeOf(apiVersion: string, kind: string): Promise<DiscoveredType>;
  get<T = KubeObject>(type: ResourceType, namespace: string | undefined, name: string): Promise<T>;
  /** undefined for 404. */
  find<T = KubeObject>(type: ResourceType, namespace: string | undefined, name: string): Promise<T | undefined>;
  list<T = KubeObject>(type: ResourceType, namespace?: string, query?: ListQuery): Promise<T[]>;
  create<T = KubeObject>(object: KubeObject, fieldManager: string): Promise<T>;
  /** Server-side apply, forced. The namespace defaults to the connection's. */
  apply<T = KubeObject>(object: KubeObject, fieldManager: string): Promise<T>;
  replace<T = KubeObject>(object: KubeObject, fieldManager: string): Promise<T>;
  patch<T = KubeObject>(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    patch: unknown,
    kind?: 'merge' | 'json' | 'strategic',
  ): Promise<T>;
  delete(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  /** Ends with the signal, or when the server ends it. Throws ApiError for an ERROR event. */
  watch(
    type: ResourceType,
    namespace: string | undefined,
    query: WatchQuery,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent>;
  exec(
    namespace: string,
    pod: string,
    container: string | undefined,
    argv: readonly string[],
    io: ExecIo,
  ): Promise<ExecResult>;
  attach(namespace: string, pod: string, container: string | undefined, io: ExecIo): Promise<ExecResult>;
  logs(
    namespace: string,
    pod: string,
    query: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  close(): void;
}

export interface DiscoveredType extends ResourceType {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
}

export const wellKnown = {
  namespaces: { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false },
  nodes: { group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false },
  pods: { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true },
  services: { group: '', version: 'v1', resource: 'services', kind: 'Service', namespaced: true },
  configMaps: { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
  deployments: { group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment', namespaced: true },
  networkPolicies: {
    group: 'networking.k8s.io',
    version: 'v1',
    resource: 'networkpolicies',
    kind: 'NetworkPolicy',
    namespaced: true,
  },
} as const satisfies Record<string, ResourceType>;

/** `/api/v1/namespaces/shop/pods/web` */
export function pathOf(type: ResourceType, namespace?: string, name?: string, subresource?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const tail = [name, subresource].filter((part) => part !== undefined).map((part) => `/${encodeURIComponent(part)}`);
  return `${root}${scope}/${type.resource}${tail.join('')}`;
}
