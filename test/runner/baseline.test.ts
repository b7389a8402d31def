import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/objects.ts';
import { baselineOf, compareWithBaseline, stateText } from '../../src/runner/baseline.ts';
import { fingerprint, isOwned } from '../../src/runner/fingerprint.ts';
import type { Item } from '../../src/runner/inventory.ts';
import { keyOf, nameKey, type Scope } from '../../src/runner/scope.ts';

function pod(
  name: string,
  labels: Record<string, string> = {},
  extra: Partial<KubeObject['metadata']> = {},
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels, uid: `uid-${name}`, ...extra },
    spec: { nodeName: 'a', containers: [{ name: 'x', image: 'busybox' }] },
  };
}

function item(object: KubeObject): Item {
  return {
    key: keyOf(object),
    hash: fingerprint(object),
    uid: object.metadata.uid ?? '',
    owned: isOwned(object),
    object,
  };
}

const owner = {
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api', uid: 'r', controller: true }],
};
const foreign = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubernetes', namespace: 'shop' } };
const web = pod('web', { app: 'web' });
const child = pod('api-1', { app: 'api' }, owner);
const namespace: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { team: 'a' } },
};
const scope: Scope = { namespaces: ['shop'], manifests: [web], fault: [], broken: [web], restarts: [] };
const items = [namespace, foreign, web, child].map(item);
const baseline = baselineOf(items, scope);

describe('fingerprint', () => {
  test('is the same for one object on two nodes, at two times', () => {
    const again = {
      ...web,
      metadata: {
        ...web.metadata,
        uid: 'other',
        resourceVersion: '7',
        creationTimestamp: '2026-01-01T00:00:00Z',
        annotations: { 'cni.projectcalico.org/podIP': '10.244.0.1' },
      },
      spec: { ...(web['spec'] as object), nodeName: 'b' },
      status: { phase: 'Running' },
    };
    expect(fingerprint(again)).toBe(fingerprint({ ...web, metadata: { ...web.metadata, annotations: {} } }));
  });

  test('differs for a label, an annotation and a spec', () => {
    const prints = [
      web,
      pod('web', { app: 'x' }),
      pod('web', { app: 'web' }, { annotations: { a: 'b' } }),
      { ...web, spec: { hostNetwork: true } },
    ].map(fingerprint);
    expect(new Set(prints).size).toBe(4);
  });
});

describe('comparing with the baseline', () => {
  test('finds nothing to do when nothing was changed', () => {
    const { discard, relabel, restore } = compareWithBaseline(baseline, items, scope);
    expect([discard.length, relabel.length, restore.size]).toEqual([0, 0, 0]);
  });

  test('discards what was added, and restores what was changed or deleted', () => {
    const added = item(pod('node-debugger'));
    const changed = item(pod('web', { app: 'escaped' }));
    const { discard, restore } = compareWithBaseline(
      baseline,
      [...items.filter(({ key }) => key !== changed.key), changed, added],
      scope,
    );
    expect(discard.map(({ object }) => object.metadata.name).sort()).toEqual(['node-debugger', 'web']);
    expect([...restore]).toEqual(['Pod/shop/web']);
    const gone = compareWithBaseline(
      baseline,
      items.filter(({ key }) => key !== 'Pod/shop/web'),
      scope,
    );
    expect([gone.discard.length, [...gone.restore]]).toEqual([0, ['Pod/shop/web']]);
  });

  test('a pod that its controller made anew, or whose label was changed, is discarded: the controller makes a clean one', () => {
    const fresh = item(pod('api-2', { app: 'api' }, { ...owner, uid: 'new' }));
    const escaped = item(pod('api-1', { app: 'api', egress: 'all' }, owner));
    const { discard, restore } = compareWithBaseline(baseline, [...items.slice(0, 3), fresh, escaped], scope);
    expect(discard).toEqual([fresh, escaped]);
    expect(restore.size).toBe(0);
  });

  test('what was there before the scenario is never discarded', () => {
    const touched = item({ ...foreign, metadata: { ...foreign.metadata, labels: { a: 'b' } } });
    const { discard, restore } = compareWithBaseline(
      baseline,
      [...items.filter(({ key }) => !key.startsWith('Service/')), touched],
      scope,
    );
    expect([discard.length, restore.size]).toEqual([0, 0]);
  });

  test('a namespace with other labels is relabelled, not deleted', () => {
    const labelled = item({ ...namespace, metadata: { ...namespace.metadata, labels: { team: 'b' } } });
    const { discard, relabel } = compareWithBaseline(baseline, [labelled, ...items.slice(1)], scope);
    expect(discard).toEqual([]);
    expect(relabel).toEqual([labelled]);
    expect(baseline[labelled.key]?.labels).toEqual({ team: 'a' });
  });

  test('two states with other generated names read the same', () => {
    const other = item(pod('api-7', { app: 'api' }, { ...owner, uid: 'else' }));
    expect(stateText([...items.slice(0, 3), other])).toBe(stateText(items));
    expect(stateText(items.slice(0, 3))).not.toBe(stateText(items));
  });
});

test('keys are read back for people', () => {
  expect(nameKey('NetworkPolicy.networking.k8s.io/shop/deny')).toBe('NetworkPolicy shop/deny');
  expect(nameKey('Namespace//shop')).toBe('Namespace shop');
});
