/** Which kinds are in the core group? One row each, in discovery order. */
import type { ServedSubresource } from '../machinery.ts';
import { allVerbs, type NameRule } from './kind.ts';

/** A kind with the usual answers left out: namespaced, a generation, all verbs, no status of its own. */
export interface Row {
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

export const coreRows: readonly Row[] = [
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
