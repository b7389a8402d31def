/** Namespaces, priority classes, the kubernetes Service and its endpoints, and the roles that everybody expects to find. */
import type { KubeObject } from '../../../kube/objects.ts';

export const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const;

export function namespaceObject(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

export function priorityClasses(): KubeObject[] {
  const make = (name: string, value: number, description: string): KubeObject => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  });
  return [
    make(
      'system-cluster-critical',
      2000000000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ),
    make(
      'system-node-critical',
      2000001000,
      'Used for system critical pods that must not be moved from their current node.',
    ),
  ];
}

/** `kubernetes.default` and what is behind it: the API server on the control plane's port 6443. */
export function kubernetesService(controlPlaneIp: string): KubeObject[] {
  const place = { name: 'kubernetes', namespace: 'default' };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...place, labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...place, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: controlPlaneIp }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...place, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [controlPlaneIp], conditions: { ready: true } }],
      ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
    },
  ];
}

const bootstrapping = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const rbac = 'rbac.authorization.k8s.io/v1';
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };

export interface PolicyRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export function clusterRole(name: string, rules: readonly PolicyRule[]): KubeObject {
  return { apiVersion: rbac, kind: 'ClusterRole', metadata: { name, labels: bootstrapping, annotations }, rules };
}

export function clusterRoleBindings(): KubeObject[] {
  const bind = (name: string, role: string, group: string): KubeObject => ({
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: bootstrapping, annotations },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  });
  return [
    bind('cluster-admin', 'cluster-admin', 'system:masters'),
    {
      ...bind('kubeadm:cluster-admins', 'cluster-admin', 'kubeadm:cluster-admins'),
      metadata: { name: 'kubeadm:cluster-admins' },
    },
  ];
}
