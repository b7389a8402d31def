/** Who decides a flow, in the policy engine's words, what the diagnosis finds, and which command to run next. */
import type { Explained } from '../check/describe-result.ts';
import type { ProbeResult } from '../check/grade.ts';
import { type Diagnosis, diagnoseFlow } from '../diagnose/diagnose-flow.ts';
import { type ClusterObjects, resolveQuestion } from '../diagnose/question.ts';
import type { Outcome, ProbeRequest } from '../probe/observation.ts';
import { printSource, printTargetOf } from '../scenario/endpoint.ts';
import type { Outside, ProbeSpec } from '../scenario/model.ts';
import type { LabContext } from './context.ts';
import { resolveProbe } from './resolve-probe.ts';

export interface Wanted {
  readonly observed?: Outcome;
  readonly wanted: 'allowed' | 'blocked';
}

export function diagnoseRequest(
  view: ClusterObjects,
  request: ProbeRequest,
  outside: readonly Outside[],
  { observed, wanted }: Wanted,
): Diagnosis {
  const { snapshot, question } = resolveQuestion(view, {
    source: { namespace: request.namespace, name: request.pod },
    host: request.host,
    port: request.port,
    protocol: request.protocol,
    outside: Object.fromEntries(outside.map(({ name, addresses = [] }) => [name, addresses])),
  });
  return diagnoseFlow(snapshot, question, { wanted, ...(observed && observed !== 'unknown' && { observed }) });
}

/** For a result that is not as it should be. */
export async function explainResult(
  { client, scenario }: LabContext,
  view: ClusterObjects,
  { probe, observation, expected }: ProbeResult,
): Promise<Explained> {
  const resolved = await resolveProbe(client, probe.from, probe.to, scenario.outside);
  if ('missing' in resolved || observation.outcome === 'unknown')
    return { next: `kubectl -n ${probe.from.namespace} get pods` };
  const wanted = expected === 'allowed' ? 'allowed' : 'blocked';
  const { decidedBy } = diagnoseRequest(view, resolved.request, scenario.outside, {
    observed: observation.outcome,
    wanted,
  });
  return { decidedBy, next: whyCommand(probe) };
}

export function whyCommand({ from, to }: Pick<ProbeSpec, 'from' | 'to'>): string {
  return `netpol-lab why ${printSource(from)} ${printTargetOf(to)}`;
}
