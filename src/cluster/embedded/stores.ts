/**
 * The API machinery as controllers and the kubelet use it: one typed store per kind, all writes under one field manager.
 * What it hands out is frozen by the store: copy before you change.
 */
import type {
  ConfigMap,
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  EndpointSlice,
  Endpoints,
  HorizontalPodAutoscaler,
  Job,
  KubeEvent,
  KubeObject,
  Namespace,
  NetworkPolicy,
  Node,
  ObjectMeta,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
  StatefulSet,
} from '../../kube/objects.ts';
import type { DeleteOptions, Machinery, ResourceId, StoreEvent } from './api/machinery.ts';

interface Stored {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

export interface Change<T> {
  readonly type: StoreEvent['type'];
  readonly object: T;
  readonly previous: T | undefined;
}

export interface Store<T extends Stored> {
  readonly resource: ResourceId;
  find(namespace: string | undefined, name: string): T | undefined;
  list(namespace?: string): readonly T[];
  /** Throws StatusError. */
  create(object: T): T;
  /** Replaces spec and metadata, or what the subresource holds. Throws StatusError. */
  update(object: T, subresource?: 'binding' | 'finalize'): T;
  /** Replaces the status alone. Throws StatusError; an object that is gone is undefined. */
  updateStatus(object: T): T | undefined;
  /** Absent objects are no error. */
  remove(namespace: string | undefined, name: string, options?: DeleteOptions): void;
  /** Synchronous, after each commit; must not write. Returns the disposer. */
  watch(listener: (change: Change<T>) => void): () => void;
}

export function store<T extends Stored>(machinery: Machinery, resource: ResourceId, fieldManager: string): Store<T> {
  const request = { fieldManager, user: `system:${fieldManager}` };
  const typed = (object: KubeObject): T => object as unknown as T;
  return {
    resource,
    find: (namespace, name) => {
      const found = machinery.find(resource, namespace, name);
      return found && typed(found);
    },
    list: (namespace) => machinery.list(resource, namespace) as unknown as readonly T[],
    create: (object) =>
      typed(machinery.create(resource, object.metadata.namespace, object as unknown as KubeObject, request)),
    update: (object, subresource) => {
      const how = subresource ? { ...request, subresource } : request;
      return typed(machinery.update(resource, object.metadata.namespace, object as unknown as KubeObject, how));
    },
    updateStatus: (object) => {
      const { namespace, name = '' } = object.metadata;
      if (!machinery.find(resource, namespace, name)) return undefined;
      return typed(machinery.update(resource, namespace, statusOf(object), { ...request, subresource: 'status' }));
    },
    remove: (namespace, name, options) => {
      if (machinery.find(resource, namespace, name)) machinery.delete(resource, namespace, name, options, request);
    },
    watch: (listener) =>
      machinery.subscribe(resource, ({ type, object, previous }) => {
        listener({ type, object: typed(object), previous: previous && typed(previous) });
      }),
  };
}

/** What a write of the status is read for; the rest would be decoded and thrown away. */
function statusOf<T extends Stored>({ apiVersion, kind, metadata, ...rest }: T): KubeObject {
  const { managedFields: _kept, ...own } = metadata;
  const { status } = rest as { readonly status?: unknown };
  return { apiVersion, kind, metadata: own, status } as KubeObject;
}

export type Stores = ReturnType<typeof stores>;

/** The kinds that have a controller or that one reads. `fieldManager` shows in managedFields. */
export function stores(machinery: Machinery, fieldManager: string) {
  const of = <T extends Stored>(resource: ResourceId) => store<T>(machinery, resource, fieldManager);
  return {
    namespaces: of<Namespace>('namespaces'),
    nodes: of<Node>('nodes'),
    pods: of<Pod>('pods'),
    services: of<Service>('services'),
    endpoints: of<Endpoints>('endpoints'),
    endpointSlices: of<EndpointSlice>('endpointslices.discovery.k8s.io'),
    configMaps: of<ConfigMap>('configmaps'),
    secrets: of<Secret>('secrets'),
    serviceAccounts: of<ServiceAccount>('serviceaccounts'),
    events: of<KubeEvent>('events'),
    deployments: of<Deployment>('deployments.apps'),
    replicaSets: of<ReplicaSet>('replicasets.apps'),
    replicationControllers: of<ReplicationController>('replicationcontrollers'),
    statefulSets: of<StatefulSet>('statefulsets.apps'),
    daemonSets: of<DaemonSet>('daemonsets.apps'),
    controllerRevisions: of<ControllerRevision>('controllerrevisions.apps'),
    jobs: of<Job>('jobs.batch'),
    cronJobs: of<CronJob>('cronjobs.batch'),
    disruptionBudgets: of<PodDisruptionBudget>('poddisruptionbudgets.policy'),
    quotas: of<ResourceQuota>('resourcequotas'),
    autoscalers: of<HorizontalPodAutoscaler>('horizontalpodautoscalers.autoscaling'),
    volumes: of<PersistentVolume>('persistentvolumes'),
    claims: of<PersistentVolumeClaim>('persistentvolumeclaims'),
    networkPolicies: of<NetworkPolicy>('networkpolicies.networking.k8s.io'),
  };
}
