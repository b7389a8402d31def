/** What a page may leave open because it differs from cluster to cluster: the node that the lesson's pod runs on. */
import { wellKnown } from '../kube/client.ts';
import type { Pod } from '../kube/objects.ts';
import type { LabContext } from './context.ts';
import type { PageVariables } from './play-command.ts';
import { sourcePod } from './resolve-probe.ts';

export async function pageVariables({ client, scenario }: LabContext): Promise<PageVariables> {
  const symptom = scenario.probes.find(({ id }) => id === scenario.cause.probe);
  if (!symptom) return {};
  const name = await sourcePod(client, symptom.from);
  const pod = name === undefined ? undefined : await client.find<Pod>(wellKnown.pods, symptom.from.namespace, name);
  return pod?.spec?.nodeName ? { NODE: pod.spec.nodeName } : {};
}
