/**
 * What may somebody do whom nobody has given anything, and what do the roles mean that every cluster has? Used where a
 * ClusterRole of that name is not stored.
 */

export interface PolicyRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];

/** system:basic-user, system:discovery and system:public-info-viewer, bound to system:authenticated. */
export const discoveryRules: readonly PolicyRule[] = [
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  {
    verbs: ['get'],
    nonResourceURLs: [
      '/.well-known',
      '/.well-known/*',
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
      '/healthz',
      '/livez',
      '/openapi',
      '/openapi/*',
      '/readyz',
      '/version',
      '/version/',
    ],
  },
  { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] },
];

const coreViewed = [
  'configmaps',
  'endpoints',
  'persistentvolumeclaims',
  'persistentvolumeclaims/status',
  'pods',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'serviceaccounts',
  'services',
  'services/status',
  'bindings',
  'events',
  'limitranges',
  'namespaces/status',
  'pods/log',
  'pods/status',
  'replicationcontrollers/status',
  'resourcequotas',
  'resourcequotas/status',
  'namespaces',
];
const coreEdited = [
  'configmaps',
  'endpoints',
  'events',
  'persistentvolumeclaims',
  'pods',
  'pods/attach',
  'pods/exec',
  'pods/portforward',
  'pods/proxy',
  'pods/eviction',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'secrets',
  'serviceaccounts',
  'serviceaccounts/token',
  'services',
  'services/proxy',
];
const workloads: readonly (readonly [group: string, resources: readonly string[]])[] = [
  [
    'apps',
    [
      'daemonsets',
      'deployments',
      'deployments/rollback',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
  ],
  ['autoscaling', ['horizontalpodautoscalers']],
  ['batch', ['cronjobs', 'jobs']],
  ['networking.k8s.io', ['ingresses', 'networkpolicies']],
  ['policy', ['poddisruptionbudgets']],
  ['coordination.k8s.io', ['leases']],
];
const statuses: readonly PolicyRule[] = workloads.map(([group, resources]) => ({
  verbs: read,
  apiGroups: [group],
  resources: resources.filter((resource) => !resource.includes('/')).map((resource) => `${resource}/status`),
}));

const view: readonly PolicyRule[] = [
  { verbs: read, apiGroups: [''], resources: coreViewed },
  { verbs: read, apiGroups: ['apps'], resources: ['controllerrevisions'] },
  { verbs: read, apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
  ...workloads.map(([group, resources]) => ({ verbs: read, apiGroups: [group], resources })),
  ...statuses,
];
const edit: readonly PolicyRule[] = [
  ...view,
  {
    verbs: read,
    apiGroups: [''],
    resources: ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'],
  },
  { verbs: ['impersonate'], apiGroups: [''], resources: ['serviceaccounts'] },
  { verbs: write, apiGroups: [''], resources: coreEdited },
  ...workloads.map(([group, resources]) => ({ verbs: write, apiGroups: [group], resources })),
];
const admin: readonly PolicyRule[] = [
  ...edit,
  { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'] },
  { verbs: [...read, ...write], apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings', 'roles'] },
];

export const defaultClusterRoles: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cluster-admin': [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ],
  admin,
  edit,
  view,
};
