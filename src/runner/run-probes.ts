/** Runs a scenario's probes side by side and grades each against what the phase expects. */
import { gradeProbe, type ProbeResult } from '../check/grade.ts';
import { type ProbeClient, runProbe } from '../probe/run-probe.ts';
import type { Phase, ProbeSpec } from '../scenario/model.ts';
import type { LabContext } from './context.ts';
import { type Lookup, rememberLookups, resolveProbe } from './resolve-probe.ts';

/** In the order of `probes`. */
export async function runProbes(
  context: LabContext,
  phase: Phase,
  probes: readonly ProbeSpec[] = context.scenario.probes,
): Promise<readonly ProbeResult[]> {
  const lookup = rememberLookups(context.client);
  return Promise.all(
    probes.map(async (probe) => {
      const result = await runOne(context, lookup, phase, probe);
      context.emit({ type: 'probe-finished', phase, result });
      return result;
    }),
  );
}

async function runOne(
  { client, scenario, signal, probeImage }: LabContext,
  lookup: Lookup,
  phase: Phase,
  probe: ProbeSpec,
): Promise<ProbeResult> {
  const resolved = await resolveProbe(lookup, probe.from, probe.to, scenario.outside);
  if ('missing' in resolved) {
    return gradeProbe(probe, phase, {
      outcome: 'unknown',
      reason: 'no-such-pod',
      detail: resolved.missing,
      evidence: [],
    });
  }
  const prober: ProbeClient = {
    find: lookup.find,
    exec: (...call) => client.exec(...call),
    json: client.json.bind(client),
  };
  return gradeProbe(
    probe,
    phase,
    await runProbe(prober, resolved.request, { signal, ...(probeImage && { probeImage }) }),
  );
}
