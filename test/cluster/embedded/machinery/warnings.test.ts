import { expect, test } from 'vitest';
import { bench, deployment, networkPolicy, pod, policies } from './bench.ts';

function warned(id: string, body: object): string[] {
  const warnings: string[] = [];
  const { machinery, put } = bench();
  machinery.create('serviceaccounts', 'shop', { metadata: { name: 'default' } });
  put(id, body, { warn: (text) => warnings.push(text) });
  return warnings;
}

const container = { name: 'c', image: 'busybox:1.36' };

test.each([
  [
    'pods',
    pod('a.b'),
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
  ],
  [
    'pods',
    pod('a', { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
  ],
  [
    'pods',
    pod('a', { terminationGracePeriodSeconds: -1 }),
    'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
  ],
  [
    'pods',
    pod('a', { containers: [{ ...container, resources: { requests: { memory: '100m' } } }] }),
    'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
  ],
  [
    'pods',
    pod('a', {}, { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default' } }),
    'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
  ],
  [
    'deployments.apps',
    { ...deployment('a.b'), metadata: { name: 'a.b' } },
    'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]',
  ],
  [
    policies,
    networkPolicy('a', { ingress: [{ from: [{ ipBlock: { cidr: '2001:DB8:0:0::/64' } }] }] }),
    'spec.ingress[0].from[0].ipBlock.cidr: IPv6 CIDR value "2001:DB8:0:0::/64" should be in RFC 5952 canonical format ("2001:db8::/64")',
  ],
  [
    'ingresses.networking.k8s.io',
    {
      metadata: { name: 'a', annotations: { 'kubernetes.io/ingress.class': 'x' } },
      spec: { defaultBackend: { service: { name: 'a', port: { number: 80 } } } },
    },
    'annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead',
  ],
])('%s %o', (id, body, warning) => {
  expect(warned(id, body)).toEqual([warning]);
});

test('a Deployment is warned of again only when its spec changes', () => {
  const warnings: string[] = [];
  const { machinery, put } = bench();
  const env = [
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
  ];
  put(
    'deployments.apps',
    deployment('a', {
      template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ ...container, env }] } },
      selector: { matchLabels: { app: 'a' } },
    }),
  );
  const patch = (body: object) =>
    machinery.patch('deployments.apps', 'shop', 'a', 'merge', body, { warn: (text) => warnings.push(text) });
  patch({ metadata: { labels: { x: 'y' } } });
  expect(warnings).toEqual([]);
  patch({ spec: { replicas: 2 } });
  expect(warnings).toEqual([
    'spec.template.spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
  ]);
});
