/**
 * Reads sets of the conformance format (one cluster with its flows and verdicts a line, optionally gzipped) and compares the
 * plain evaluator with them: allowed, each direction's verdict, and the rule that decided.
 */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { KubeObject, Labels, NetworkPolicy } from '../src/kube/objects.ts';
import { createPolicyEngine } from '../src/policy/engine.ts';
import type { Decision, Direction, DirectionVerdict, Flow, PolicySnapshot, Protocol } from '../src/policy/model.ts';

export interface ConformanceCase {
  readonly ID: string;
  readonly Namespaces: Readonly<Record<string, Labels>>;
  readonly Pods: readonly {
    readonly Namespace: string;
    readonly Name: string;
    readonly IP: string;
    readonly Labels: Labels | null;
    readonly ServiceAccount?: string;
    readonly Ports: readonly { readonly Name: string; readonly Port: number; readonly Protocol: Protocol }[] | null;
  }[];
  readonly Policies: readonly NetworkPolicy[] | null;
  readonly Calico?: readonly KubeObject[] | null;
  readonly Flows: readonly ConformanceFlow[] | null;
  readonly Traces: readonly (readonly string[])[] | null;
}

type Verdict = -1 | 0 | 1;
export type ConformanceFlow = readonly [
  source: string,
  destination: string,
  protocol: Protocol,
  port: number,
  allowed: 0 | 1,
  egress: Verdict,
  egressTrace: number,
  ingress: Verdict,
  ingressTrace: number,
];

export interface Mismatch {
  readonly file: string;
  readonly cluster: string;
  readonly flow: ConformanceFlow;
  readonly about: 'allowed' | 'egress' | 'ingress' | 'egress-decision' | 'ingress-decision';
  readonly expected: string;
  readonly actual: string;
}

export interface Comparison {
  readonly clusters: number;
  /** Judged; those from a pod to itself are skipped, as the format says. */
  readonly flows: number;
  readonly skipped: number;
  readonly mismatches: readonly Mismatch[];
}

export async function readConformanceSet(file: string): Promise<readonly ConformanceCase[]> {
  const bytes = await readFile(file);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as ConformanceCase);
}

export function snapshotOf(cluster: ConformanceCase): PolicySnapshot {
  return {
    namespaces: Object.entries(cluster.Namespaces).map(([name, labels]) => ({ name, labels: labels ?? {} })),
    pods: cluster.Pods.map((pod) => ({
      namespace: pod.Namespace,
      name: pod.Name,
      labels: pod.Labels ?? {},
      ips: [pod.IP],
      ...(pod.ServiceAccount && { serviceAccount: pod.ServiceAccount }),
      ports: (pod.Ports ?? []).map(({ Name, Port, Protocol }) => ({ name: Name, port: Port, protocol: Protocol })),
    })),
    policies: [...(cluster.Policies ?? []), ...(cluster.Calico ?? [])],
  };
}

export function flowOf([sourceIp, destinationIp, protocol, port]: ConformanceFlow): Flow {
  return { sourceIp, destinationIp, protocol, port };
}

/** The flows that a set has an opinion on. */
export function judgedFlows(cluster: ConformanceCase): readonly ConformanceFlow[] {
  return (cluster.Flows ?? []).filter(([source, destination]) => source !== destination);
}

export function compareSet(file: string, clusters: readonly ConformanceCase[]): Comparison {
  const mismatches: Mismatch[] = [];
  let flows = 0;
  let skipped = 0;
  for (const cluster of clusters) {
    const engine = createPolicyEngine(snapshotOf(cluster));
    const judged = judgedFlows(cluster);
    flows += judged.length;
    skipped += (cluster.Flows?.length ?? 0) - judged.length;
    for (const flow of judged) {
      const verdict = engine.judge(flowOf(flow));
      const report = (about: Mismatch['about'], expected: string, actual: string): void => {
        if (expected !== actual) mismatches.push({ file, cluster: cluster.ID, flow, about, expected, actual });
      };
      report('allowed', String(flow[4]), verdict.allowed ? '1' : '0');
      compareDirection(cluster, flow, verdict.egress, 'Egress', report);
      compareDirection(cluster, flow, verdict.ingress, 'Ingress', report);
    }
  }
  return { clusters: clusters.length, flows, skipped, mismatches };
}

function compareDirection(
  cluster: ConformanceCase,
  flow: ConformanceFlow,
  { allowed, decision }: DirectionVerdict,
  direction: Direction,
  report: (about: Mismatch['about'], expected: string, actual: string) => void,
): void {
  const [expected, traceIndex] = direction === 'Egress' ? [flow[5], flow[6]] : [flow[7], flow[8]];
  const about = direction === 'Egress' ? 'egress' : 'ingress';
  report(about, String(expected), decision.by === 'not-a-pod' ? '-1' : allowed ? '1' : '0');
  const decided = cluster.Traces?.[traceIndex]?.at(-1);
  if (decided === undefined || expected === -1) return;
  const pod = cluster.Pods.find(({ IP }) => IP === flow[direction === 'Egress' ? 0 : 1]);
  report(`${about}-decision`, foldTrace(cluster, decided, direction), traceOf(decision, pod?.Namespace ?? ''));
}

/** Our decision in the words of the traces; a Kubernetes rule by its own index. */
function traceOf(decision: Decision, namespace: string): string {
  switch (decision.by) {
    case 'default-allow':
      return `profile|kns.${namespace}|0|allow`;
    case 'profile':
      return `profile|${decision.profile}|0|${decision.action.toLowerCase()}`;
    case 'isolation':
      return `${decision.tier}|end-of-tier|Deny`;
    case 'rule': {
      const { policy, ruleIndex, action } = decision;
      const kind = traceKinds[policy.kind] ?? policy.kind;
      return `${policy.tier}|${kind}|${policy.namespace ?? ''}/${policy.name}|${ruleIndex}|${action.toLowerCase()}`;
    }
    default:
      return decision.by;
  }
}

const traceKinds: Readonly<Record<string, string>> = {
  NetworkPolicy: 'KubernetesNetworkPolicy',
  CalicoNetworkPolicy: 'NetworkPolicy',
};

/** Calico writes one rule for each (protocol, peer) of a Kubernetes rule: folds its number back into Kubernetes' index. */
function foldTrace(cluster: ConformanceCase, trace: string, direction: Direction): string {
  const [tier, kind, name = '', rule, action] = trace.split('|');
  if (kind !== 'KubernetesNetworkPolicy') return trace;
  const policy = cluster.Policies?.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name);
  const rules = (direction === 'Egress' ? policy?.spec?.egress : policy?.spec?.ingress) ?? [];
  let end = 0;
  const index = rules.findIndex(({ ports, ...peers }) => {
    const others = 'to' in peers ? peers.to : 'from' in peers ? peers.from : undefined;
    const protocols = new Set((ports ?? []).map(({ protocol }) => protocol ?? 'TCP'));
    end += Math.max(1, protocols.size) * Math.max(1, others?.length ?? 0);
    return Number(rule) < end;
  });
  return [tier, kind, name, index, action].join('|');
}
