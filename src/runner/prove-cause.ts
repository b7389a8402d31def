/** Does the declared cause hold? A diagnosis of the symptom's flow must find it: same object, same direction, same code. */
import { findsCause } from '../diagnose/finding.ts';
import type { Problem } from '../scenario/location.ts';
import { viewCluster } from './cluster-view.ts';
import type { LabContext } from './context.ts';
import { diagnoseRequest } from './explain.ts';
import { problemAt } from './prove-problems.ts';
import { resolveProbe } from './resolve-probe.ts';
import { symptomOf } from './symptom.ts';

export async function proveCause(context: LabContext): Promise<readonly Problem[]> {
  const { scenario, client } = context;
  const { cause } = scenario;
  const probe = symptomOf(scenario);
  const resolved = await resolveProbe(client, probe.from, probe.to, scenario.outside);
  if ('missing' in resolved) return [problemAt(cause.at, 'cause-wrong', `cause: ${resolved.missing}`)];
  const wanted = probe.expect.healthy === 'allowed' ? 'allowed' : 'blocked';
  const view = await viewCluster(client);
  const { findings, decidedBy } = diagnoseRequest(view, resolved.request, scenario.outside, { wanted });
  if (findsCause(findings, cause)) return [];
  const found =
    findings.map(({ code, object, direction }) => `${code} ${object} (${direction})`).join(', ') || 'nothing';
  const declared = `${cause.finding} ${cause.object} (${cause.direction})`;
  return [
    problemAt(
      cause.at,
      'cause-wrong',
      `cause: the declared cause ${declared} is not what a diagnosis of probe ${probe.id} finds: ${found}; decided by: ${decidedBy ?? 'nobody'}`,
    ),
  ];
}
