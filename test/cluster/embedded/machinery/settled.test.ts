import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Machinery } from '../../../../src/cluster/embedded/api/machinery.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import { parseManifests } from '../../../../src/kube/yaml.ts';
import { bench, deployment, networkPolicy, pod, service } from './bench.ts';

const container = { name: 'c', image: 'busybox' };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } };
const selector = { matchLabels: { a: 'b' } };
const object = (apiVersion: string, kind: string, body: object): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  ...body,
});

/** One of each kind that has defaults, written as short as it may be. */
const objects: readonly KubeObject[] = [
  pod('x', {
    hostNetwork: true,
    volumes: [{ name: 'v', configMap: { name: 'c' } }],
    containers: [{ ...container, ports: [{ containerPort: 80 }], livenessProbe: { tcpSocket: { port: 80 } } }],
  }),
  service('x', { type: 'LoadBalancer', sessionAffinity: 'ClientIP', ports: [{ port: 80 }] }),
  service('x', { type: 'ExternalName', externalName: 'example.com' }),
  service('x', { clusterIP: 'None', ports: [{ port: 80 }] }),
  deployment('x'),
  networkPolicy('x', { egress: [{ ports: [{ port: 53 }] }] }),
  object('apps/v1', 'DaemonSet', { spec: { selector, template } }),
  object('apps/v1', 'StatefulSet', { spec: { selector, template, serviceName: 'x' } }),
  object('apps/v1', 'ReplicaSet', { spec: { selector, template } }),
  object('batch/v1', 'Job', { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } }),
  object('batch/v1', 'CronJob', {
    spec: {
      schedule: '@daily',
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } },
    },
  }),
  object('v1', 'Secret', { stringData: { a: 'b' } }),
  object('v1', 'Namespace', {}),
  object('v1', 'PersistentVolumeClaim', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }),
  object('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'x' }, maxReplicas: 3 },
  }),
  object('autoscaling/v1', 'HorizontalPodAutoscaler', {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'x' }, maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
  }),
  object('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 1, selector } }),
  object('networking.k8s.io/v1', 'Ingress', {
    spec: {
      rules: [
        {
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'x', port: { number: 80 } } } }],
          },
        },
      ],
    },
  }),
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    roleRef: { kind: 'Role', name: 'x' },
    subjects: [{ kind: 'User', name: 'u' }],
  }),
  object('discovery.k8s.io/v1', 'EndpointSlice', {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'] }],
    ports: [{ port: 80 }],
  }),
];

function idOf(machinery: Machinery, { apiVersion = '', kind }: KubeObject): string {
  const type = machinery
    .types()
    .find(
      (t) =>
        t.kind === kind &&
        [t.version, `${t.group}/${t.version}`].includes(apiVersion) &&
        !(t.group && apiVersion === t.version),
    );
  return type?.id ?? '';
}

test.each(objects.map((one) => [`${one.apiVersion} ${one.kind}`, one] as const))(
  '%s that is written back unchanged stays as it is',
  (_kind, one) => {
    const { machinery, put } = bench();
    const id = idOf(machinery, one);
    const stored = put(id, one);
    const before = machinery.resourceVersion;
    expect(machinery.update(id, 'shop', JSON.parse(JSON.stringify(stored)))).toEqual(stored);
    expect(machinery.patch(id, 'shop', 'x', 'merge', {})).toEqual(stored);
    expect(machinery.patch(id, 'shop', 'x', 'strategic', {})).toEqual(stored);
    expect(machinery.resourceVersion).toBe(before);
  },
);

test('every manifest of the scenarios is accepted, and accepted again', () => {
  const root = fileURLToPath(new URL('../../../../scenarios', import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(manifests|fault|solutions|traps).*\.ya?ml$/.test(path),
  );
  expect(files.length).toBeGreaterThan(0);
  const { machinery } = bench();
  for (const file of files) {
    for (const { object: one } of parseManifests(readFileSync(join(root, file), 'utf8'), file).manifests) {
      const id = idOf(machinery, one);
      const namespace = one.metadata.namespace ?? 'default';
      const { name = '' } = one.metadata;
      if (!machinery.find('namespaces', undefined, namespace))
        machinery.create('namespaces', undefined, { metadata: { name: namespace } });
      if (machinery.find(id, namespace, name))
        machinery.patch(id, namespace, name, 'merge', one, { fieldValidation: 'Strict' });
      else machinery.create(id, namespace, one, { fieldValidation: 'Strict' });
    }
  }
});
