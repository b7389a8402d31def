/**
 * The seam inside the API server. Above it: HTTP, watch streams, wire formats. Below it: kinds, defaulting, validation,
 * admission, patches, the store. Controllers and the kubelet are clients of the same seam, in process.
 * Everything is synchronous: a request is one atomic step.
 */
import type { KubeObject, ResourceType, Status } from '../../../kube/objects.ts';

/** Thrown for every refused request; the body goes to the client word for word. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'Status');
    this.status = status;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
}

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  /** What it was before (MODIFIED, DELETED): watches with selectors need it. */
  readonly previous?: KubeObject;
  readonly resourceVersion: number;
}

/** A stored kind is addressed by plural and group: `pods`, `deployments.apps`, `networkpolicies.networking.k8s.io`. */
export type ResourceId = string;

export interface RequestInfo {
  /** For managedFields; 'kubectl-client-side-apply', 'kube-controller-manager', … */
  readonly fieldManager?: string;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly user?: string;
  readonly subresource?: string;
  /** Collects `Warning:` headers. */
  readonly warn?: (text: string) => void;
}

/** One verb-bearing path below an object: `pods/log`, `deployments/scale`. */
export interface ServedSubresource {
  readonly name: string;
  /** Of what it answers; empty group and version mean those of the type. */
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

/** A column that a CustomResourceDefinition adds to the tables of its kind. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  /** Above 0: with `-o wide` only. */
  readonly priority?: number;
}

/** All that discovery says about a kind, and how the machinery addresses it. */
export interface ServedType extends ResourceType {
  readonly id: ResourceId;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly ServedSubresource[];
  /** Of a custom kind, for printTable. */
  readonly printerColumns?: readonly PrinterColumn[];
  /** False for a second version of a stored kind: the id is the same, `convert` gives its shape. */
  readonly storage: boolean;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface Machinery {
  /** All served kinds, in discovery order. Grows with CustomResourceDefinitions. */
  types(): readonly ServedType[];
  /** The object in the shape of another served version; the same object where there is only one. */
  convert(object: KubeObject, apiVersion: string): KubeObject;
  /** Newest resourceVersion of the store: one counter for all kinds, as etcd's. */
  readonly resourceVersion: number;
  /** Throws StatusError 404. */
  get(resource: ResourceId, namespace: string | undefined, name: string): KubeObject;
  find(resource: ResourceId, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Sorted by namespace and name, as etcd's keys. */
  list(resource: ResourceId, namespace?: string): readonly KubeObject[];
  /** Decode strictness, defaulting, admission, validation, store. Throws StatusError. */
  create(resource: ResourceId, namespace: string | undefined, object: KubeObject, request?: RequestInfo): KubeObject;
  /** PUT: metadata.resourceVersion, if set, must be the current one. `request.subresource: 'status'` writes status only. */
  update(resource: ResourceId, namespace: string | undefined, object: KubeObject, request?: RequestInfo): KubeObject;
  patch(
    resource: ResourceId,
    namespace: string | undefined,
    name: string,
    type: PatchType,
    patch: unknown,
    request?: RequestInfo,
  ): KubeObject;
  /**
   * Graceful for pods, finalizers honoured. Returns the object (still there, or a pod) or a Status Success (gone).
   */
  delete(
    resource: ResourceId,
    namespace: string | undefined,
    name: string,
    options?: DeleteOptions,
    request?: RequestInfo,
  ): KubeObject | Status;
  /**
   * Calls back synchronously after each commit, in order; `resource` undefined means every kind. Returns the disposer.
   * Listeners must not write from within: put work on a queue.
   */
  subscribe(resource: ResourceId | undefined, listener: (event: StoreEvent, resource: ResourceId) => void): () => void;
  /** Events after `resourceVersion`, or 'expired' when the window no longer reaches back. */
  eventsSince(resource: ResourceId, resourceVersion: number): readonly StoreEvent[] | 'expired';
}
