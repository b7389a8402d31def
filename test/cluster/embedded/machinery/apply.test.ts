import { expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import { type Bench, bench, configMap, deployment, deployments, refusal } from './bench.ts';

const version = 'v1';

function apply({ machinery }: Bench, data: Record<string, string>, fieldManager: string, force = false): KubeObject {
  const body = { apiVersion: version, kind: 'ConfigMap', metadata: { name: 'a' }, data };
  return machinery.patch('configmaps', 'shop', 'a', 'apply', body, { fieldManager, force });
}

function owners(object: KubeObject): Record<string, unknown> {
  return Object.fromEntries(
    (object.metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => [
      `${manager}/${operation}`,
      fieldsV1,
    ]),
  );
}

test('apply creates what is not there, and owns exactly what it said', () => {
  const stored = apply(bench(), { a: '1' }, 'alice');
  expect(stored['data']).toEqual({ a: '1' });
  expect(owners(stored)).toEqual({ 'alice/Apply': { 'f:data': { 'f:a': {} } } });
});

test('what an applier no longer says goes, what others own stays', () => {
  const lab = bench();
  apply(lab, { a: '1', b: '1' }, 'alice');
  lab.machinery.patch('configmaps', 'shop', 'a', 'merge', { data: { c: '1' } }, { fieldManager: 'kubectl-edit' });
  const stored = apply(lab, { a: '2' }, 'alice');
  expect(stored['data']).toEqual({ a: '2', c: '1' });
});

test('another value for a field of somebody else is a conflict, the same value is shared', () => {
  const lab = bench();
  apply(lab, { a: '1', b: '1' }, 'alice');
  const status = refusal(() => apply(lab, { a: '2' }, 'bob'));
  expect(status).toMatchObject({
    code: 409,
    reason: 'Conflict',
    message: 'Apply failed with 1 conflict: conflict with "alice": .data.a',
    details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "alice"', field: '.data.a' }] },
  });
  expect(refusal(() => apply(lab, { a: '2', b: '2' }, 'bob')).message).toBe(
    'Apply failed with 2 conflicts: conflicts with "alice":\n- .data.a\n- .data.b',
  );
  const shared = { 'f:data': { 'f:b': {} } };
  expect(owners(apply(lab, { b: '1' }, 'bob'))).toMatchObject({
    'bob/Apply': shared,
    'alice/Apply': { 'f:data': { 'f:a': {}, 'f:b': {} } },
  });
});

test('force takes the field and its ownership', () => {
  const lab = bench();
  apply(lab, { a: '1' }, 'alice');
  const stored = apply(lab, { a: '2' }, 'bob', true);
  expect(stored['data']).toEqual({ a: '2' });
  expect(Object.keys(owners(stored))).toEqual(['bob/Apply']);
});

test('fields that were written by an update are named with their version', () => {
  const lab = bench();
  lab.put('configmaps', configMap('a', { a: '1' }), { fieldManager: 'kubectl-create' });
  expect(refusal(() => apply(lab, { a: '2' }, 'bob')).message).toBe(
    'Apply failed with 1 conflict: conflict with "kubectl-create" using v1: .data.a',
  );
});

test('applying the same again writes nothing', () => {
  const lab = bench();
  const stored = apply(lab, { a: '1' }, 'alice');
  lab.pass(5000);
  expect(apply(lab, { a: '1' }, 'alice')).toBe(stored);
});

test('kubectl takes over from its client-side apply without a conflict, and keeps the annotation up to date', () => {
  const lab = bench();
  const key = 'kubectl.kubernetes.io/last-applied-configuration';
  const before = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: '1' } };
  const metadata = { name: 'a', annotations: { [key]: `${JSON.stringify(before)}\n` } };
  lab.put('configmaps', { ...before, metadata }, { fieldManager: 'kubectl-client-side-apply' });
  const stored = apply(lab, { a: '2' }, 'kubectl');
  expect(stored['data']).toEqual({ a: '2' });
  expect(JSON.parse(stored.metadata.annotations?.[key] ?? '')).toMatchObject({ data: { a: '2' } });
});

