/** Does the declared cause hold? The policy that decides the symptom's flow must be the one that the scenario names. */
import { printPolicy } from '../policy/explain.ts';
import type { PolicyRef } from '../policy/model.ts';
import type { Problem } from '../scenario/location.ts';
import { viewCluster } from './cluster-view.ts';
import type { LabContext } from './context.ts';
import { flowsOf } from './flows.ts';
import { sourcePod } from './resolve-probe.ts';

export async function proveCause(context: LabContext): Promise<readonly Problem[]> {
  const { scenario, client } = context;
  const { cause } = scenario;
  const probe = scenario.probes.find(({ id }) => id === cause.probe);
  if (!probe) return [];
  const view = await viewCluster(client);
  const pod = (await sourcePod(client, probe.from)) ?? '';
  const flows = flowsOf(view, { namespace: probe.from.namespace, pod }, probe.to, scenario.outside);
  const denied = flows.map(({ flow }) => view.engine.judge(flow)).find(({ allowed }) => !allowed);
  if (!denied)
    return [
      {
        ...cause.at,
        message: `cause: policy allows the flow of probe ${probe.id}, so ${cause.object} is not its cause`,
      },
    ];
  const side = cause.direction === 'Egress' ? denied.egress : denied.ingress;
  const { decision } = side;
  const deciding: readonly PolicyRef[] =
    decision.by === 'isolation' ? decision.policies : decision.by === 'rule' ? [decision.policy] : [];
  const names = deciding.map(printPolicy);
  if (!side.allowed && names.includes(cause.object)) return [];
  return [
    {
      ...cause.at,
      message: `cause: ${cause.object} is declared for ${cause.direction.toLowerCase()}, but the flow of probe ${probe.id} is decided by ${names.join(', ') || decision.by}`,
    },
  ];
}
