import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flowOf, judgedFlows, readConformanceSet, snapshotOf } from '../../scripts/conformance-set.ts';
import { createCompiledEngine } from '../../src/policy/compiled/engine.ts';
import { createPolicyEngine } from '../../src/policy/engine.ts';
import type { Flow, PolicySnapshot } from '../../src/policy/model.ts';
import {
  calicoPolicy,
  flowsOf,
  kubernetesPolicy,
  mixedSnapshot,
  namespaceArbitrary,
  podArbitrary,
} from './arbitraries.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const sets = ['data/k8s.jsonl.gz', 'data/calico.jsonl.gz', '../../../shared/conformance/cyclonus.jsonl.gz'].map(path);

describe('the compiled engine', () => {
  // The last set is third-party data that is compared where the shared folder is at hand.
  test.each(sets.filter(existsSync))('agrees with Calico on %s', async (file) => {
    const wrong: unknown[] = [];
    for (const cluster of await readConformanceSet(file)) {
      const engine = createCompiledEngine(snapshotOf(cluster));
      for (const flow of judgedFlows(cluster)) {
        if (engine.allowed(flowOf(flow)) !== (flow[4] === 1)) wrong.push([cluster.ID, flow]);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('agrees with the plain evaluator on random clusters', () => {
    fc.assert(
      fc.property(mixedSnapshot, (snapshot) => {
        expect(compiledAnswers(snapshot)).toEqual(plainAnswers(snapshot));
      }),
      { numRuns: 300 },
    );
  });

  test('its matrix is its flows', () => {
    fc.assert(
      fc.property(mixedSnapshot, (snapshot) => {
        const engine = createCompiledEngine(snapshot);
        const plain = createPolicyEngine(snapshot);
        const pods = [...plain.store.pods.values()];
        const matrix = engine.matrix({ protocol: 'TCP', port: 80 }, pods);
        let count = 0;
        pods.forEach((source, i) => {
          pods.forEach((destination, j) => {
            const [sourceIp = '', destinationIp = ''] = [source.ips[0], destination.ips[0]];
            const expected = plain.judge({ sourceIp, destinationIp, protocol: 'TCP', port: 80 }).allowed;
            expect(matrix.allowed(i, j)).toBe(expected);
            if (i !== j && expected) count++;
          });
        });
        expect(matrix.countAllowed()).toBe(count);
      }),
      { numRuns: 100 },
    );
  });

  const change = fc.oneof(
    { arbitrary: kubernetesPolicy.map((policy) => ({ kind: 'policy' as const, policy })), weight: 4 },
    { arbitrary: kubernetesPolicy.map((policy) => ({ kind: 'no-policy' as const, policy })), weight: 2 },
    { arbitrary: calicoPolicy.map((policy) => ({ kind: 'policy' as const, policy })), weight: 2 },
    { arbitrary: calicoPolicy.map((policy) => ({ kind: 'no-policy' as const, policy })), weight: 2 },
    { arbitrary: podArbitrary.map((pod) => ({ kind: 'pod' as const, pod })), weight: 4 },
    { arbitrary: podArbitrary.map((pod) => ({ kind: 'no-pod' as const, pod })), weight: 2 },
    { arbitrary: namespaceArbitrary.map((namespace) => ({ kind: 'namespace' as const, namespace })), weight: 2 },
    { arbitrary: namespaceArbitrary.map((namespace) => ({ kind: 'no-namespace' as const, namespace })), weight: 1 },
  );

  test('equals a fresh engine after each of 1,000 random changes', () => {
    let steps = 0;
    fc.assert(
      fc.property(mixedSnapshot, fc.array(change, { minLength: 20, maxLength: 40 }), (start, changes) => {
        const engine = createCompiledEngine(start);
        const plain = createPolicyEngine(start);
        const objects = new Map<string, PolicySnapshot['policies'][number]>();
        const note = (policy: PolicySnapshot['policies'][number], present: boolean): void => {
          const key = `${policy.kind}/${policy.metadata.namespace ?? ''}/${policy.metadata.name}/${policy.apiVersion?.includes('calico')}`;
          if (present) objects.set(key, policy);
          else objects.delete(key);
        };
        for (const policy of start.policies) note(policy, true);
        engine.settle();
        for (const step of changes) {
          steps++;
          for (const target of [engine, plain]) {
            if (step.kind === 'policy') target.setPolicy(step.policy);
            else if (step.kind === 'no-policy') target.removePolicy(step.policy);
            else if (step.kind === 'pod') target.setPod(step.pod);
            else if (step.kind === 'no-pod') target.removePod(step.pod.namespace, step.pod.name);
            else if (step.kind === 'namespace') target.setNamespace(step.namespace);
            else target.removeNamespace(step.namespace.name);
          }
          if (step.kind === 'policy' || step.kind === 'no-policy') note(step.policy, step.kind === 'policy');
          if (steps % 3 === 0) engine.settle();
          const now: PolicySnapshot = {
            namespaces: [...plain.store.namespaces.values()],
            pods: [...plain.store.pods.values()],
            policies: [...objects.values()],
          };
          const flows = flowsOf(now);
          const answers = (allowed: (flow: Flow) => boolean): string =>
            flows.map((flow) => (allowed(flow) ? 1 : 0)).join('');
          const incremental = answers((flow) => engine.allowed(flow));
          expect(incremental).toBe(answers((flow) => plain.judge(flow).allowed));
          const fresh = createCompiledEngine(now);
          expect(incremental).toBe(answers((flow) => fresh.allowed(flow)));
        }
      }),
      { numRuns: 40 },
    );
    expect(steps).toBeGreaterThanOrEqual(1000);
  });
});

function compiledAnswers(snapshot: PolicySnapshot): boolean[] {
  const engine = createCompiledEngine(snapshot);
  return flowsOf(snapshot).map((flow) => engine.allowed(flow));
}

function plainAnswers(snapshot: PolicySnapshot): boolean[] {
  const engine = createPolicyEngine(snapshot);
  return flowsOf(snapshot).map((flow) => engine.judge(flow).allowed);
}
