/** Runs a scenario's probes side by side and grades each against what the phase expects. */
import { gradeProbe, type ProbeResult } from '../check/grade.ts';
import { runProbe } from '../probe/run-probe.ts';
import type { Phase, ProbeSpec } from '../scenario/model.ts';
import type { LabContext } from './context.ts';
import { resolveProbe } from './resolve-probe.ts';

/** In the order of `probes`. */
export async function runProbes(
  context: LabContext,
  phase: Phase,
  probes: readonly ProbeSpec[] = context.scenario.probes,
): Promise<readonly ProbeResult[]> {
  return Promise.all(
    probes.map(async (probe) => {
      const result = await runOne(context, phase, probe);
      context.emit({ type: 'probe-finished', phase, result });
      return result;
    }),
  );
}

async function runOne({ client, scenario, signal }: LabContext, phase: Phase, probe: ProbeSpec): Promise<ProbeResult> {
  const resolved = await resolveProbe(client, probe.from, probe.to, scenario.outside);
  if ('missing' in resolved) {
    return gradeProbe(probe, phase, {
      outcome: 'unknown',
      reason: 'no-such-pod',
      detail: resolved.missing,
      evidence: [],
    });
  }
  return gradeProbe(probe, phase, await runProbe(client, resolved.request, { signal }));
}
