import { expect, test } from 'vitest';
import { bench, configMap, deployment, deployments, networkPolicy, pod, policies, refusal, service } from './bench.ts';

test('the server writes identity, version and time, whatever the client says', () => {
  const { put } = bench();
  const stored = put('configmaps', {
    metadata: { name: 'a', uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z', generation: 9 },
    data: { a: 'b' },
  });
  expect(stored.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
  expect(stored.metadata).toMatchObject({ name: 'a', namespace: 'shop', creationTimestamp: '2026-03-01T12:00:00Z' });
  expect(stored.metadata.generation).toBeUndefined();
  expect(Number(stored.metadata.resourceVersion)).toBeGreaterThan(0);
});

test('metadata stands in the order of the real encoder', () => {
  const { put } = bench();
  const stored = put(policies, {
    ...networkPolicy('np'),
    metadata: { name: 'np', labels: { a: 'b' }, annotations: { c: 'd' } },
  });
  expect(Object.keys(stored.metadata)).toEqual([
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'labels',
    'annotations',
    'managedFields',
  ]);
});

test('a generated name ends in five letters of the alphabet without vowels', () => {
  const { put } = bench();
  const stored = put('configmaps', { metadata: { generateName: 'gen-' } });
  expect(stored.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

test('a second object of the same name is refused', () => {
  const { put } = bench();
  put('configmaps', configMap('a'));
  expect(refusal(() => put('configmaps', configMap('a')))).toMatchObject({
    code: 409,
    reason: 'AlreadyExists',
    message: 'configmaps "a" already exists',
    details: { name: 'a', kind: 'configmaps' },
  });
});

test('nothing is created in a namespace that does not exist or is going away', () => {
  const { machinery, put } = bench();
  expect(refusal(() => machinery.create('configmaps', 'nowhere', configMap('a')))).toMatchObject({
    code: 404,
    message: 'namespaces "nowhere" not found',
  });
  machinery.delete('namespaces', undefined, 'shop');
  expect(refusal(() => put('configmaps', configMap('a')))).toMatchObject({
    code: 403,
    message:
      'configmaps "a" is forbidden: unable to create new content in namespace shop because it is being terminated',
  });
});

test('an update from a stale copy is a conflict', () => {
  const { machinery, put } = bench();
  const first = put('configmaps', configMap('a'));
  machinery.update('configmaps', 'shop', { ...first, data: { a: 'c' } });
  expect(refusal(() => machinery.update('configmaps', 'shop', { ...first, data: { a: 'd' } }))).toMatchObject({
    code: 409,
    message:
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  });
});

test('an update that changes nothing is not written', () => {
  const { machinery, put } = bench();
  const stored = put(deployments, deployment('web'));
  const before = machinery.resourceVersion;
  expect(machinery.update(deployments, 'shop', stored)).toBe(stored);
  expect(machinery.resourceVersion).toBe(before);
});

test('generation counts changes of the spec, not of metadata or status', () => {
  const { machinery, put } = bench();
  put(deployments, deployment('web'));
  const labelled = machinery.patch(deployments, 'shop', 'web', 'merge', { metadata: { labels: { a: 'b' } } });
  expect(labelled.metadata.generation).toBe(1);
  const status = { subresource: 'status' };
  const reported = machinery.patch(deployments, 'shop', 'web', 'merge', { status: { replicas: 1 } }, status);
  expect(reported.metadata.generation).toBe(1);
  const scaled = machinery.patch(deployments, 'shop', 'web', 'merge', { spec: { replicas: 3 } });
  expect(scaled.metadata.generation).toBe(2);
});

test('status is written through its own door only', () => {
  const { machinery, put } = bench();
  const created = put(deployments, { ...deployment('web'), status: { replicas: 7 } });
  expect(created['status']).toEqual({});
  const status = { subresource: 'status' };
  const body = { ...created, spec: { ...(created['spec'] as object), replicas: 9 }, status: { replicas: 2 } };
  const reported = machinery.update(deployments, 'shop', body, status);
  expect(reported).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 2 } });
  const kept = machinery.update(deployments, 'shop', { ...reported, status: {} });
  expect(kept['status']).toEqual({ replicas: 2 });
});

test('a dry run answers like the real thing and stores nothing', () => {
  const { machinery, put } = bench();
  const before = machinery.resourceVersion;
  const answer = put('configmaps', configMap('a'), { dryRun: true });
  expect(answer.metadata.uid).toBeDefined();
  expect(answer.metadata.resourceVersion).toBeUndefined();
  expect(machinery.find('configmaps', 'shop', 'a')).toBeUndefined();
  expect(machinery.resourceVersion).toBe(before);
});

test('a running pod goes when its grace is over, a pending one at once', () => {
  const { machinery, put } = bench();
  put('pods', pod('placed', { nodeName: 'n1' }));
  put('pods', pod('waiting'));
  const marked = machinery.delete('pods', 'shop', 'placed');
  expect(marked).toMatchObject({
    metadata: { deletionTimestamp: '2026-03-01T12:00:30Z', deletionGracePeriodSeconds: 30 },
  });
  expect(machinery.find('pods', 'shop', 'placed')).toBeDefined();
  machinery.delete('pods', 'shop', 'waiting');
  expect(machinery.find('pods', 'shop', 'waiting')).toBeUndefined();
  const sooner = machinery.delete('pods', 'shop', 'placed', { gracePeriodSeconds: 5 });
  expect(sooner).toMatchObject({
    metadata: { deletionGracePeriodSeconds: 5, deletionTimestamp: '2026-03-01T12:00:05Z' },
  });
  machinery.delete('pods', 'shop', 'placed', { gracePeriodSeconds: 0 });
  expect(machinery.find('pods', 'shop', 'placed')).toBeUndefined();
});

test('a finalizer keeps an object until it is taken off', () => {
  const { machinery, put } = bench();
  put('configmaps', { metadata: { name: 'a', finalizers: ['example.com/hold'] } });
  const marked = machinery.delete('configmaps', 'shop', 'a');
  expect(marked).toMatchObject({ metadata: { finalizers: ['example.com/hold'] } });
  const added = () =>
    machinery.patch('configmaps', 'shop', 'a', 'merge', { metadata: { finalizers: ['example.com/b'] } });
  expect(refusal(added).message).toContain('no new finalizers can be added if the object is being deleted');
  machinery.patch('configmaps', 'shop', 'a', 'merge', { metadata: { finalizers: null } });
  expect(machinery.find('configmaps', 'shop', 'a')).toBeUndefined();
});

test('a namespace waits for whoever empties it', () => {
  const { machinery } = bench();
  const marked = machinery.delete('namespaces', undefined, 'shop');
  expect(marked).toMatchObject({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Terminating' } });
  const current = machinery.get('namespaces', undefined, 'shop');
  machinery.update('namespaces', undefined, { ...current, spec: {} });
  expect(machinery.find('namespaces', undefined, 'shop')).toBeDefined();
  machinery.update(
    'namespaces',
    undefined,
    { ...machinery.get('namespaces', undefined, 'shop'), spec: {} },
    { subresource: 'finalize' },
  );
  expect(machinery.find('namespaces', undefined, 'shop')).toBeUndefined();
});

test('default, kube-system and kube-public may not be deleted', () => {
  const { machinery } = bench();
  expect(refusal(() => machinery.delete('namespaces', undefined, 'default'))).toMatchObject({
    code: 403,
    message: 'namespaces "default" is forbidden: this namespace may not be deleted',
  });
});

test('a deletion with preconditions hits only the object it means', () => {
  const { machinery, put } = bench();
  put('configmaps', configMap('a'));
  const wrong = () => machinery.delete('configmaps', 'shop', 'a', { preconditions: { uid: 'other' } });
  expect(refusal(wrong)).toMatchObject({ code: 409, reason: 'Conflict' });
});

test('a deletion answers with a Status that names what is gone', () => {
  const { machinery, put } = bench();
  const { metadata } = put(deployments, deployment('web'));
  expect(machinery.delete(deployments, 'shop', 'web')).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: 'web', group: 'apps', kind: 'deployments', uid: metadata.uid },
  });
});

test('services get an address and node ports that nobody else has', () => {
  const { put } = bench();
  const seen = new Set<unknown>();
  for (let i = 0; i < 50; i++) {
    const stored = put('services', service(`s${i}`, { type: 'NodePort', ports: [{ port: 80 }] }));
    const { clusterIP, ports } = stored['spec'] as { clusterIP: string; ports: { nodePort: number }[] };
    expect(clusterIP).toMatch(/^10\.96\./);
    seen.add(clusterIP).add(ports[0]?.nodePort);
  }
  expect(seen.size).toBe(100);
});

test('an address that is taken or outside the range is refused', () => {
  const { put } = bench();
  put('services', service('a', { clusterIP: '10.96.0.77', ports: [{ port: 80 }] }));
  const taken = () => put('services', service('b', { clusterIP: '10.96.0.77', ports: [{ port: 80 }] }));
  expect(refusal(taken).message).toContain('failed to allocate IP 10.96.0.77: provided IP is already allocated');
  const outside = () => put('services', service('b', { clusterIP: '10.97.0.1', ports: [{ port: 80 }] }));
  expect(refusal(outside).message).toContain('the provided IP (10.97.0.1) is not in the valid range');
});

test('a service that becomes a NodePort and back gets and gives up its port', () => {
  const { machinery, put } = bench();
  put('services', service('a', { ports: [{ port: 80 }] }));
  const opened = machinery.patch('services', 'shop', 'a', 'strategic', { spec: { type: 'NodePort' } });
  const { ports } = opened['spec'] as { ports: { nodePort?: number }[] };
  expect(ports[0]?.nodePort).toBeGreaterThanOrEqual(30_000);
  const closed = machinery.patch('services', 'shop', 'a', 'merge', { spec: { type: 'ClusterIP' } });
  expect((closed['spec'] as { ports: object[] }).ports[0]).not.toHaveProperty('nodePort');
});

test('a custom kind is served from its definition on, and no longer', () => {
  const { machinery } = bench();
  const id = 'widgets.example.com';
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: id },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wi'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', required: ['size'], properties: { size: { type: 'integer' } } } },
            },
          },
        },
      ],
    },
  };
  const definitions = 'customresourcedefinitions.apiextensions.k8s.io';
  machinery.create(definitions, undefined, definition);
  expect(machinery.types().find((type) => type.id === id)).toMatchObject({
    kind: 'Widget',
    shortNames: ['wi'],
    namespaced: true,
  });
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } };
  expect(machinery.create(id, 'shop', widget)).toMatchObject({ spec: { size: 3 } });
  expect(refusal(() => machinery.create(id, 'shop', { ...widget, metadata: { name: 'x' }, spec: {} })).message).toBe(
    'Widget.example.com "x" is invalid: spec.size: Required value',
  );
  const strict = { fieldValidation: 'Strict' } as const;
  const extra = { ...widget, metadata: { name: 'y' }, spec: { size: 3, sise: 4 } };
  expect(refusal(() => machinery.create(id, 'shop', extra, strict)).message).toBe(
    'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.sise"',
  );
  expect(machinery.create(id, 'shop', extra)['spec']).toEqual({ size: 3 });
  machinery.delete(definitions, undefined, id);
  expect(refusal(() => machinery.create(id, 'shop', widget))).toMatchObject({
    code: 404,
    message: 'the server could not find the requested resource',
  });
});

test('what hides or repeats something is warned about', () => {
  const { put } = bench();
  const warnings: string[] = [];
  const env = [
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
  ];
  const ports = [{ containerPort: 80 }, { containerPort: 80 }];
  put('pods', pod('a.b', { containers: [{ name: 'c', image: 'x', env, ports }] }), {
    warn: (text) => warnings.push(text),
  });
  expect(warnings).toEqual([
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
  ]);
});
