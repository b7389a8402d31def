import { expect, test } from 'vitest';
import { bench, configMap, deployment, deployments, networkPolicy, policies, refusal, service } from './bench.ts';

function containers(object: Record<string, unknown>): unknown[] {
  const spec = object['spec'] as { template: { spec: { containers: { name: string }[] } } };
  return spec.template.spec.containers.map(({ name }) => name);
}

const web = { name: 'web', image: 'nginx:1.27' };
const side = { name: 'side', image: 'busybox:1.36' };

test('a container that a strategic patch adds comes first, as on a real server', () => {
  const { machinery, put } = bench();
  put(deployments, deployment('web'));
  const spec = { template: { spec: { containers: [side] } } };
  expect(containers(machinery.patch(deployments, 'shop', 'web', 'strategic', { spec }))).toEqual(['side', 'web']);
});

test('$setElementOrder decides the order, $patch: delete takes one away', () => {
  const { machinery, put } = bench();
  put(deployments, deployment('web'));
  const order = { '$setElementOrder/containers': [{ name: 'web' }, { name: 'side' }], containers: [side] };
  const ordered = machinery.patch(deployments, 'shop', 'web', 'strategic', { spec: { template: { spec: order } } });
  expect(containers(ordered)).toEqual(['web', 'side']);
  const less = { template: { spec: { containers: [{ $patch: 'delete', name: 'side' }] } } };
  expect(containers(machinery.patch(deployments, 'shop', 'web', 'strategic', { spec: less }))).toEqual(['web']);
});

test('environment merges by name, commands replace', () => {
  const { machinery, put } = bench();
  put(deployments, deployment('web'));
  const patch = (container: object) =>
    machinery.patch(deployments, 'shop', 'web', 'strategic', {
      spec: { template: { spec: { containers: [{ name: 'web', ...container }] } } },
    });
  patch({ env: [{ name: 'A', value: '1' }], command: ['a', 'b'] });
  const result = patch({ env: [{ name: 'B', value: '2' }], command: ['c'] });
  expect(result).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            {
              ...web,
              command: ['c'],
              env: [
                { name: 'B', value: '2' },
                { name: 'A', value: '1' },
              ],
            },
          ],
        },
      },
    },
  });
});

test('$patch: replace and $retainKeys throw out what they do not name', () => {
  const { machinery, put } = bench();
  put(deployments, deployment('web'));
  const strategy = { $retainKeys: ['type'], type: 'Recreate' };
  const recreated = machinery.patch(deployments, 'shop', 'web', 'strategic', { spec: { strategy } });
  expect((recreated['spec'] as { strategy: unknown }).strategy).toEqual({ type: 'Recreate' });
  put('configmaps', { ...configMap('a'), metadata: { name: 'a', labels: { x: '1', y: '2' } } });
  const labels = { $patch: 'replace', z: '3' };
  const replaced = machinery.patch('configmaps', 'shop', 'a', 'strategic', { metadata: { labels } });
  expect(replaced.metadata.labels).toEqual({ z: '3' });
});

test('$deleteFromPrimitiveList takes values out of a list', () => {
  const { machinery, put } = bench();
  put('configmaps', { ...configMap('a'), metadata: { name: 'a', finalizers: ['x.io/a', 'x.io/b'] } });
  const metadata = { '$deleteFromPrimitiveList/finalizers': ['x.io/a'] };
  expect(machinery.patch('configmaps', 'shop', 'a', 'strategic', { metadata }).metadata.finalizers).toEqual(['x.io/b']);
});

test('the lists of a NetworkPolicy are replaced as a whole', () => {
  const { machinery, put } = bench();
  const from = (app: string) => ({ ingress: [{ from: [{ podSelector: { matchLabels: { app } } }] }] });
  put(policies, networkPolicy('np', { podSelector: {}, ...from('a') }));
  expect(machinery.patch(policies, 'shop', 'np', 'strategic', { spec: from('b') })).toMatchObject({ spec: from('b') });
});

test('Service ports merge by port', () => {
  const { machinery, put } = bench();
  put('services', service('s', { ports: [{ name: 'http', port: 80 }] }));
  const added = machinery.patch('services', 'shop', 's', 'strategic', { spec: { ports: [{ name: 'alt', port: 81 }] } });
  expect((added['spec'] as { ports: { port: number }[] }).ports.map(({ port }) => port)).toEqual([81, 80]);
});

