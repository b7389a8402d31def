import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyMergePatch, applyStrategicPatch } from '../../src/kubectl/merge/apply-patch.ts';
import { lastAppliedText, withLastApplied } from '../../src/kubectl/merge/last-applied.ts';
import { diffObjects } from '../../src/kubectl/merge/strategic-diff.ts';
import { jsonDiff, threeWayJson, threeWayStrategic } from '../../src/kubectl/merge/three-way.ts';

function deployment(containers: unknown[], more: Record<string, unknown> = {}) {
  return { spec: { template: { spec: { containers } }, ...more } };
}

describe('the patch that apply sends', () => {
  test('is empty when the live object has what the manifest says, and more', () => {
    const manifest = deployment([{ name: 'web', image: 'nginx' }]);
    const live = deployment([{ name: 'web', image: 'nginx', imagePullPolicy: 'Always' }], { replicas: 1 });
    expect(threeWayStrategic('Deployment', manifest, manifest, live)).toEqual({});
  });

  test('deletes only what was applied before and is gone from the manifest', () => {
    const original = { data: { a: '1', b: '2' } };
    const live = { data: { a: '1', b: '2', manual: 'kept' } };
    expect(threeWayStrategic('ConfigMap', original, { data: { a: '9' } }, live)).toEqual({ data: { a: '9', b: null } });
  });

  test('changes one container by its name and keeps the order of the manifest', () => {
    const before = deployment([
      { name: 'web', image: 'nginx:1' },
      { name: 'side', image: 'x' },
    ]);
    const after = deployment([{ name: 'web', image: 'nginx:2' }]);
    expect(threeWayStrategic('Deployment', before, after, before)).toEqual({
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'web' }],
            containers: [
              { name: 'web', image: 'nginx:2' },
              { $patch: 'delete', name: 'side' },
            ],
          },
        },
      },
    });
  });

  test('replaces the lists of a NetworkPolicy as a whole', () => {
    const policy = (app: string) => ({
      spec: { ingress: [{ from: [{ podSelector: { matchLabels: { app } } }], ports: [{ port: 80 }] }] },
    });
    expect(threeWayStrategic('NetworkPolicy', policy('a'), policy('b'), policy('a'))).toEqual({
      spec: { ingress: policy('b').spec.ingress },
    });
  });

  test('says which keys of a strategy stay', () => {
    const before = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    const after = { spec: { strategy: { type: 'Recreate' } } };
    expect(diffObjects('Deployment', before, after)).toEqual({
      spec: { strategy: { $retainKeys: ['type'], rollingUpdate: null, type: 'Recreate' } },
    });
  });

  test('for a custom kind is a merge patch', () => {
    const original = { spec: { a: 1, list: [1] } };
    expect(threeWayJson(original, { spec: { list: [2] } }, { spec: { a: 1, list: [1], b: 2 } })).toEqual({
      spec: { a: null, list: [2] },
    });
  });
});

test('the annotation remembers the manifest without itself', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { z: '<', a: '1' } };
  const text =
    '{"apiVersion":"v1","data":{"a":"1","z":"\\u003c"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"a"}}\n';
  expect(lastAppliedText(object)).toBe(text);
  expect(lastAppliedText(withLastApplied(object))).toBe(text);
});

const container = fc.record(
  { name: fc.constantFrom('a', 'b', 'c'), image: fc.constantFrom('x', 'y'), tty: fc.boolean() },
  { requiredKeys: ['name'] },
);
const spec = fc.record(
  {
    containers: fc.uniqueArray(container, { selector: ({ name }) => name, maxLength: 3 }),
    nodeSelector: fc.dictionary(fc.constantFrom('p', 'q'), fc.constantFrom('1', '2'), { noNullPrototype: true }),
    tolerations: fc.array(fc.record({ key: fc.constantFrom('k', 'l') }), { maxLength: 2 }),
    nodeName: fc.constantFrom('n', 'm'),
  },
  { requiredKeys: [] },
);

test('a strategic difference, applied, gives the other object (lists with keys as sets)', () => {
  const sorted = (pod: { spec: { containers?: { name: string }[] } }) => ({
    spec: {
      ...pod.spec,
      ...(pod.spec.containers && { containers: [...pod.spec.containers].sort((x, y) => (x.name < y.name ? -1 : 1)) }),
    },
  });
  fc.assert(
    fc.property(spec, spec, (from, to) => {
      const patched = applyStrategicPatch('Pod', { spec: from }, diffObjects('Pod', { spec: from }, { spec: to }));
      expect(sorted(patched as { spec: typeof to })).toEqual(sorted({ spec: to }));
    }),
  );
});

test('a JSON difference, applied, gives the other object', () => {
  fc.assert(
    fc.property(spec, spec, (from, to) => {
      expect(applyMergePatch(from, jsonDiff(from, to, true))).toEqual(to);
    }),
  );
});
