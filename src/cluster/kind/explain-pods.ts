/** Why the system's pods are not up: what each waits for, and the last words of containers that ended. */
import { type KubeClient, pathOf, wellKnown } from '../../kube/client.ts';
import type { Pod } from '../../kube/objects.ts';

const namespace = 'kube-system';
/** More of them say the same. */
const most = 4;

export async function explainPods(client: KubeClient): Promise<string> {
  const pods = await client.list<Pod>(wellKnown.pods, namespace);
  const down = pods.filter((pod) => !isReady(pod)).slice(0, most);
  return (await Promise.all(down.map((pod) => explainPod(client, pod)))).join('\n');
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

async function explainPod(client: KubeClient, { metadata, status }: Pod): Promise<string> {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const waiting = containers.find(({ state }) => (state?.waiting?.reason ?? 'PodInitializing') !== 'PodInitializing');
  const unscheduled = status?.conditions?.find(
    ({ type, status: value }) => type === 'PodScheduled' && value === 'False',
  );
  const why = waiting?.state?.waiting?.reason ?? unscheduled?.message ?? status?.phase ?? 'Pending';
  const line = `${namespace}/${metadata.name}: ${why}`;
  if (!waiting || waiting.restartCount === 0) return line;
  const path = `${pathOf(wellKnown.pods, namespace, metadata.name, 'log')}?container=${waiting.name}&previous=true&tailLines=5`;
  const { code, text } = await client.raw({ path });
  const words = code === 200 ? text.trimEnd().split('\n') : [];
  return [line, ...words.map((word) => `  ${waiting.name}: ${word}`)].join('\n');
}
