/** Why does this flow work, or not? One live probe and one diagnosis of the same flow, side by side: seen, and decided. */
import type { Diagnosis } from '../diagnose/diagnose-flow.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Observation, ProbeRequest } from '../probe/observation.ts';
import { runProbe } from '../probe/run-probe.ts';
import type { Destination, Source } from '../scenario/endpoint.ts';
import type { Outside } from '../scenario/model.ts';
import { viewCluster } from './cluster-view.ts';
import { diagnoseRequest } from './explain.ts';
import { resolveProbe } from './resolve-probe.ts';

export interface Why {
  readonly request: ProbeRequest;
  readonly observation: Observation;
  readonly diagnosis: Diagnosis;
}

export interface WhyOptions {
  readonly outside: readonly Outside[];
  readonly signal: AbortSignal;
  readonly probeImage?: string | undefined;
}

/** What is missing (a pod, a Service) instead, where the question has no answer. */
export async function askWhy(
  client: KubeClient,
  from: Source,
  to: Destination,
  { outside, signal, probeImage }: WhyOptions,
): Promise<Why | { readonly missing: string }> {
  const resolved = await resolveProbe(client, from, to, outside);
  if ('missing' in resolved) return resolved;
  const { request } = resolved;
  const options = { signal, ...(probeImage && { probeImage }) };
  const [observation, view] = await Promise.all([runProbe(client, request, options), viewCluster(client)]);
  if (observation.reason === 'no-such-pod') return { missing: observation.detail };
  const wanted = observation.outcome === 'allowed' ? 'blocked' : 'allowed';
  const diagnosis = diagnoseRequest(view, request, outside, { observed: observation.outcome, wanted });
  return { request, observation, diagnosis };
}
