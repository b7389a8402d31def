import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkPolicy } from '../../src/kube/objects.ts';
import { createPolicyEngine } from '../../src/policy/engine.ts';
import type { Flow, PolicyObject, PolicySnapshot } from '../../src/policy/model.ts';
import { nearestMisses } from '../../src/policy/nearest-miss.ts';
import { walkThrough } from '../../src/policy/walkthrough.ts';
import { flowsOf, identity, kubernetesSnapshot, mixedSnapshot } from './arbitraries.ts';

const judgeAll = (snapshot: PolicySnapshot, flows: readonly Flow[]) => {
  const engine = createPolicyEngine(snapshot);
  return flows.map((flow) => engine.judge(flow));
};

const rulesOf = (policy: PolicyObject, direction: 'Ingress' | 'Egress'): unknown[] => {
  const spec = (policy as NetworkPolicy).spec;
  return (direction === 'Ingress' ? spec?.ingress : spec?.egress) ?? [];
};

const withRules = (policy: PolicyObject, direction: 'Ingress' | 'Egress', rules: unknown[]): PolicyObject =>
  ({ ...policy, spec: { ...(policy as NetworkPolicy).spec, [direction.toLowerCase()]: rules } }) as PolicyObject;

describe('properties of NetworkPolicy', () => {
  test('the order of policies does not matter', () => {
    fc.assert(
      fc.property(mixedSnapshot, fc.infiniteStream(fc.nat()), (snapshot, keys) => {
        const order = snapshot.policies.map((policy) => ({ policy, key: keys.next().value as number }));
        const shuffled = { ...snapshot, policies: order.sort((a, b) => a.key - b.key).map(({ policy }) => policy) };
        const flows = flowsOf(snapshot);
        expect(judgeAll(shuffled, flows)).toEqual(judgeAll(snapshot, flows));
      }),
      { numRuns: 60 },
    );
  });

  test('one more rule never takes a permission away', () => {
    fc.assert(
      fc.property(kubernetesSnapshot, fc.nat(), fc.constantFrom('Ingress', 'Egress'), (snapshot, pick, direction) => {
        const { policies } = snapshot;
        const chosen = policies[pick % Math.max(1, policies.length)];
        // Where policyTypes is left out, a first egress rule would isolate: that is defaulting, not a rule.
        if (!chosen || !(chosen as NetworkPolicy).spec?.policyTypes) return;
        const richer = withRules(chosen, direction, [...rulesOf(chosen, direction), { ports: [{ port: 80 }] }]);
        const after = { ...snapshot, policies: policies.map((policy) => (policy === chosen ? richer : policy)) };
        const flows = flowsOf(snapshot);
        const before = judgeAll(snapshot, flows);
        judgeAll(after, flows).forEach((verdict, i) => {
          if (before[i]?.allowed) expect(verdict.allowed).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('without the rules that a walkthrough names, the verdict flips', () => {
    let flipped = 0;
    fc.assert(
      fc.property(kubernetesSnapshot, (snapshot) => {
        const engine = createPolicyEngine(snapshot);
        for (const flow of flowsOf(snapshot)) {
          const walkthrough = walkThrough(engine, flow);
          const side = [walkthrough.egress, walkthrough.ingress].find((walk) => walk.verdict.decision.by === 'rule');
          if (!walkthrough.verdict.allowed || !side) continue;
          const named = nearestMisses(walkthrough).filter(({ direction }) => direction === side.direction);
          expect(named.length).toBeGreaterThan(0);
          const policies = snapshot.policies.map((policy) => {
            const gone = named.filter((miss) => isSame(policy, miss.policy)).map(({ ruleIndex }) => ruleIndex);
            if (gone.length === 0) return policy;
            const rules = rulesOf(policy, side.direction).filter((_, index) => !gone.includes(index));
            // Spelled out, so that an egress section that becomes empty does not turn off egress.
            return withTypes(withRules(policy, side.direction, rules), [...typesOf(policy)]);
          });
          expect(createPolicyEngine({ ...snapshot, policies }).judge(flow).allowed).toBe(false);
          flipped++;
        }
      }),
      { numRuns: 60 },
    );
    expect(flipped).toBeGreaterThan(50);
  });

  test('keeping an engine current equals making it anew', () => {
    fc.assert(
      fc.property(mixedSnapshot, mixedSnapshot, (first, second) => {
        const engine = createPolicyEngine(first);
        const flows = flowsOf(second);
        for (const flow of flowsOf(first)) engine.judge(flow);
        for (const policy of first.policies) engine.removePolicy(policy);
        for (const { namespace, name } of first.pods) engine.removePod(namespace, name);
        for (const { name } of first.namespaces) engine.removeNamespace(name);
        for (const policy of second.policies) engine.setPolicy(policy);
        for (const namespace of second.namespaces) engine.setNamespace(namespace);
        for (const pod of second.pods) engine.setPod(pod);
        expect(flows.map((flow) => engine.judge(flow))).toEqual(judgeAll(second, flows));
      }),
      { numRuns: 60 },
    );
  });

  test('a verdict allows exactly where both directions do', () => {
    fc.assert(
      fc.property(mixedSnapshot, (snapshot) => {
        for (const { allowed, egress, ingress } of judgeAll(snapshot, flowsOf(snapshot))) {
          expect(allowed).toBe(egress.allowed && ingress.allowed);
        }
      }),
      { numRuns: 50 },
    );
  });
});

function isSame(policy: PolicyObject, ref: { readonly namespace?: string; readonly name: string }): boolean {
  return identity(policy).endsWith(`/${ref.namespace ?? ''}/${ref.name}`);
}

function typesOf(policy: PolicyObject): readonly string[] {
  const { policyTypes, egress } = (policy as NetworkPolicy).spec ?? {};
  return policyTypes ?? (egress?.length ? ['Ingress', 'Egress'] : ['Ingress']);
}

function withTypes(policy: PolicyObject, policyTypes: string[]): PolicyObject {
  return { ...policy, spec: { ...(policy as NetworkPolicy).spec, policyTypes } } as PolicyObject;
}
