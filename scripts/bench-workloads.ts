/**
 * What the policy engine is measured by: W1 explained queries, W2 all pairs, W3 all pairs of replicated pods, W5 changes. Every
 * workload makes its cluster from a fixed seed and lets the plain evaluator confirm samples of its answer.
 */
import { type Random, seededRandom } from '../src/kit/random.ts';
import { type CompiledEngine, createCompiledEngine } from '../src/policy/compiled/engine.ts';
import { createPolicyEngine } from '../src/policy/engine.ts';
import { explainVerdict } from '../src/policy/explain.ts';
import type { Flow, PolicyPod, PolicySnapshot } from '../src/policy/model.ts';
import { changeCluster } from './bench-changes.ts';
import { makeCluster } from './bench-cluster.ts';
import { hashMatrix } from './bench-hash.ts';

export const question = { protocol: 'TCP', port: 80 } as const;
const sampleCount = 20_000;
const runs = 7;
const flowPorts = [80, 443, 5432, 8080, 22] as const;

export interface WorkloadResult {
  readonly name: string;
  readonly pods: number;
  readonly policies: number;
  readonly figures: Readonly<Record<string, number>>;
  /** Of the answer, see bench-hash.ts. */
  readonly hash: string;
  readonly confirmed: { readonly samples: number; readonly mismatches: number };
}

/** 20,000 flows on 1,000 pods × 200 policies, each judged and told in a sentence. */
export function explainedQueries(): WorkloadResult {
  const snapshot = makeCluster({ pods: 1000, policies: 200, seed: 1 });
  const plain = createPolicyEngine(snapshot);
  const compiled = createCompiledEngine(snapshot);
  const flows = sampleFlows(snapshot.pods, seededRandom('W1'));
  const times = new Float64Array(flows.length);
  const started = performance.now();
  let letters = 0;
  flows.forEach((flow, i) => {
    const before = performance.now();
    letters += explainVerdict(plain.judge(flow), flow).length;
    times[i] = (performance.now() - before) * 1000;
  });
  const totalMs = performance.now() - started;
  const mismatches = flows.filter((flow) => plain.judge(flow).allowed !== compiled.allowed(flow)).length;
  return {
    name: 'W1',
    pods: 1000,
    policies: 200,
    figures: {
      queries: flows.length,
      totalMs: round(totalMs),
      medianUs: quantile(times, 0.5),
      p99Us: quantile(times, 0.99),
      letters,
    },
    hash: hashMatrix(compiled.matrix(question, snapshot.pods)),
    confirmed: { samples: flows.length, mismatches },
  };
}

/** Builds the engine from a snapshot and computes the matrix for one port, several times; the first is the cold one. */
export function allPairs(name: string, pods: number, policies: number, replicas: number): WorkloadResult {
  const snapshot = makeCluster({ pods, policies, seed: 2, replicas });
  const builds: number[] = [];
  const matrices: number[] = [];
  const totals: number[] = [];
  let engine = createCompiledEngine();
  let matrix = engine.matrix(question);
  let allowedPairs = 0;
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    engine = createCompiledEngine(snapshot);
    engine.settle();
    const built = performance.now();
    matrix = engine.matrix(question, snapshot.pods);
    allowedPairs = matrix.countAllowed();
    const done = performance.now();
    builds.push(built - started);
    matrices.push(done - built);
    totals.push(done - started);
  }
  const confirmed = confirm(engine, snapshot, matrix.allowed);
  return {
    name,
    pods,
    policies,
    figures: {
      ...spread('build', builds),
      ...spread('matrix', matrices),
      ...spread('total', totals),
      queryUs: confirmed.queryUs,
      kindsOfSources: matrix.lines.length,
      allowedPairs,
    },
    hash: hashMatrix(matrix),
    confirmed: { samples: confirmed.samples, mismatches: confirmed.mismatches },
  };
}

/** 1,000 changes of policies, pods and namespaces on 1,000 × 200, every row brought up to date after each. */
export function changes(): WorkloadResult {
  const snapshot = makeCluster({ pods: 1000, policies: 200, seed: 2 });
  const random = seededRandom('W5');
  const engine = createCompiledEngine(snapshot);
  const plain = createPolicyEngine(snapshot);
  engine.matrix(question);
  const times = new Float64Array(1000);
  const byKind: Record<string, number[]> = {};
  for (let i = 0; i < times.length; i++) {
    const change = changeCluster(random, plain, snapshot, i);
    const before = performance.now();
    change.apply(engine);
    engine.settle();
    const took = (performance.now() - before) * 1000;
    times[i] = took;
    byKind[change.kind] = [...(byKind[change.kind] ?? []), took];
    change.apply(plain);
  }
  const now: PolicySnapshot = {
    namespaces: [...plain.store.namespaces.values()],
    pods: [...plain.store.pods.values()],
    policies: [],
  };
  const objects = [...plain.store.policies].map(({ object }) => object);
  const fresh = createCompiledEngine({ ...now, policies: objects });
  const hash = hashMatrix(engine.matrix(question, now.pods));
  const confirmed = confirm(engine, { ...now, policies: objects }, engine.matrix(question, now.pods).allowed);
  const kinds = Object.fromEntries(
    Object.entries(byKind).map(([kind, list]) => [`${kind}MedianUs`, quantile(list, 0.5)]),
  );
  return {
    name: 'W5',
    pods: 1000,
    policies: 200,
    figures: {
      changes: times.length,
      medianUs: quantile(times, 0.5),
      meanUs: round(times.reduce((sum, time) => sum + time, 0) / times.length),
      p99Us: quantile(times, 0.99),
      ...kinds,
      equalsFresh: hash === hashMatrix(fresh.matrix(question, now.pods)) ? 1 : 0,
    },
    hash,
    confirmed: { samples: confirmed.samples, mismatches: confirmed.mismatches },
  };
}

function confirm(
  engine: CompiledEngine,
  snapshot: PolicySnapshot,
  allowed: (source: number, destination: number) => boolean,
) {
  const plain = createPolicyEngine(snapshot);
  const random = seededRandom('samples');
  const { pods } = snapshot;
  let mismatches = 0;
  const flows: Flow[] = [];
  for (let i = 0; i < sampleCount; i++) {
    const source = random.integer(pods.length);
    const destination = random.integer(pods.length);
    const flow = flowBetween(pods[source], pods[destination], question.port);
    flows.push(flow);
    if (plain.judge(flow).allowed !== allowed(source, destination)) mismatches++;
  }
  const started = performance.now();
  const answers = flows.map((flow) => engine.allowed(flow));
  const queryUs = round(((performance.now() - started) * 1000) / flows.length);
  mismatches += flows.filter((flow, i) => plain.judge(flow).allowed !== answers[i]).length;
  return { samples: sampleCount, mismatches, queryUs };
}

function sampleFlows(pods: readonly PolicyPod[], random: Random): readonly Flow[] {
  return Array.from({ length: sampleCount }, () =>
    flowBetween(random.pick(pods), random.pick(pods), random.pick(flowPorts)),
  );
}

function flowBetween(source: PolicyPod | undefined, destination: PolicyPod | undefined, port: number): Flow {
  return { sourceIp: source?.ips[0] ?? '', destinationIp: destination?.ips[0] ?? '', protocol: 'TCP', port };
}

function spread(name: string, times: readonly number[]): Record<string, number> {
  return {
    [`${name}FirstMs`]: round(times[0] ?? 0),
    [`${name}MedianMs`]: quantile(times, 0.5),
    [`${name}BestMs`]: quantile(times, 0),
  };
}

function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
