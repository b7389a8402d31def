import { describe, expect, test } from 'vitest';
import type { NetworkPolicy } from '../../src/kube/objects.ts';
import { mutatePolicy } from '../../src/runner/mutate-policy.ts';

const policy: NetworkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'p', namespace: 'shop' },
  spec: {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [],
    egress: [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          },
          { ipBlock: { cidr: '203.0.113.0/24' } },
        ],
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
    ],
  },
};

describe('mutants of a policy', () => {
  const mutants = mutatePolicy(policy);
  const of = (operator: string) => mutants.filter((mutant) => mutant.operator === operator);
  const firstRule = (operator: string, i = 0) => of(operator)[i]?.policy?.spec?.egress?.[0];

  test('every operator has its turn, and no mutant is the original', () => {
    expect([...new Set(mutants.map(({ operator }) => operator))].sort()).toEqual([
      'allow-all',
      'and-to-or',
      'any-peer',
      'any-port',
      'delete-policy',
      'drop-direction',
      'drop-peer',
      'drop-port',
      'drop-rule',
      'other-port',
      'other-protocol',
      'widen-peer',
      'wrong-label',
    ]);
    expect(mutants.filter((mutant) => JSON.stringify(mutant.policy) === JSON.stringify(policy))).toEqual([]);
    const texts = mutants.map((mutant) => JSON.stringify(mutant.policy));
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('AND becomes OR by a dash', () => {
    expect(firstRule('and-to-or')?.to?.slice(0, 2)).toEqual([
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
      { podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } },
    ]);
  });

  test('a rule without peers names none at all, which means everybody', () => {
    expect(firstRule('any-peer')).toEqual({ ports: policy.spec?.egress?.[0]?.ports });
    expect(of('allow-all').map(({ policy: mutant }) => [mutant?.spec?.ingress, mutant?.spec?.egress?.length])).toEqual([
      [[{}], 1],
      [[], 1],
    ]);
  });

  test('a direction that is dropped takes its rules along', () => {
    const [, withoutEgress] = of('drop-direction');
    expect(withoutEgress?.policy?.spec?.policyTypes).toEqual(['Ingress']);
    expect(withoutEgress?.policy?.spec).not.toHaveProperty('egress');
  });

  test('an end of a range moves with its begin', () => {
    const range = {
      ...policy,
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 80, endPort: 90 }] }] },
    };
    const moved = mutatePolicy(range).find(({ operator }) => operator === 'other-port');
    expect(moved?.policy?.spec?.ingress?.[0]?.ports).toEqual([{ port: 81, endPort: 91 }]);
  });
});
