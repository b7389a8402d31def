/**
 * Kubernetes objects as they are on the wire. The shapes come from client-node's models (types only: importing them costs
 * nothing at run time), turned back into JSON: dates are RFC 3339 strings and `_from` is `from`.
 */
import type {
  CoreV1Event,
  V1ConfigMap,
  V1Container,
  V1ContainerStatus,
  V1ControllerRevision,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1EndpointSlice,
  V1Endpoints,
  V1EphemeralContainer,
  V1Job,
  V1LabelSelector,
  V1LabelSelectorRequirement,
  V1Namespace,
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1Node,
  V1ObjectMeta,
  V1OwnerReference,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodCondition,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1Probe,
  V1ReplicaSet,
  V1ReplicationController,
  V1ResourceQuota,
  V1Secret,
  V1Service,
  V1ServiceAccount,
  V1ServicePort,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';

/** A client-node model as JSON. */
export type Wire<T> = T extends Date
  ? string
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Wire<Item>[]
      : T extends object
        ? { [K in keyof T as K extends `_${infer Name}` ? Name : K]: Wire<T[K]> }
        : T;

export type ObjectMeta = Wire<V1ObjectMeta>;
export type OwnerReference = Wire<V1OwnerReference>;

/** Any object of any kind, as stored or sent. Treat as immutable: copy before you change. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta & { name?: string };
  [field: string]: unknown;
}

/** A typed kind: client-node's model with its metadata present. */
export type Typed<T> = Wire<T> & { metadata: ObjectMeta };

export type Pod = Typed<V1Pod>;
export type Node = Typed<V1Node>;
export type Namespace = Typed<V1Namespace>;
export type Service = Typed<V1Service>;
export type Endpoints = Typed<V1Endpoints>;
export type EndpointSlice = Typed<V1EndpointSlice>;
export type ConfigMap = Typed<V1ConfigMap>;
export type Secret = Typed<V1Secret>;
export type ServiceAccount = Typed<V1ServiceAccount>;
export type KubeEvent = Typed<CoreV1Event>;
export type Deployment = Typed<V1Deployment>;
export type ReplicaSet = Typed<V1ReplicaSet>;
export type DaemonSet = Typed<V1DaemonSet>;
export type StatefulSet = Typed<V1StatefulSet>;
export type ControllerRevision = Typed<V1ControllerRevision>;
export type Job = Typed<V1Job>;
export type CronJob = Typed<V1CronJob>;
export type ReplicationController = Typed<V1ReplicationController>;
export type ResourceQuota = Typed<V1ResourceQuota>;
export type PodDisruptionBudget = Typed<V1PodDisruptionBudget>;
export type HorizontalPodAutoscaler = Typed<V2HorizontalPodAutoscaler>;
export type NetworkPolicy = Typed<V1NetworkPolicy>;
export type PersistentVolume = Typed<V1PersistentVolume>;
export type PersistentVolumeClaim = Typed<V1PersistentVolumeClaim>;

export type Container = Wire<V1Container>;
export type EphemeralContainer = Wire<V1EphemeralContainer>;
export type ContainerStatus = Wire<V1ContainerStatus>;
export type PodCondition = Wire<V1PodCondition>;
export type PodTemplateSpec = Wire<V1PodTemplateSpec>;
export type Probe = Wire<V1Probe>;
export type ServicePort = Wire<V1ServicePort>;
export type LabelSelector = Wire<V1LabelSelector>;
export type LabelSelectorRequirement = Wire<V1LabelSelectorRequirement>;
export type NetworkPolicyPeer = Wire<V1NetworkPolicyPeer>;
export type NetworkPolicyPort = Wire<V1NetworkPolicyPort>;

export type Labels = Readonly<Record<string, string>>;

/** A type of object in URLs: `{group: 'apps', version: 'v1', resource: 'deployments'}`; the core group is ''. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  /** Plural, lower case. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Kubernetes' Status: the body of every error, and of deletions that are done at once. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: { reason?: string; message?: string; field?: string }[];
    retryAfterSeconds?: number;
  };
  code?: number;
}

/** The group of an apiVersion: 'apps' of 'apps/v1', '' of 'v1'. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** 'shop/web' for people; 'web' where there is no namespace. */
export function nameOf(object: { metadata?: { name?: string; namespace?: string } }): string {
  const { name = '', namespace } = object.metadata ?? {};
  return namespace ? `${namespace}/${name}` : name;
}

/** Kubernetes writes times in whole seconds, UTC. */
export function timestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** With microseconds, as Event.eventTime and Lease.renewTime. */
export function microTimestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 23)}000Z`;
}
