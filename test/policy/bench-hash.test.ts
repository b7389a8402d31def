import { describe, expect, test } from 'vitest';
import { changeCluster } from '../../scripts/bench-changes.ts';
import { makeCluster } from '../../scripts/bench-cluster.ts';
import { hashAnswers, hashMatrix } from '../../scripts/bench-hash.ts';
import { seededRandom } from '../../src/kit/random.ts';
import { createCompiledEngine } from '../../src/policy/compiled/engine.ts';
import { createPolicyEngine } from '../../src/policy/engine.ts';
import type { PolicyPod } from '../../src/policy/model.ts';

const question = { protocol: 'TCP', port: 80 } as const;

function plainHash(engine: ReturnType<typeof createPolicyEngine>, pods: readonly PolicyPod[]): string {
  const ip = (index: number): string => pods[index]?.ips[0] ?? '';
  return hashAnswers(
    pods.map(({ namespace, name }) => `${namespace}/${name}`),
    (source, destination) =>
      engine.judge({ ...question, sourceIp: ip(source), destinationIp: ip(destination) }).allowed,
  );
}

describe('the bench', () => {
  test.each([[1], [5]])("gets the plain evaluator's answer for every pair (%i replicas)", (replicas) => {
    const snapshot = makeCluster({ pods: 120, policies: 40, seed: 3, replicas });
    const expected = plainHash(createPolicyEngine(snapshot), snapshot.pods);
    expect(hashMatrix(createCompiledEngine(snapshot).matrix(question, snapshot.pods))).toBe(expected);
    const reversed = { ...snapshot, pods: [...snapshot.pods].reverse() };
    expect(hashMatrix(createCompiledEngine(reversed).matrix(question, reversed.pods))).toBe(expected);
  });

  test('changes its cluster so that the answer stays that of a fresh engine', () => {
    const snapshot = makeCluster({ pods: 80, policies: 30, seed: 4 });
    const random = seededRandom('changes');
    const plain = createPolicyEngine(snapshot);
    const engine = createCompiledEngine(snapshot);
    engine.matrix(question);
    const hashes = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const { apply } = changeCluster(random, plain, snapshot, i);
      apply(engine);
      apply(plain);
      const pods = [...plain.store.pods.values()];
      const hash = hashMatrix(engine.matrix(question, pods));
      expect(hash).toBe(plainHash(plain, pods));
      hashes.add(hash);
    }
    expect(hashes.size).toBeGreaterThan(20);
  });
});
