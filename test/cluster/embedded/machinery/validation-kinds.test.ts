import { describe, expect, test } from 'vitest';
import { bench, pod, refusal, service } from './bench.ts';

const container = { name: 'c', image: 'busybox:1.36' };
const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [container] } };
const selector = { matchLabels: { app: 'x' } };
const workload = (spec: object) => ({ metadata: { name: 'x' }, spec: { selector, template, ...spec } });
const ingress = (spec: object) => ({ metadata: { name: 'x' }, spec });
const path = (fields: object) =>
  ingress({
    rules: [
      {
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } }, ...fields },
          ],
        },
      },
    ],
  });

const calico = 'globalnetworkpolicies.crd.projectcalico.org';

type Case = readonly [id: string, body: object, ...complaints: string[]];

/** Kind, body, and the complaints as kubectl lists them. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  'network and policy': [
    [
      'ingresses.networking.k8s.io',
      ingress({}),
      'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified',
    ],
    [
      'ingresses.networking.k8s.io',
      path({ pathType: undefined }),
      'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
    ],
    [
      'ingresses.networking.k8s.io',
      path({ backend: {} }),
      'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
    ],
    [
      'ingresses.networking.k8s.io',
      path({ path: 'a//b' }),
      'spec.rules[0].http.paths[0].path: Invalid value: "a//b": must be an absolute path',
      'spec.rules[0].http.paths[0].path: Invalid value: "a//b": must not contain \'//\'',
    ],
    [
      'ingresses.networking.k8s.io',
      ingress({ rules: [{ host: '10.0.0.1' }] }),
      'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ],
    [
      'poddisruptionbudgets.policy',
      { metadata: { name: 'x' }, spec: { minAvailable: '150%', selector } },
      'spec.minAvailable: Invalid value: "150%": must not be greater than 100%',
    ],
    [
      'resourcequotas',
      { metadata: { name: 'x' }, spec: { hard: { foo: '1' } } },
      'spec.hard[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
      'spec.hard[foo]: Invalid value: "foo": must be a standard resource for quota',
    ],
    [
      'resourcequotas',
      { metadata: { name: 'x' }, spec: { hard: { pods: '-1' } } },
      'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
    ],
    [
      'limitranges',
      {
        metadata: { name: 'x' },
        spec: {
          limits: [
            {
              type: 'Container',
              min: { cpu: '2' },
              max: { cpu: '1' },
              default: { cpu: '1' },
              defaultRequest: { cpu: '1' },
            },
          ],
        },
      },
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
      'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
    ],
    [
      'secrets',
      { metadata: { name: 'x' }, type: 'kubernetes.io/basic-auth' },
      'data[username]: Required value',
      'data[password]: Required value',
    ],
    [
      'secrets',
      { metadata: { name: 'x' }, type: 'kubernetes.io/service-account-token' },
      'metadata.annotations[kubernetes.io/service-account.name]: Required value',
    ],
    [
      'rolebindings.rbac.authorization.k8s.io',
      { metadata: { name: 'x' }, roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'Robot', name: 'a' }] },
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    ],
    [
      'priorityclasses.scheduling.k8s.io',
      { metadata: { name: 'system-x' }, value: 1 },
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class",
    ],
  ],
  services: [
    [
      'services',
      service('x', {
        ports: [{ port: 80 }],
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 100_000 } },
      }),
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 100000: must be greater than 0 and less than 86400',
    ],
    [
      'services',
      service('x', {
        ports: [{ port: 80 }],
        trafficDistribution: 'Near',
      }),
      'spec.trafficDistribution: Unsupported value: "Near": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"',
    ],
    [
      'services',
      service('x', {
        ports: [{ port: 80 }],
        externalIPs: ['010.0.0.1', '::ffff:1.2.3.4'],
      }),
      'spec.externalIPs[0]: Invalid value: "010.0.0.1": must not have leading 0s',
      'spec.externalIPs[1]: Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address',
    ],
    [
      'statefulsets.apps',
      { ...workload({}), metadata: { name: 'a.b' } },
      "metadata.name: Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
    [
      'persistentvolumes',
      { metadata: { name: 'x' }, spec: {} },
      'spec.accessModes: Required value',
      'spec.capacity: Required value',
      'spec: Required value: must specify a volume type',
    ],
  ],
  calico: [
    [
      calico,
      { metadata: { name: 'x' }, spec: { types: ['ingress'] } },
      'spec.types[0]: Unsupported value: "ingress": supported values: "Ingress", "Egress"',
    ],
    [
      calico,
      { metadata: { name: 'x' }, spec: { ingress: [{ action: 'allow' }, {}] } },
      'spec.ingress[0].action: Unsupported value: "allow": supported values: "Allow", "Deny", "Log", "Pass"',
      'spec.ingress[1].action: Required value',
    ],
    [
      calico,
      { metadata: { name: 'x' }, spec: { order: '10', egress: { action: 'Deny' } } },
      'spec.order: Invalid value: "string": spec.order in body must be of type number: "string"',
      'spec.egress: Invalid value: "object": spec.egress in body must be of type array: "object"',
    ],
    [
      'tiers.crd.projectcalico.org',
      { metadata: { name: 'x' }, spec: { defaultAction: 'Allow' } },
      'spec.defaultAction: Unsupported value: "Allow": supported values: "Pass", "Deny"',
    ],
  ],
};

describe.each(Object.entries(cases))('%s', (_kind, list) => {
  test.each(list.map((row) => [row[0], row] as const))('%s', (id, [, body, ...complaints]) => {
    const { machinery, put } = bench();
    machinery.create('serviceaccounts', 'shop', { metadata: { name: 'default' } });
    const { details } = refusal(() => put(id, body));
    expect(details?.causes?.map(({ field, message }) => `${field}: ${message}`)).toEqual(complaints);
  });
});

test('a quota names the containers that do not say what it counts', () => {
  const { machinery, put } = bench();
  machinery.create('serviceaccounts', 'shop', { metadata: { name: 'default' } });
  put('resourcequotas', { metadata: { name: 'q' }, spec: { hard: { 'limits.memory': '1Gi', cpu: '1' } } });
  expect(refusal(() => put('pods', pod('x'))).message).toBe(
    'pods "x" is forbidden: failed quota: q: must specify cpu for: c; limits.memory for: c',
  );
});

test('a field that a Calico kind does not have is refused under strict decoding', () => {
  const body = { metadata: { name: 'x' }, spec: { ingress: [{ action: 'Allow', source: { selectr: 'all()' } }] } };
  expect(refusal(() => bench().put(calico, body, { fieldValidation: 'Strict' })).message).toBe(
    'GlobalNetworkPolicy in version "v1" cannot be handled as a GlobalNetworkPolicy: strict decoding error: unknown field "spec.ingress[0].source.selectr"',
  );
});
