/** Runs a scenario's probes side by side and grades each against what the phase expects. */
import { gradeProbe, type ProbeResult, seesExactly } from '../check/grade.ts';
import { type ProbeClient, runProbe } from '../probe/run-probe.ts';
import type { Phase, ProbeSpec } from '../scenario/model.ts';
import type { LabContext } from './context.ts';
import { type Lookup, rememberLookups, resolveProbe } from './resolve-probe.ts';
import { settle } from './settle.ts';

export interface ProbesOptions {
  /**
   * For a phase that nobody has touched: a probe that does not see what is declared looks again, as often as this in all,
   * before that counts. A busy cluster may take seconds until policies, endpoints and names are felt. Default 1.
   */
  readonly attempts?: number;
}

/** What a proof and the start of a session grant: some ten seconds where it takes that long, nothing where it does not. */
export const patientAttempts = 5;

/** In the order of `probes`. */
export async function runProbes(
  context: LabContext,
  phase: Phase,
  probes: readonly ProbeSpec[] = context.scenario.probes,
  { attempts = 1 }: ProbesOptions = {},
): Promise<readonly ProbeResult[]> {
  const lookup = rememberLookups(context.client);
  return Promise.all(
    probes.map(async (probe) => {
      let result = await runOne(context, lookup, phase, probe);
      for (let attempt = 1; attempt < attempts && !seesExactly(result); attempt++) {
        await settle(context, [probe.from.namespace], 1);
        result = await runOne(context, rememberLookups(context.client), phase, probe);
      }
      context.emit({ type: 'probe-finished', phase, result });
      return result;
    }),
  );
}

/** On a small machine an exec into a real container takes up to four seconds when many start at once, as recordings show. */
const realGraceMs = 9000;

async function runOne(
  { client, cluster, scenario, signal, probeImage }: LabContext,
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
    await runProbe(prober, resolved.request, {
      signal,
      ...(probeImage && { probeImage }),
      ...(cluster.provider !== 'embedded' && { graceMs: realGraceMs }),
    }),
  );
}
