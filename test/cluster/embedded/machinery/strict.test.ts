import { expect, test } from 'vitest';
import { bench, configMap, networkPolicy, pod, policies, refusal } from './bench.ts';

const strict = { fieldValidation: 'Strict' } as const;

const bodies: readonly (readonly [what: string, id: string, body: object, message: string])[] = [
  [
    'an unknown field',
    'pods',
    pod('p', { containers: [{ name: 'c', image: 'a', imagePolicy: 'Always' }] }),
    'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imagePolicy"',
  ],
  [
    'two unknown fields',
    'pods',
    pod('p', { container: [], containers: [{ name: 'c', image: 'a', port: 80 }] }),
    'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].port", unknown field "spec.container"',
  ],
  [
    'text where a number belongs',
    'pods',
    pod('p', { containers: [{ name: 'c', image: 'a', ports: [{ containerPort: 'eighty' }] }] }),
    'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
  ],
  [
    'a number in a map of texts',
    'configmaps',
    configMap('c', { a: 1 }),
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  ],
  [
    'a Secret whose data is plain text',
    'secrets',
    { metadata: { name: 's' }, data: { password: 'hello world' } },
    'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 5',
  ],
  [
    'base64 without its padding',
    'secrets',
    { metadata: { name: 's' }, data: { password: 'hello' } },
    'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 4',
  ],
  [
    'a unit that does not exist',
    'pods',
    pod('p', { containers: [{ name: 'c', image: 'a', resources: { limits: { memory: '64K' } } }] }),
    'Pod in version "v1" cannot be handled as a Pod: unable to parse quantity\'s suffix',
  ],
  [
    'a port beyond 32 bits',
    policies,
    networkPolicy('n', { ingress: [{ ports: [{ port: 3_000_000_000 }] }] }),
    'NetworkPolicy in version "v1" cannot be handled as a NetworkPolicy: json: cannot unmarshal number 3000000000 into Go value of type int32',
  ],
  [
    'a map where a list belongs',
    policies,
    networkPolicy('n', { ingress: [{ from: { podSelector: {} } }] }),
    'NetworkPolicy in version "v1" cannot be handled as a NetworkPolicy: json: cannot unmarshal object into Go struct field NetworkPolicyIngressRule.spec.ingress.from of type []v1.NetworkPolicyPeer',
  ],
  [
    'text where a list of named texts belongs',
    policies,
    networkPolicy('n', { policyTypes: 'Ingress' }),
    'NetworkPolicy in version "v1" cannot be handled as a NetworkPolicy: json: cannot unmarshal string into Go struct field NetworkPolicySpec.spec.policyTypes of type []v1.PolicyType',
  ],
  [
    'a quantity that is none',
    'pods',
    pod('p', { containers: [{ name: 'c', image: 'a', resources: { limits: { cpu: 'lots' } } }] }),
    'Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
  ],
  [
    'another kind',
    'pods',
    { ...pod('p'), kind: 'pod' },
    'pod in version "v1" cannot be handled as a Pod: no kind "pod" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
  ],
];

test.each(bodies)('%s is refused on create, in the words of the real decoder', (_what, id, body, message) => {
  const { put } = bench();
  expect(refusal(() => put(id, body, strict))).toMatchObject({ code: 400, reason: 'BadRequest', message });
});

const patches: readonly (readonly [what: string, patch: object, message: string])[] = [
  [
    'an unknown field',
    { spec: { ingres: [] } },
    'map[spec:map[ingres:[]]]": strict decoding error: unknown field "spec.ingres"',
  ],
  ['a map for a list', { spec: { ingress: { a: 'b' } } }, 'cannot restore slice from map'],
  [
    'numbers for structs',
    { spec: { ingress: [{ ports: [80, 443] }] } },
    'map[spec:map[ingress:[map[ports:[80 443]]]]]": cannot restore struct from: int64',
  ],
  ['a number for a text', { spec: { podSelector: { matchLabels: { app: 1 } } } }, 'cannot convert int64 to string'],
  ['a boolean for a text', { spec: { podSelector: { matchLabels: { app: true } } } }, 'unrecognized type: string'],
  [
    'a text for a struct',
    { spec: { podSelector: 'app=web' } },
    'map[spec:map[podSelector:app=web]]": cannot restore struct from: string',
  ],
];

test.each(patches)('%s in a strategic merge patch is refused in the words of the converter', (_what, patch, tail) => {
  const { machinery, put } = bench();
  put(policies, networkPolicy('np'));
  const status = refusal(() => machinery.patch(policies, 'shop', 'np', 'strategic', patch, strict));
  expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
  expect(status.message).toMatch(/^ "" is invalid: patch: Invalid value: "map\[/);
  expect(status.message?.endsWith(tail)).toBe(true);
});

test('without strictness an unknown field is a warning, or nothing at all', () => {
  const { put } = bench();
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  const body = { ...configMap('a'), dataa: {} };
  expect(put('configmaps', body, { warn })).not.toHaveProperty('dataa');
  expect(warnings).toEqual(['unknown field "dataa"']);
  put('configmaps', { ...body, metadata: { name: 'b' } }, { warn, fieldValidation: 'Ignore' });
  expect(warnings).toHaveLength(1);
});

test('nulls, empty lists and zero values go the way of Go', () => {
  const { put } = bench();
  const stored = put(
    policies,
    networkPolicy('np', { ingress: [{ from: [], ports: null }], egress: [], podSelector: null }),
  );
  expect(stored['spec']).toEqual({ podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] });
});

test('a key called __proto__ is data', () => {
  const { put } = bench();
  const stored = put('configmaps', JSON.parse('{"metadata":{"name":"a"},"data":{"__proto__":"x"}}'));
  expect(Object.keys(stored['data'] as object)).toEqual(['__proto__']);
});
