/** Who decided a flow, in the policy engine's words, and what to run next. Says nothing where policy is not the reason. */
import type { Explained } from '../check/describe-result.ts';
import type { ProbeResult } from '../check/grade.ts';
import { explainVerdict } from '../policy/explain.ts';
import { printSource, printTargetOf } from '../scenario/endpoint.ts';
import type { Outside, ProbeSpec } from '../scenario/model.ts';
import type { ClusterView } from './cluster-view.ts';
import { flowsOf, type NamedFlow } from './flows.ts';

/** `pod` is the source pod's name as it was resolved. */
export function explainResult(
  view: ClusterView,
  result: ProbeResult,
  pod: string,
  outside: readonly Outside[],
): Explained {
  const { probe, observation } = result;
  if (observation.outcome === 'unknown') return { next: `kubectl -n ${probe.from.namespace} get pod ${pod}` };
  const source = { namespace: probe.from.namespace, pod };
  const flows = flowsOf(view, source, probe.to, outside);
  return { decidedBy: decide(view, source, flows, observation.outcome === 'allowed'), next: whyCommand(probe) };
}

/** For a blocked probe the first flow that policy denies; for an allowed one what lets it through. */
function decide(
  view: ClusterView,
  source: { namespace: string; pod: string },
  flows: readonly NamedFlow[],
  allowed: boolean,
): string | undefined {
  const name = `${source.namespace}/${source.pod}`;
  const judged = flows.map((named) => ({ ...named, verdict: view.engine.judge(named.flow) }));
  const chosen = allowed
    ? judged.find(({ role }) => role === 'connection')
    : judged.find(({ verdict }) => !verdict.allowed);
  if (chosen) return explainVerdict(chosen.verdict, chosen.flow, { source: name, destination: chosen.destination });
  return flows.length > 0 ? 'no NetworkPolicy: every policy allows this flow, so look at another layer' : undefined;
}

export function whyCommand({ from, to }: Pick<ProbeSpec, 'from' | 'to'>): string {
  return `netpol-lab why ${printSource(from)} ${printTargetOf(to)}`;
}
