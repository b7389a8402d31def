/** Which kinds do the named groups serve? In the order of discovery, which decides what a short name means. */
import type { Row } from './core-rows.ts';

export const groupRows: readonly (readonly [group: string, version: string, rows: readonly Row[]])[] = [
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
      {
        kind: 'StatefulSet',
        resource: 'statefulsets',
        short: 'sts',
        category: 'all',
        status: true,
        scale: true,
        names: 'label',
      },
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
