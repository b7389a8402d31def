/**
 * What the policy engine is measured by: W1 explained queries, W2 all pairs, W3 all pairs of replicated pods, W5 changes. Every
 * workload makes its cluster from a fixed seed and lets the plain evaluator confirm samples of its answer.
 */
import { type Random, seededRandom } from '../src/kit/random.ts';
import { type CompiledEngine, createCompiledEngine } from '../src/policy/compiled/engine.ts';
import { createPolicyEngine } from '../src/policy/engine.ts';
import { explainVerdict } from '../src/policy/explain.ts';
import type { Flow, PolicyPod, PolicySnapshot } from '../src/policy/model.ts';
import { type Change, changeCluster } from './bench-changes.ts';
import { makeCluster } from './bench-cluster.ts';
import { hashMatrix } from './bench-hash.ts';
import { mean, processorMs, quantile, round, spread, type WorkloadResult } from './bench-result.ts';

const question = { protocol: 'TCP', port: 80 } as const;
const sampleCount = 20_000;
const runs = 9;
const changePasses = 7;
const flowPorts = [80, 443, 5432, 8080, 22] as const;

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
    figures: {
      pods: 1000,
      policies: 200,
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
  const processor: number[] = [];
  let engine = createCompiledEngine();
  let matrix = engine.matrix(question);
  let allowedPairs = 0;
  for (let run = 0; run < runs; run++) {
    const processorBefore = processorMs();
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
    processor.push(processorMs() - processorBefore);
  }
  const confirmed = confirm(engine, snapshot, matrix.allowed);
  return {
    name,
    figures: {
      pods,
      policies,
      ...spread('build', builds),
      ...spread('matrix', matrices),
      ...spread('total', totals),
      ...spread('processor', processor),
      queryUs: confirmed.queryUs,
      kindsOfSources: matrix.lines.length,
      allowedPairs,
    },
    hash: hashMatrix(matrix),
    confirmed: { samples: confirmed.samples, mismatches: confirmed.mismatches },
  };
}

/**
 * 1,000 changes of policies, pods and namespaces on 1,000 × 200, every row brought up to date after each. The same changes are
 * made on several engines one after the other: first in a cold process, then in one that runs for a while.
 */
export function changes(): WorkloadResult {
  const snapshot = makeCluster({ pods: 1000, policies: 200, seed: 2 });
  const plain = createPolicyEngine(snapshot);
  const list = planChanges(plain, snapshot);
  let engine = createCompiledEngine();
  const passes = Array.from({ length: changePasses }, () => {
    engine = createCompiledEngine(snapshot);
    engine.matrix(question);
    return timeChanges(engine, list);
  });
  const [first] = passes;
  const last = passes.at(-1) ?? first;
  const policies = [...plain.store.policies].map(({ object }) => object);
  const now: PolicySnapshot = {
    namespaces: [...plain.store.namespaces.values()],
    pods: [...plain.store.pods.values()],
    policies,
  };
  const matrix = engine.matrix(question, now.pods);
  const hash = hashMatrix(matrix);
  const fresh = hashMatrix(createCompiledEngine(now).matrix(question, now.pods));
  const confirmed = confirm(engine, now, matrix.allowed);
  const means = passes.map(({ meanUs }) => meanUs);
  return {
    name: 'W5',
    figures: {
      pods: 1000,
      policies: 200,
      changes: list.length,
      firstMedianUs: first?.medianUs ?? Number.NaN,
      firstMeanUs: first?.meanUs ?? Number.NaN,
      ...last?.figures,
      meanMedianUs: quantile(means, 0.5),
      meanBestUs: quantile(means, 0),
      equalsFresh: hash === fresh ? 1 : 0,
    },
    hash,
    confirmed: { samples: confirmed.samples, mismatches: confirmed.mismatches },
  };
}

/** Made beforehand, so that nothing but the engine runs while time is taken. `plain` ends up as the cluster does. */
function planChanges(plain: ReturnType<typeof createPolicyEngine>, snapshot: PolicySnapshot): readonly Change[] {
  const random = seededRandom('W5');
  return Array.from({ length: 1000 }, (_, i) => {
    const change = changeCluster(random, plain, snapshot, i);
    change.apply(plain);
    return change;
  });
}

function timeChanges(engine: CompiledEngine, list: readonly Change[]) {
  const times = new Float64Array(list.length);
  const processorBefore = processorMs();
  list.forEach((change, i) => {
    const before = performance.now();
    change.apply(engine);
    engine.settle();
    times[i] = (performance.now() - before) * 1000;
  });
  const processorUs = round(((processorMs() - processorBefore) * 1000) / list.length);
  const kinds = new Set(list.map(({ kind }) => kind));
  const perKind = [...kinds].sort().map((kind) => {
    const own = times.filter((_, i) => list[i]?.kind === kind);
    return [`${kind}MedianUs`, quantile(own, 0.5)] as const;
  });
  const medianUs = quantile(times, 0.5);
  const meanUs = mean(times);
  const figures = { medianUs, p99Us: quantile(times, 0.99), processorUs, ...Object.fromEntries(perKind) };
  return { medianUs, meanUs, figures };
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
