/**
 * Which kinds does Kubernetes 1.36 serve of its own? One row each, in discovery order; reviews that are answered and not
 * stored (SubjectAccessReview, TokenReview, Binding) belong to the HTTP layer.
 */
import type { ServedSubresource } from '../machinery.ts';
import { allVerbs, type Kind, type NameRule, resourceId, scaleSubresource, statusOf } from './kind.ts';

interface Row {
  readonly kind: string;
  readonly resource: string;
  readonly short?: string;
  readonly cluster?: true;
  readonly category?: 'all';
  /** Without metadata.generation. */
  readonly ungenerated?: true;
  readonly status?: true;
  readonly scale?: true;
  readonly names?: NameRule;
  readonly subresources?: readonly ServedSubresource[];
  /** Passed through without field checks: no clients of ours use it. */
  readonly schema?: false;
  readonly verbs?: readonly string[];
  readonly second?: true;
}

const podSubresources: readonly ServedSubresource[] = [
  { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  { name: 'binding', kind: 'Binding', verbs: ['create'] },
  { name: 'ephemeralcontainers', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
  { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  { name: 'log', kind: 'Pod', verbs: ['get'] },
  { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  { name: 'proxy', kind: 'PodProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  { name: 'resize', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
];
const tokenSubresource: ServedSubresource = {
  name: 'token',
  kind: 'TokenRequest',
  group: 'authentication.k8s.io',
  version: 'v1',
  verbs: ['create'],
};

const core: readonly Row[] = [
  {
    kind: 'ComponentStatus',
    resource: 'componentstatuses',
    short: 'cs',
    cluster: true,
    ungenerated: true,
    verbs: ['get', 'list'],
  },
  { kind: 'ConfigMap', resource: 'configmaps', short: 'cm', ungenerated: true },
  { kind: 'Endpoints', resource: 'endpoints', short: 'ep', ungenerated: true },
  { kind: 'Event', resource: 'events', short: 'ev', ungenerated: true },
  { kind: 'LimitRange', resource: 'limitranges', short: 'limits', ungenerated: true },
  {
    kind: 'Namespace',
    resource: 'namespaces',
    short: 'ns',
    cluster: true,
    ungenerated: true,
    status: true,
    names: 'label',
    subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
    verbs: allVerbs.filter((verb) => verb !== 'deletecollection'),
  },
  {
    kind: 'Node',
    resource: 'nodes',
    short: 'no',
    cluster: true,
    ungenerated: true,
    status: true,
    subresources: [{ name: 'proxy', kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] }],
  },
  { kind: 'PersistentVolumeClaim', resource: 'persistentvolumeclaims', short: 'pvc', ungenerated: true, status: true },
  {
    kind: 'PersistentVolume',
    resource: 'persistentvolumes',
    short: 'pv',
    cluster: true,
    ungenerated: true,
    status: true,
  },
  { kind: 'Pod', resource: 'pods', short: 'po', category: 'all', status: true, subresources: podSubresources },
  { kind: 'PodTemplate', resource: 'podtemplates' },
  {
    kind: 'ReplicationController',
    resource: 'replicationcontrollers',
    short: 'rc',
    category: 'all',
    status: true,
    scale: true,
  },
  { kind: 'ResourceQuota', resource: 'resourcequotas', short: 'quota', ungenerated: true, status: true },
  { kind: 'Secret', resource: 'secrets', ungenerated: true },
  {
    kind: 'ServiceAccount',
    resource: 'serviceaccounts',
    short: 'sa',
    ungenerated: true,
    subresources: [tokenSubresource],
  },
  {
    kind: 'Service',
    resource: 'services',
    short: 'svc',
    category: 'all',
    ungenerated: true,
    status: true,
    names: 'service',
    subresources: [
      { name: 'proxy', kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    ],
  },
];

const groups: readonly (readonly [group: string, version: string, rows: readonly Row[]])[] = [
  ['', 'v1', core],
  [
    'apiregistration.k8s.io',
    'v1',
    [{ kind: 'APIService', resource: 'apiservices', cluster: true, schema: false, status: true }],
  ],
  [
    'apps',
    'v1',
    [
      { kind: 'ControllerRevision', resource: 'controllerrevisions', ungenerated: true },
      { kind: 'DaemonSet', resource: 'daemonsets', short: 'ds', category: 'all', status: true },
      { kind: 'Deployment', resource: 'deployments', short: 'deploy', category: 'all', status: true, scale: true },
      { kind: 'ReplicaSet', resource: 'replicasets', short: 'rs', category: 'all', status: true, scale: true },
      { kind: 'StatefulSet', resource: 'statefulsets', short: 'sts', category: 'all', status: true, scale: true },
    ],
  ],
  ['events.k8s.io', 'v1', [{ kind: 'Event', resource: 'events', short: 'ev', ungenerated: true, second: true }]],
  [
    'autoscaling',
    'v2',
    [
      {
        kind: 'HorizontalPodAutoscaler',
        resource: 'horizontalpodautoscalers',
        short: 'hpa',
        category: 'all',
        ungenerated: true,
        status: true,
      },
    ],
  ],
  [
    'autoscaling',
    'v1',
    [
      {
        kind: 'HorizontalPodAutoscaler',
        resource: 'horizontalpodautoscalers',
        short: 'hpa',
        category: 'all',
        ungenerated: true,
        status: true,
        second: true,
      },
    ],
  ],
  [
    'batch',
    'v1',
    [
      { kind: 'CronJob', resource: 'cronjobs', short: 'cj', category: 'all', status: true },
      { kind: 'Job', resource: 'jobs', category: 'all', status: true },
    ],
  ],
  [
    'certificates.k8s.io',
    'v1',
    [
      {
        kind: 'CertificateSigningRequest',
        resource: 'certificatesigningrequests',
        short: 'csr',
        cluster: true,
        ungenerated: true,
        status: true,
        subresources: [{ name: 'approval', kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] }],
      },
    ],
  ],
  [
    'networking.k8s.io',
    'v1',
    [
      { kind: 'IngressClass', resource: 'ingressclasses', cluster: true },
      { kind: 'Ingress', resource: 'ingresses', short: 'ing', status: true },
      { kind: 'IPAddress', resource: 'ipaddresses', short: 'ip', cluster: true, ungenerated: true },
      { kind: 'NetworkPolicy', resource: 'networkpolicies', short: 'netpol' },
      { kind: 'ServiceCIDR', resource: 'servicecidrs', cluster: true, ungenerated: true, status: true },
    ],
  ],
  ['policy', 'v1', [{ kind: 'PodDisruptionBudget', resource: 'poddisruptionbudgets', short: 'pdb', status: true }]],
  [
    'rbac.authorization.k8s.io',
    'v1',
    [
      {
        kind: 'ClusterRoleBinding',
        resource: 'clusterrolebindings',
        cluster: true,
        ungenerated: true,
        names: 'segment',
      },
      { kind: 'ClusterRole', resource: 'clusterroles', cluster: true, ungenerated: true, names: 'segment' },
      { kind: 'RoleBinding', resource: 'rolebindings', ungenerated: true, names: 'segment' },
      { kind: 'Role', resource: 'roles', ungenerated: true, names: 'segment' },
    ],
  ],
  [
    'storage.k8s.io',
    'v1',
    [
      { kind: 'CSIDriver', resource: 'csidrivers', cluster: true, ungenerated: true },
      { kind: 'CSINode', resource: 'csinodes', cluster: true, ungenerated: true },
      { kind: 'CSIStorageCapacity', resource: 'csistoragecapacities', ungenerated: true },
      { kind: 'StorageClass', resource: 'storageclasses', short: 'sc', cluster: true, ungenerated: true },
      { kind: 'VolumeAttachment', resource: 'volumeattachments', cluster: true, ungenerated: true, status: true },
      {
        kind: 'VolumeAttributesClass',
        resource: 'volumeattributesclasses',
        short: 'vac',
        cluster: true,
        ungenerated: true,
        schema: false,
      },
    ],
  ],
  [
    'admissionregistration.k8s.io',
    'v1',
    [
      { kind: 'MutatingAdmissionPolicy', resource: 'mutatingadmissionpolicies', cluster: true, schema: false },
      {
        kind: 'MutatingAdmissionPolicyBinding',
        resource: 'mutatingadmissionpolicybindings',
        cluster: true,
        schema: false,
      },
      { kind: 'MutatingWebhookConfiguration', resource: 'mutatingwebhookconfigurations', cluster: true },
      { kind: 'ValidatingAdmissionPolicy', resource: 'validatingadmissionpolicies', cluster: true, status: true },
      { kind: 'ValidatingAdmissionPolicyBinding', resource: 'validatingadmissionpolicybindings', cluster: true },
      { kind: 'ValidatingWebhookConfiguration', resource: 'validatingwebhookconfigurations', cluster: true },
    ],
  ],
  [
    'apiextensions.k8s.io',
    'v1',
    [
      {
        kind: 'CustomResourceDefinition',
        resource: 'customresourcedefinitions',
        short: 'crd,crds',
        cluster: true,
        schema: false,
        status: true,
      },
    ],
  ],
  ['scheduling.k8s.io', 'v1', [{ kind: 'PriorityClass', resource: 'priorityclasses', short: 'pc', cluster: true }]],
  ['coordination.k8s.io', 'v1', [{ kind: 'Lease', resource: 'leases', ungenerated: true }]],
  ['node.k8s.io', 'v1', [{ kind: 'RuntimeClass', resource: 'runtimeclasses', cluster: true, ungenerated: true }]],
  ['discovery.k8s.io', 'v1', [{ kind: 'EndpointSlice', resource: 'endpointslices' }]],
  [
    'resource.k8s.io',
    'v1',
    [
      { kind: 'DeviceClass', resource: 'deviceclasses', cluster: true, schema: false },
      { kind: 'ResourceClaim', resource: 'resourceclaims', schema: false, status: true },
      { kind: 'ResourceClaimTemplate', resource: 'resourceclaimtemplates', schema: false },
      { kind: 'ResourceSlice', resource: 'resourceslices', cluster: true, schema: false },
    ],
  ],
  [
    'flowcontrol.apiserver.k8s.io',
    'v1',
    [
      { kind: 'FlowSchema', resource: 'flowschemas', cluster: true, status: true, names: 'segment' },
      {
        kind: 'PriorityLevelConfiguration',
        resource: 'prioritylevelconfigurations',
        cluster: true,
        status: true,
        names: 'segment',
      },
    ],
  ],
];

export function builtinKinds(): readonly Kind[] {
  return groups.flatMap(([group, version, rows]) => rows.map((row) => toKind(group, version, row)));
}

function toKind(group: string, version: string, row: Row): Kind {
  const { kind, resource } = row;
  const subresources = [
    ...(row.subresources ?? []),
    ...(row.scale ? [scaleSubresource] : []),
    ...(row.status ? [statusOf(kind)] : []),
  ];
  subresources.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    id: kind === 'Event' ? 'events' : resourceId(group, resource),
    group,
    version,
    resource,
    kind,
    namespaced: !row.cluster,
    singular: kind.toLowerCase(),
    shortNames: row.short?.split(',') ?? [],
    categories: row.category ? [row.category] : [],
    verbs: row.verbs ?? allVerbs,
    subresources,
    storage: !row.second,
    schema: row.schema === false ? undefined : `${group.split('.')[0] || 'core'}/${version}.${kind}`,
    nameRule: row.names ?? 'subdomain',
    generation: !row.ungenerated,
    statusSubresource: row.status ?? false,
  };
}