test('two appliers share a list of containers by name', () => {
  const lab = bench();
  const of = (name: string, containers: object[]) => ({
    ...deployment('web', { template: { metadata: { labels: { app: 'web' } }, spec: { containers } } }),
    metadata: { name },
  });
  const send = (containers: object[], fieldManager: string) =>
    lab.machinery.patch(deployments, 'shop', 'web', 'apply', of('web', containers), { fieldManager });
  send([{ name: 'web', image: 'nginx:1.27' }], 'alice');
  const both = send([{ name: 'side', image: 'busybox:1.36' }], 'bob');
  const names = (object: KubeObject) =>
    (object['spec'] as { template: { spec: { containers: { name: string }[] } } }).template.spec.containers.map(
      ({ name }) => name,
    );
  expect(names(both).sort()).toEqual(['side', 'web']);
  expect(names(send([{ name: 'extra', image: 'busybox:1.36' }], 'bob')).sort()).toEqual(['extra', 'web']);
});

test('an unknown field, another name, or managed fields are refused', () => {
  const { machinery } = bench();
  const send = (body: object) => machinery.patch('configmaps', 'shop', 'a', 'apply', body, { fieldManager: 'x' });
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  expect(refusal(() => send({ ...body, dataa: {} })).message).toBe(
    'failed to create typed patch object (shop/a; /v1, Kind=ConfigMap): .dataa: field not declared in schema',
  );
  expect(refusal(() => send({ ...body, metadata: { name: 'b' } })).code).toBe(400);
  expect(refusal(() => send({ ...body, metadata: { name: 'a', managedFields: [] } })).message).toBe(
    'metadata.managedFields must be nil',
  );
});

test('an update leaves managed fields in the form that kubectl shows', () => {
  const lab = bench();
  const stored = lab.put(
    'configmaps',
    { ...configMap('a', { color: 'red' }), metadata: { name: 'a', labels: { app: 'web' } } },
    { fieldManager: 'kubectl-client-side-apply' },
  );
  expect(stored.metadata.managedFields).toEqual([
    {
      manager: 'kubectl-client-side-apply',
      operation: 'Update',
      apiVersion: 'v1',
      time: '2026-03-01T12:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { '.': {}, 'f:color': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } },
    },
  ]);
  lab.pass(60_000);
  const changed = lab.machinery.patch(
    'configmaps',
    'shop',
    'a',
    'merge',
    { data: { color: 'blue' } },
    { fieldManager: 'kubectl-patch' },
  );
  expect(owners(changed)).toEqual({
    'kubectl-client-side-apply/Update': {
      'f:data': {},
      'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
    },
    'kubectl-patch/Update': { 'f:data': { 'f:color': {} } },
  });
});

test.each([
  ['a list where a map belongs', { data: ['x'] }, '.data: expected map, got &{[x]}'],
  [
    'a number where text belongs',
    { data: { a: 5 } },
    '.data.a: expected string, got &value.valueUnstructured{Value:5}',
  ],
  [
    'several mistakes',
    { immutable: 'yes', dat: {} },
    'errors:\n  .immutable: expected boolean, got &{yes}\n  .dat: field not declared in schema',
  ],
])('%s is refused before it is merged', (_what, fields, problem) => {
  const { machinery } = bench();
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, ...fields };
  const { message } = refusal(() => machinery.patch('configmaps', 'shop', 'a', 'apply', body, { fieldManager: 'x' }));
  expect(message).toBe(`failed to create typed patch object (shop/a; /v1, Kind=ConfigMap): ${problem}`);
});

test('two containers of one name, and one without, are no keyed list', () => {
  const { machinery } = bench();
  const send = (containers: object[]) =>
    refusal(() =>
      machinery.patch(
        'pods',
        'shop',
        'p',
        'apply',
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } },
        { fieldManager: 'x' },
      ),
    ).message;
  expect(send([{ name: 'c' }, { name: 'c' }])).toBe(
    'failed to create typed patch object (shop/p; /v1, Kind=Pod): .spec.containers: duplicate entries for key [name="c"]',
  );
  expect(send([{ image: 'a' }])).toBe(
    'failed to create typed patch object (shop/p; /v1, Kind=Pod): .spec.containers: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
  );
});