test('a merge patch deletes by null and replaces lists', () => {
  const { machinery, put } = bench();
  put('configmaps', configMap('a', { x: '1', y: '2' }));
  expect(machinery.patch('configmaps', 'shop', 'a', 'merge', { data: { x: null, z: '3' } })['data']).toEqual({
    y: '2',
    z: '3',
  });
});

test('a JSON patch adds, copies, moves, replaces what is missing, and stops at a failed test', () => {
  const { machinery, put } = bench();
  put('configmaps', configMap('a', { x: '1' }));
  const patch = (operations: unknown) => machinery.patch('configmaps', 'shop', 'a', 'json', operations);
  expect(
    patch([
      { op: 'add', path: '/data/y', value: '2' },
      { op: 'copy', from: '/data/y', path: '/data/z' },
    ])['data'],
  ).toEqual({ x: '1', y: '2', z: '2' });
  expect(
    patch([
      { op: 'move', from: '/data/z', path: '/data/w' },
      { op: 'replace', path: '/data/new', value: 'n' },
    ])['data'],
  ).toEqual({ x: '1', y: '2', w: '2', new: 'n' });
  const rejected = {
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
  };
  expect(refusal(() => patch([{ op: 'test', path: '/data/x', value: 'no' }]))).toMatchObject(rejected);
  expect(refusal(() => patch([{ op: 'remove', path: '/data/nosuch' }]))).toMatchObject(rejected);
  expect(refusal(() => patch({ a: 1 })).message).toBe(
    'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  );
});

test('a patch cannot rename an object', () => {
  const { machinery, put } = bench();
  put('configmaps', configMap('a'));
  expect(refusal(() => machinery.patch('configmaps', 'shop', 'a', 'merge', { metadata: { name: 'b' } }))).toMatchObject(
    {
      code: 400,
      message: 'the name of the object (b) does not match the name on the URL (a)',
    },
  );
});

test('a strategic patch of a custom kind is an unsupported media type', () => {
  const { machinery } = bench();
  const patch = () =>
    machinery.patch('tiers.crd.projectcalico.org', undefined, 'default', 'strategic', { spec: { order: 1 } });
  expect(refusal(patch)).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
});

test.each([
  [
    'an operation without a path',
    [{ op: 'add', value: 1 }],
    'the server rejected our request due to an error in our request',
  ],
  ['no operation at all', [null], 'the server rejected our request due to an error in our request'],
  ['a number', [1], 'error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp'],
  [
    'an object without a name',
    [{ op: 'add', path: '', value: {} }],
    'the name of the object (c based on URL) was undeterminable: name must be provided',
  ],
])('a JSON patch of %s is refused', (_what, patch, message) => {
  const { machinery, put } = bench();
  put('configmaps', configMap('c', { a: '1' }));
  expect(refusal(() => machinery.patch('configmaps', 'shop', 'c', 'json', patch)).message).toBe(message);
});

test('an object that a merge patch spoils is quoted with the maps sorted that the patch touched', () => {
  const { machinery, put } = bench();
  put('configmaps', configMap('c', { b: '1' }));
  const { message = '' } = refusal(() => machinery.patch('configmaps', 'shop', 'c', 'merge', { data: { a: 1 } }));
  expect(message).toMatch(
    /^ "" is invalid: patch: Invalid value: "{\\"apiVersion\\":\\"v1\\",\\"data\\":{\\"a\\":1,\\"b\\":\\"1\\"},\\"kind\\":\\"ConfigMap\\",\\"metadata\\":{\\"name\\":/,
  );
});

test('an identity is for life, and a version is a number', () => {
  const { machinery, put } = bench();
  put('configmaps', configMap('c', {}));
  const patch = (metadata: object) =>
    refusal(() => machinery.patch('configmaps', 'shop', 'c', 'merge', { metadata })).message;
  expect(patch({ uid: 'x' })).toBe('ConfigMap "c" is invalid: metadata.uid: Invalid value: "x": field is immutable');
  expect(patch({ resourceVersion: 'abc' })).toBe('strconv.ParseUint: parsing "abc": invalid syntax');
});
