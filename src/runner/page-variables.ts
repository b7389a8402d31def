/** What a page may leave open because it differs from cluster to cluster: the node that the lesson's pod runs on. */
import { wellKnown } from '../kube/client.ts';
import type { Pod } from '../kube/objects.ts';
import type { LabContext } from './context.ts';
import type { PageVariables } from './play-command.ts';
import { sourcePod } from './resolve-probe.ts';
import { symptomOf } from './symptom.ts';

export async function pageVariables({ client, scenario }: LabContext): Promise<PageVariables> {
  const symptom = symptomOf(scenario);
  const name = await sourcePod(client, symptom.from);
  const pod = name === undefined ? undefined : await client.find<Pod>(wellKnown.pods, symptom.from.namespace, name);
  return pod?.spec?.nodeName ? { NODE: pod.spec.nodeName } : {};
}
