/** A cluster that another process runs, or that is somebody's: reached by its kubeconfig alone. */
import type { Cluster, OutsideHost } from '../../cluster/provider.ts';
import { createKubeClient } from '../../kube/create-client.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import { writeOutsideHosts } from '../../runner/outside-hosts.ts';
import type { Target } from './target.ts';

export type AttachedCluster = Pick<Cluster, 'name' | 'provider' | 'kubeconfig' | 'setOutside'>;

/** Hosts beyond the cluster are asked for through its API: the process that runs it sees to them. */
export async function attachCluster({ name, kubeconfig, record, session }: Target): Promise<AttachedCluster> {
  const { lab } = await readKubeconfig(kubeconfig);
  return {
    name,
    provider: lab?.provider ?? session?.provider ?? record?.provider ?? 'embedded',
    kubeconfig,
    async setOutside(hosts: readonly OutsideHost[]) {
      const client = createKubeClient(await readKubeconfig(kubeconfig));
      try {
        await writeOutsideHosts(client, hosts);
      } finally {
        client.close();
      }
    },
  };
}
