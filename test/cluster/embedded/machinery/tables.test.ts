import { expect, test } from 'vitest';
import { humanDuration } from '../../../../src/cluster/embedded/api/tables/age.ts';
import { printTable } from '../../../../src/cluster/embedded/api/tables/print-table.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const created = '2026-03-01T11:59:30Z';

function cells(id: string, object: object): readonly unknown[] {
  const full = { metadata: { name: 'x', creationTimestamp: created }, ...object } as KubeObject;
  return printTable(id, [full], { nowMs, includeObject: 'None' }).rows[0]?.cells ?? [];
}

test.each([
  [0, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [185_000, '3m5s'],
  [12 * 60_000, '12m'],
  [185 * 60_000, '3h5m'],
  [480 * 60_000, '8h'],
  [50 * 3_600_000, '2d2h'],
  [40 * 86_400_000, '40d'],
  [760 * 86_400_000, '2y30d'],
  [-5000, '<invalid>'],
])('%i ms is %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

const waiting = (reason: string) => ({ state: { waiting: { reason } }, restartCount: 0, ready: false });
const running = { state: { running: {} }, restartCount: 0, ready: true };
const pods: readonly (readonly [what: string, object: object, cells: readonly string[]])[] = [
  ['pending', { status: { phase: 'Pending' } }, ['0/1', 'Pending', '0']],
  [
    'creating',
    { status: { phase: 'Pending', containerStatuses: [waiting('ContainerCreating')] } },
    ['0/1', 'ContainerCreating', '0'],
  ],
  ['running', { status: { phase: 'Running', containerStatuses: [running] } }, ['1/1', 'Running', '0']],
  [
    'crashing',
    {
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            ...waiting('CrashLoopBackOff'),
            restartCount: 3,
            lastState: { terminated: { finishedAt: '2026-03-01T11:59:48Z' } },
          },
        ],
      },
    },
    ['0/1', 'CrashLoopBackOff', '3 (12s ago)'],
  ],
  [
    'initialising',
    {
      spec: { containers: [{}], initContainers: [{ name: 'a' }] },
      status: { phase: 'Pending', initContainerStatuses: [{ name: 'a', state: { running: {} } }] },
    },
    ['0/1', 'Init:0/1', '0'],
  ],
  [
    'failing to initialise',
    {
      spec: { containers: [{}], initContainers: [{ name: 'a' }] },
      status: {
        phase: 'Pending',
        initContainerStatuses: [{ name: 'a', ...waiting('CrashLoopBackOff'), restartCount: 2 }],
      },
    },
    ['0/1', 'Init:CrashLoopBackOff', '2'],
  ],
  [
    'with a sidecar',
    {
      spec: { containers: [{}], initContainers: [{ name: 'a', restartPolicy: 'Always' }] },
      status: {
        phase: 'Running',
        initContainerStatuses: [{ name: 'a', ...running, started: true }],
        containerStatuses: [running],
      },
    },
    ['2/2', 'Running', '0'],
  ],
  [
    'completed',
    {
      status: {
        phase: 'Succeeded',
        containerStatuses: [{ state: { terminated: { reason: 'Completed', exitCode: 0 } }, restartCount: 0 }],
      },
    },
    ['0/1', 'Completed', '0'],
  ],
];

test.each(pods)('a pod that is %s', (_what, object, expected) => {
  expect(cells('pods', { spec: { containers: [{}] }, ...object }).slice(1, 4)).toEqual(expected);
});

test('a pod that is going says so', () => {
  const metadata = { name: 'x', creationTimestamp: created, deletionTimestamp: '2026-03-01T12:00:30Z' };
  const object = {
    metadata,
    spec: { containers: [{}], nodeName: 'n' },
    status: { phase: 'Running', podIPs: [{ ip: '10.244.1.2' }] },
  };
  expect(cells('pods', object)).toEqual(['x', '0/1', 'Terminating', '0', '30s', '10.244.1.2', 'n', '<none>', '<none>']);
});

