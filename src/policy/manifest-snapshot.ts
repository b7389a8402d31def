/**
 * From manifests to what policy would see if they were applied: workloads become pods with addresses of their own, namespaces
 * get the label that every namespace has. Nothing is run; a workload's replicas are alike, so two of them stand for all.
 */

import { numberToIpv4 } from '../kube/cidr.ts';
import type { KubeObject, Namespace, PodTemplateSpec } from '../kube/objects.ts';
import { groupOf } from '../kube/objects.ts';
import { declaredPorts, policyNamespaceOf } from './cluster-snapshot.ts';
import type { PolicyNamespace, PolicyPod, PolicySnapshot } from './model.ts';
import { nameOwners, type Owner } from './owners.ts';
import { numberOf, recordOf } from './untyped.ts';

export interface ManifestSnapshot {
  readonly snapshot: PolicySnapshot;
  /** By `namespace/pod`: the row it belongs to. */
  readonly owners: ReadonlyMap<string, string>;
  /** Objects that run pods which no policy selects: hostNetwork. */
  readonly unpoliced: readonly string[];
}

const workloadKinds = new Set([
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicationController',
]);
const policyGroups = new Set(['networking.k8s.io', 'projectcalico.org', 'crd.projectcalico.org']);

/** 10.244.0.0/16 is where kind and most clusters have their pods; ipBlocks in manifests tend to say so. */
const firstAddress = 0x0af40101;

/** Objects of other kinds are left aside. Order does not matter. */
export function snapshotOfManifests(objects: readonly KubeObject[]): ManifestSnapshot {
  const pods: PolicyPod[] = [];
  const owners = new Map<string, Owner>();
  const unpoliced: string[] = [];
  const workloads = objects.filter(({ kind = '' }) => workloadKinds.has(kind)).sort(compareNames);
  for (const workload of workloads) {
    const { kind = '' } = workload;
    const { namespace = 'default', name = '' } = workload.metadata;
    const template = templateOf(workload);
    if (template.spec?.hostNetwork) {
      unpoliced.push(`${kind} ${namespace}/${name}`);
      continue;
    }
    const replicas = replicasOf(workload);
    for (let i = 0; i < replicas; i++) {
      const podName = kind === 'Pod' ? name : `${name}-${i}`;
      const ips = [ownAddress(workload) ?? numberToIpv4(firstAddress + pods.length)];
      const account = template.spec?.serviceAccountName;
      const labels = template.metadata?.labels ?? {};
      pods.push({
        namespace,
        name: podName,
        labels,
        ips,
        ports: declaredPorts(template.spec),
        ...(account && { serviceAccount: account }),
      });
      owners.set(`${namespace}/${podName}`, { kind, namespace, name });
    }
  }
  const policies = objects.filter(
    ({ apiVersion = '', kind }) => policyGroups.has(groupOf(apiVersion)) && kind !== 'Ingress',
  );
  return { snapshot: { namespaces: namespacesOf(objects), pods, policies }, owners: nameOwners(owners), unpoliced };
}

/** Those that are written, and those that other objects only mention. */
function namespacesOf(objects: readonly KubeObject[]): readonly PolicyNamespace[] {
  const found = new Map<string, PolicyNamespace>();
  for (const { metadata } of objects) {
    const name = metadata.namespace ?? 'default';
    found.set(name, policyNamespaceOf({ metadata: { name } }));
  }
  for (const object of objects) {
    if (object.kind !== 'Namespace' || groupOf(object.apiVersion ?? '') !== '') continue;
    const namespace = policyNamespaceOf(object as Namespace);
    found.set(namespace.name, namespace);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function templateOf(workload: KubeObject): PodTemplateSpec {
  if (workload.kind === 'Pod') return workload as unknown as PodTemplateSpec;
  const spec = recordOf(workload['spec']);
  const job = workload.kind === 'CronJob' ? recordOf(recordOf(spec['jobTemplate'])['spec']) : spec;
  return recordOf(job['template']) as PodTemplateSpec;
}

function replicasOf(workload: KubeObject): number {
  const { replicas } = recordOf(workload['spec']);
  switch (workload.kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'ReplicationController':
      return Math.min(2, numberOf(replicas) ?? 1);
    case 'DaemonSet':
      return 2;
    default:
      return 1;
  }
}

/** Manifests that were read from a cluster carry the pod's address. */
function ownAddress(workload: KubeObject): string | undefined {
  const { podIP } = recordOf(workload['status']);
  return workload.kind === 'Pod' && typeof podIP === 'string' && podIP !== '' ? podIP : undefined;
}

function compareNames(a: KubeObject, b: KubeObject): number {
  const key = ({ metadata, kind }: KubeObject): string => `${metadata.namespace ?? 'default'}/${metadata.name}/${kind}`;
  return key(a) < key(b) ? -1 : 1;
}
