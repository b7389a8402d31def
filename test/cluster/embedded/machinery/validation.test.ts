import { expect, test } from 'vitest';
import { bench, configMap, deployment, networkPolicy, pod, policies, refusal, service } from './bench.ts';

const container = { name: 'c', image: 'busybox:1.36' };
const label =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** Kind, body, and what the message says after `is invalid: `. */
const cases: readonly (readonly [what: string, id: string, body: object, message: string])[] = [
  [
    'a peer that says nothing',
    policies,
    networkPolicy('x', { ingress: [{ from: [{}] }] }),
    'spec.ingress[0].from[0]: Required value: must specify a peer',
  ],
  [
    'a block beside a selector',
    policies,
    networkPolicy('x', { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }] }),
    'spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer',
  ],
  [
    'host bits in a CIDR',
    policies,
    networkPolicy('x', { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.5/8' } }] }] }),
    'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.5/8": must not have bits set beyond the prefix length',
  ],
  [
    'an exception as large as the block',
    policies,
    networkPolicy('x', { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/16', except: ['10.0.0.0/16'] } }] }] }),
    'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.0.0.0/16": must be a strict subset of `cidr`',
  ],
  [
    'an end before the beginning',
    policies,
    networkPolicy('x', { ingress: [{ ports: [{ port: 90, endPort: 80 }] }] }),
    'spec.ingress[0].ports[0].endPort: Invalid value: 90: must be greater than or equal to `port`',
  ],
  [
    'a protocol that is none',
    policies,
    networkPolicy('x', { ingress: [{ ports: [{ port: 1, protocol: 'ICMP' }] }] }),
    'spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
  ],
  [
    'three policy types',
    policies,
    networkPolicy('x', { policyTypes: ['Ingress', 'Egress', 'Ingress'] }),
    'spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes',
  ],
  [
    'In without values',
    policies,
    networkPolicy('x', { podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
    "spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ],
  ['no containers', 'pods', pod('x', { containers: [] }), 'spec.containers: Required value'],
  [
    'two containers of one name',
    'pods',
    pod('x', { containers: [container, container] }),
    'spec.containers[1].name: Duplicate value: "c"',
  ],
  [
    'several things at once',
    'pods',
    pod('x', { restartPolicy: 'Sometimes', containers: [{ ...container, imagePullPolicy: 'Maybe' }] }),
    '[spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never", spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"]',
  ],
  [
    'a mount of no volume',
    'pods',
    pod('x', { containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] }),
    'spec.containers[0].volumeMounts[0].name: Not found: "v"',
  ],
  [
    'a request above its limit',
    'pods',
    pod('x', { containers: [{ ...container, resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }] }),
    'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
  ],
  [
    'a probe that does nothing',
    'pods',
    pod('x', { containers: [{ ...container, livenessProbe: {} }] }),
    'spec.containers[0].livenessProbe: Required value: must specify a handler type',
  ],
  ['a service without ports', 'services', service('x', { selector: { a: 'b' } }), 'spec.ports: Required value'],
  [
    'a type of service that is none',
    'services',
    service('x', { type: 'Cluster', ports: [{ port: 80 }] }),
    'spec.type: Unsupported value: "Cluster": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ],
  [
    'two nameless ports, one of them zero',
    'services',
    service('x', { ports: [{ port: 0 }, { port: 80 }] }),
    '[spec.ports[0].name: Required value, spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[1].name: Required value]',
  ],
  [
    'a selector that misses its own template',
    'deployments.apps',
    deployment('x', { selector: { matchLabels: { app: 'y' } } }),
    'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
  ],
  [
    'a job that restarts for ever',
    'jobs.batch',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'x' },
      spec: { template: { spec: { containers: [container] } } },
    },
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
  [
    'a name with capitals',
    'configmaps',
    configMap('My_Config'),
    "metadata.name: Invalid value: \"My_Config\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ],
  [
    'a label key with a blank',
    'configmaps',
    { ...configMap('x'), metadata: { name: 'x', labels: { 'a b': 'c' } } },
    `metadata.labels: Invalid value: "a b": name part ${label} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
  ],
];

test.each(cases)('%s is refused in the words of Kubernetes', (_what, id, body, message) => {
  const { put } = bench();
  const status = refusal(() => put(id, body));
  expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
  expect(status.message?.replace(/^.*? is invalid: /s, '')).toBe(message);
});

test('the causes name each field on its own', () => {
  const { put } = bench();
  const status = refusal(() => put(policies, networkPolicy('bad', { ingress: [{ from: [{}] }] })));
  expect(status.message).toMatch(/^NetworkPolicy\.networking\.k8s\.io "bad" is invalid: /);
  expect(status.details).toEqual({
    name: 'bad',
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
    causes: [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: must specify a peer',
        field: 'spec.ingress[0].from[0]',
      },
    ],
  });
});

const changes: readonly (readonly [what: string, id: string, body: object, patch: object, message: string])[] = [
  [
    'the address of a service',
    'services',
    service('x', { ports: [{ port: 80 }] }),
    { spec: { clusterIP: '10.96.77.77' } },
    'Service "x" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.77.77"]: may not change once set',
  ],
  [
    'the selector of a Deployment',
    'deployments.apps',
    deployment('x'),
    { spec: { selector: { matchLabels: { app: 'y' } }, template: { metadata: { labels: { app: 'y' } } } } },
    'Deployment.apps "x" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"y"}}: field is immutable',
  ],
  [
    'an immutable ConfigMap',
    'configmaps',
    { ...configMap('x'), immutable: true },
    { data: { a: 'c' } },
    'ConfigMap "x" is invalid: data: Forbidden: field is immutable when `immutable` is set',
  ],
  [
    'the type of a Secret',
    'secrets',
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } },
    { type: 'other' },
    'Secret "x" is invalid: type: Invalid value: "other": field is immutable',
  ],
];

test.each(changes)('%s cannot change', (_what, id, body, patch, message) => {
  const { machinery, put } = bench();
  put(id, body);
  expect(refusal(() => machinery.patch(id, 'shop', 'x', 'merge', patch)).message).toBe(message);
});

test('of a pod only the image may change, and the refusal shows the difference', () => {
  const { machinery, put } = bench();
  put('pods', pod('x', { containers: [{ ...container, command: ['sleep', '3600'] }] }));
  const change = (fields: object) =>
    machinery.patch('pods', 'shop', 'x', 'strategic', { spec: { containers: [{ name: 'c', ...fields }] } });
  expect(change({ image: 'busybox:1.37' })).toMatchObject({ spec: { containers: [{ image: 'busybox:1.37' }] } });
  const { message = '' } = refusal(() => change({ command: ['sleep', '99'] }));
  expect(message).toContain('Pod "x" is invalid: spec: Forbidden: pod updates may not change fields other than');
  expect(message).toContain('     "sleep",\n-    "3600"\n+    "99"\n    ],\n    "Args": null,\n');
});

test('an ephemeral container can be added and not be changed', () => {
  const { machinery, put } = bench();
  put('pods', pod('x'));
  const request = { subresource: 'ephemeralcontainers' };
  const patch = (fields: object) =>
    machinery.patch('pods', 'shop', 'x', 'strategic', { spec: { ephemeralContainers: [fields] } }, request);
  expect(patch({ name: 'debug', image: 'busybox:1.36' })).toMatchObject({
    spec: { ephemeralContainers: [{ name: 'debug' }] },
  });
  expect(refusal(() => patch({ name: 'debug', image: 'alpine' })).message).toContain(
    'existing ephemeral containers "debug" may not be changed',
  );
  expect(refusal(() => patch({ name: 'c', image: 'alpine' })).message).toContain('Duplicate value: "c"');
});