const rows: readonly (readonly [id: string, object: object, cells: readonly unknown[]])[] = [
  [
    'services',
    {
      spec: {
        type: 'NodePort',
        clusterIPs: ['10.96.0.9'],
        ports: [
          { port: 80, nodePort: 31234, protocol: 'TCP' },
          { port: 81, protocol: 'UDP' },
        ],
      },
    },
    ['x', 'NodePort', '10.96.0.9', '<none>', '80:31234/TCP,81/UDP', '30s', '<none>'],
  ],
  [
    'services',
    { spec: { type: 'ExternalName', externalName: 'example.com' } },
    ['x', 'ExternalName', '<none>', 'example.com', '<none>', '30s', '<none>'],
  ],
  [
    'services',
    { spec: { type: 'LoadBalancer', clusterIPs: ['10.96.0.9'], ports: [] } },
    ['x', 'LoadBalancer', '10.96.0.9', '<pending>', '<none>', '30s', '<none>'],
  ],
  [
    'networkpolicies.networking.k8s.io',
    {
      spec: {
        podSelector: {
          matchLabels: { app: 'web' },
          matchExpressions: [
            { key: 'tier', operator: 'In', values: ['b', 'a'] },
            { key: 'old', operator: 'DoesNotExist' },
          ],
        },
      },
    },
    ['x', 'app=web,!old,tier in (a,b)', '30s'],
  ],
  [
    'endpoints',
    { subsets: [{ addresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }], ports: [{ port: 80 }, { port: 81 }] }] },
    ['x', '10.0.0.1:80,10.0.0.2:80,10.0.0.1:81 + 1 more...', '30s'],
  ],
  [
    'jobs.batch',
    { spec: { completions: 3 }, status: { succeeded: 1, startTime: created } },
    ['x', 'Running', '1/3', '30s', '30s', '', '', '<none>'],
  ],
  ['roles.rbac.authorization.k8s.io', {}, ['x', created]],
  ['configmaps', { data: { a: '1' }, binaryData: { b: '2' } }, ['x', 2, '30s']],
  [
    'certificatesigningrequests.certificates.k8s.io',
    {
      spec: { signerName: 'kubernetes.io/kube-apiserver-client', username: 'jane', expirationSeconds: 86400 },
      status: { conditions: [{ type: 'Approved' }], certificate: 'LS0t' },
    },
    ['x', '30s', 'kubernetes.io/kube-apiserver-client', 'jane', '24h', 'Approved,Issued'],
  ],
  [
    'podtemplates',
    {
      template: {
        metadata: { labels: { app: 'a' } },
        spec: {
          containers: [
            { name: 'a', image: 'nginx' },
            { name: 'b', image: 'busybox' },
          ],
        },
      },
    },
    ['x', 'a,b', 'nginx,busybox', 'app=a'],
  ],
  [
    'validatingadmissionpolicies.admissionregistration.k8s.io',
    { spec: { validations: [{ expression: 'true' }], paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } } },
    ['x', 1, 'v1/ConfigMap', '30s'],
  ],
  [
    'validatingadmissionpolicybindings.admissionregistration.k8s.io',
    { spec: { policyName: 'p' } },
    ['x', 'p', '<unset>', '30s'],
  ],
];

test.each(rows)('a row of %s', (id, object, expected) => {
  expect(cells(id, object)).toEqual(expected);
});

test('a custom kind prints the columns of its definition', () => {
  const object = {
    metadata: { name: 'x', creationTimestamp: created },
    status: { conditions: [{ type: 'Ready', status: 'True' }], size: 3 },
  };
  const table = printTable('widgets.example.com', [object as KubeObject], {
    nowMs,
    includeObject: 'Metadata',
    printerColumns: [
      { name: 'Size', type: 'integer', jsonPath: '.status.size' },
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status', priority: 1 },
      { name: 'Since', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  });
  expect(table.columnDefinitions.map(({ name, priority }) => `${name}/${priority}`)).toEqual([
    'Name/0',
    'Size/0',
    'Ready/1',
    'Since/0',
  ]);
  expect(table.rows[0]).toEqual({
    cells: ['x', 3, 'True', '30s'],
    object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
  });
});
