/** Teaches CoreDNS names, and takes them back: the ConfigMap, then a rollout, because a mounted ConfigMap takes a minute to arrive. */
import { LabError } from '../../kit/errors.ts';
import { type KubeClient, wellKnown } from '../../kube/client.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import { withHosts, withoutHosts } from './corefile.ts';
import type { PlannedHost } from './outside-plan.ts';
import { deploymentReady, type WaitOptions, waitFor } from './wait.ts';

const place = ['kube-system', 'coredns'] as const;

export interface Names {
  readonly hosts: readonly PlannedHost[];
  readonly searchDomains: readonly string[];
}

/** Waits until every DNS pod answers for these names. No hosts: as restoreDns, but waits. */
export async function teachDns(
  client: KubeClient,
  { hosts, searchDomains }: Names,
  options: WaitOptions,
): Promise<void> {
  const changed = await changeCorefile(client, (corefile) => withHosts(corefile, hosts, searchDomains));
  if (changed) await waitFor('CoreDNS', () => deploymentReady(client, ...place), options);
}

/** The Corefile as it was before us. Does not wait for the pods. */
export async function restoreDns(client: KubeClient): Promise<boolean> {
  return changeCorefile(client, withoutHosts);
}

async function changeCorefile(client: KubeClient, change: (corefile: string) => string): Promise<boolean> {
  const found = await client.find<ConfigMap>(wellKnown.configMaps, ...place);
  const corefile = found?.data?.['Corefile'];
  if (corefile === undefined) {
    throw new LabError('ERR_STATE', 'the ConfigMap kube-system/coredns has no Corefile', {
      cure: 'netpol-lab cluster down --on kind, then start again',
    });
  }
  const wanted = change(corefile);
  if (wanted === corefile) return false;
  await client.patch(wellKnown.configMaps, ...place, { data: { Corefile: wanted } });
  const annotations = { 'netpol-lab/corefile-changed-at': new Date().toISOString() };
  await client.patch(wellKnown.deployments, ...place, { spec: { template: { metadata: { annotations } } } });
  return true;
}
