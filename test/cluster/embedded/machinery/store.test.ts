import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreEvent } from '../../../../src/cluster/embedded/api/machinery.ts';
import { StatusError } from '../../../../src/cluster/embedded/api/machinery.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import { bench, configMap, pod } from './bench.ts';

const names = ['a', 'b', 'c', 'd'];
const operation = fc.record({
  verb: fc.constantFrom('create', 'update', 'patch', 'delete', 'finalize'),
  id: fc.constantFrom('configmaps', 'pods', 'secrets'),
  namespace: fc.constantFrom('default', 'shop'),
  name: fc.constantFrom(...names),
  value: fc.integer({ min: 0, max: 3 }),
});

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

test('1,000 random operations keep the invariants of the store', () => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1000, maxLength: 1000 }), (operations) => {
      const { machinery } = bench();
      const replica = new Map<string, KubeObject>();
      const uids = new Set<string>();
      let last = machinery.resourceVersion;
      const since = last;
      const seen = new Map<string, StoreEvent[]>();
      machinery.subscribe(undefined, (event, id) => {
        expect(event.resourceVersion).toBeGreaterThan(last);
        last = event.resourceVersion;
        seen.set(id, [...(seen.get(id) ?? []), event]);
        const key = `${id}/${event.object.metadata.namespace}/${event.object.metadata.name}`;
        const known = replica.get(key);
        expect(event.previous?.metadata.resourceVersion).toBe(known?.metadata.resourceVersion);
        if (event.type === 'ADDED') {
          expect(known).toBeUndefined();
          expect(uids.has(String(event.object.metadata.uid))).toBe(false);
          uids.add(String(event.object.metadata.uid));
        } else expect(event.object.metadata.uid).toBe(known?.metadata.uid);
        if (event.type === 'DELETED') replica.delete(key);
        else replica.set(key, event.object);
      });
      for (const step of operations) attempt(() => run(machinery, step));
      for (const id of ['configmaps', 'pods', 'secrets']) {
        const listed = machinery.list(id).map(({ metadata }) => `${id}/${metadata.namespace}/${metadata.name}`);
        expect(listed).toEqual([...replica.keys()].filter((key) => key.startsWith(`${id}/`)).sort());
        const missed = machinery.eventsSince(id, since);
        if (missed !== 'expired') expect(missed).toEqual(seen.get(id) ?? []);
      }
      expect(machinery.resourceVersion).toBe(last);
    }),
    { numRuns: 5, verbose: true },
  );
});

function run(machinery: ReturnType<typeof bench>['machinery'], step: Operation): void {
  const { id, namespace, name, value } = step;
  const labels = { value: String(value) };
  const held = value === 0 ? { finalizers: ['example.com/hold'] } : {};
  switch (step.verb) {
    case 'create': {
      const body = id === 'pods' ? pod(name, value > 1 ? { nodeName: 'n' } : {}) : configMap(name, { a: 'b' });
      if (id === 'secrets') delete body['data'];
      machinery.create(id, namespace, { ...body, kind: kindOf(id), metadata: { name, labels, ...held } });
      return;
    }
    case 'update': {
      const current = machinery.get(id, namespace, name);
      machinery.update(id, namespace, { ...current, metadata: { ...current.metadata, labels } });
      return;
    }
    case 'patch':
      machinery.patch(id, namespace, name, 'merge', { metadata: { annotations: labels } });
      return;
    case 'delete':
      machinery.delete(id, namespace, name, value === 3 ? { gracePeriodSeconds: 0 } : {});
      return;
    case 'finalize':
      machinery.patch(id, namespace, name, 'merge', { metadata: { finalizers: null } });
  }
}

function kindOf(id: string): string {
  return { configmaps: 'ConfigMap', pods: 'Pod', secrets: 'Secret' }[id] ?? '';
}

/** A refusal is an answer; everything else is a bug. */
function attempt(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
  }
}

test('what the store hands out cannot be changed', () => {
  const { put } = bench();
  const stored = put('configmaps', configMap('a'));
  expect(() => {
    stored.metadata.name = 'b';
  }).toThrow(TypeError);
});

test('a watcher that is too far behind is told to start over', () => {
  const { machinery, put } = bench();
  const since = machinery.resourceVersion;
  put('configmaps', configMap('a'));
  expect(machinery.eventsSince('configmaps', since)).toHaveLength(1);
  for (let i = 0; i < 1500; i++) {
    machinery.patch('configmaps', 'shop', 'a', 'merge', { data: { a: String(i) } });
  }
  expect(machinery.eventsSince('configmaps', since)).toBe('expired');
  expect(machinery.eventsSince('configmaps', 1)).toBe('expired');
  expect(machinery.eventsSince('configmaps', machinery.resourceVersion)).toEqual([]);
});

test('a listener that writes does not turn the order of events around', () => {
  const { machinery, put } = bench();
  const order: string[] = [];
  machinery.subscribe('configmaps', ({ object, type }) => {
    if (type === 'ADDED' && object.metadata.name === 'a') put('configmaps', configMap('b'));
  });
  machinery.subscribe('configmaps', ({ object }) => order.push(object.metadata.name ?? ''));
  put('configmaps', configMap('a'));
  expect(order).toEqual(['a', 'b']);
});
