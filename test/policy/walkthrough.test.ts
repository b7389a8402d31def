import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/kube/objects.ts';
import { createPolicyEngine } from '../../src/policy/engine.ts';
import type { PolicyNamespace, PolicyObject, PolicyPod } from '../../src/policy/model.ts';
import { nearestMisses } from '../../src/policy/nearest-miss.ts';
import { calicoSelectorProblems } from '../../src/policy/normalize-calico.ts';
import { printDirectionWalk, walkThrough } from '../../src/policy/walkthrough.ts';

const namespaces: readonly PolicyNamespace[] = [
  { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' } },
  { name: 'front', labels: {} },
];
const pods: readonly PolicyPod[] = [
  {
    namespace: 'shop',
    name: 'db',
    labels: { app: 'db' },
    ips: ['10.0.0.1'],
    ports: [{ name: 'pg', port: 5432, protocol: 'TCP' }],
  },
  { namespace: 'front', name: 'ui', labels: { app: 'ui', tier: 'web' }, ips: ['10.0.0.2'], ports: [] },
];
const flow = { sourceIp: '10.0.0.2', destinationIp: '10.0.0.1', protocol: 'TCP', port: 5432 } as const;

function walk(rules: string) {
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'db', namespace: 'shop' },
    spec: { podSelector: {}, ingress: parse(rules) },
  } as PolicyObject;
  return walkThrough(createPolicyEngine({ namespaces, pods, policies: [policy] }), flow, {
    source: 'front/ui',
    destination: 'shop/db',
  });
}

describe('a walkthrough', () => {
  test('tells what each rule said, in order, and who decided', () => {
    const rules = `
- from: [{podSelector: {matchLabels: {app: ui}}}]
- from: [{namespaceSelector: {matchLabels: {name: front}}, podSelector: {matchLabels: {app: ui, tier: api}}}]
- from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/30]}}]
- from: [{ipBlock: {cidr: 192.168.0.0/16}}]
- ports: [{port: 5432, protocol: UDP}, {port: 80, endPort: 90}]
- ports: [{port: postgres}]
- ports: [{port: pg, protocol: UDP}]`;
    expect(printDirectionWalk(walk(rules).ingress)).toEqual([
      'NetworkPolicy shop/db, ingress rule 1: does not match: a podSelector alone means pods of namespace shop',
      "NetworkPolicy shop/db, ingress rule 2: does not match: the pod's namespace lacks name=front (it has no label name); the pod lacks tier=api (it has tier=web)",
      'NetworkPolicy shop/db, ingress rule 3: does not match: the address is in 10.0.0.0/8 but excepted by 10.0.0.0/30',
      'NetworkPolicy shop/db, ingress rule 4: does not match: the address is not in 192.168.0.0/16',
      'NetworkPolicy shop/db, ingress rule 5: does not match: it is for UDP',
      'NetworkPolicy shop/db, ingress rule 6: does not match: the destination pod declares no port named postgres/TCP',
      'NetworkPolicy shop/db, ingress rule 7: does not match: it is for UDP; the destination pod declares no port named pg/UDP',
      'NetworkPolicy shop/db isolates shop/db for ingress, and no rule allows 5432/TCP',
    ]);
  });

  test('names every rule that allows, and nobody for an end that no policy isolates', () => {
    const { ingress, egress } = walk('[{}, {ports: [{port: 80}]}, {ports: [{port: pg}]}]');
    expect(ingress.rules.map(({ matches }) => matches)).toEqual([true, false, true]);
    expect(printDirectionWalk(egress)).toEqual(['no policy isolates front/ui for egress']);
  });
});

describe('the nearest miss', () => {
  test('puts the rule first that needs the least', () => {
    const [first, second] = nearestMisses(
      walk(`
- {from: [{podSelector: {matchLabels: {app: api, tier: api}}}], ports: [{port: 80}]}
- {from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: ui}}}], ports: [{port: 5433}]}`),
    );
    expect(first).toMatchObject({ ruleIndex: 1, direction: 'Ingress' });
    expect(first?.text).toBe('NetworkPolicy shop/db, ingress rule 2 would allow it, but it is for 5433/TCP');
    expect(second?.ruleIndex).toBe(0);
  });

  test('of an allowed flow is the rule that allows it', () => {
    expect(nearestMisses(walk('[{}]')).map(({ text }) => text)).toEqual([
      'NetworkPolicy shop/db, ingress rule 1 allows it',
    ]);
  });
});

test("a selector that Calico's API would refuse is found with its field, and selects nobody", () => {
  const object: KubeObject = {
    apiVersion: 'projectcalico.org/v3',
    kind: 'GlobalNetworkPolicy',
    metadata: { name: 'typo' },
    spec: {
      selector: "app = 'db'",
      types: ['Ingress'],
      ingress: [{ action: 'Allow', source: { namespaceSelector: 'has(' } }],
    },
  };
  expect(calicoSelectorProblems(object).map(({ field }) => field)).toEqual([
    'spec.selector',
    'spec.ingress[0].source.namespaceSelector',
  ]);
  expect(createPolicyEngine({ namespaces, pods, policies: [object] }).judge(flow).ingress.decision).toEqual({
    by: 'default-allow',
  });
});
