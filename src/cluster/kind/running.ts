/** A kind cluster that is up, behind the provider seam: hosts beyond it, the end of a session, and its removal. */
import type { KubeClient } from '../../kube/client.ts';
import type { Cluster, OutsideHost } from '../provider.ts';
import { searchDomainsOf } from './corefile.ts';
import { deleteNodes } from './create.ts';
import { restoreDns, teachDns } from './dns.ts';
import { type OutsideImages, startOutside, stopOutside } from './outside.ts';
import { planHosts } from './outside-plan.ts';
import type { KindPaths } from './record.ts';
import type { Tools } from './tools.ts';
import type { WaitOptions } from './wait.ts';

export interface RunningKindCluster extends Cluster {
  /** Ends a session: hosts beyond the cluster and their names go, the cluster stays for the next one. Also on dispose. */
  leave(): Promise<void>;
}

export interface RunningParts {
  readonly name: string;
  readonly tools: Tools;
  readonly paths: KindPaths;
  /** Closed with the session. */
  readonly client: KubeClient;
  readonly nodes: readonly string[];
  readonly images: OutsideImages;
  readonly waiting: WaitOptions;
}

export function runningCluster({
  name,
  tools,
  paths,
  client,
  nodes,
  images,
  waiting,
}: RunningParts): RunningKindCluster {
  const outside = { cluster: name, images, nodes, ...waiting };
  const leave = async (): Promise<void> => {
    try {
      await restoreDns(client);
    } finally {
      await stopOutside(tools, outside);
      client.close();
    }
  };
  return {
    name,
    provider: 'kind',
    kubeconfig: paths.kubeconfig,
    async setOutside(hosts: readonly OutsideHost[]) {
      const planned = planHosts(hosts);
      if (planned.length > 0) await startOutside(tools, planned, outside);
      else await stopOutside(tools, outside);
      const searchDomains = planned.length > 0 ? await searchedOnNodes(tools, nodes) : [];
      await teachDns(client, { hosts: planned, searchDomains }, waiting);
    },
    leave,
    async down() {
      client.close();
      // The routes go with the nodes.
      await stopOutside(tools, { cluster: name, nodes: [] });
      await deleteNodes(tools, name, paths);
    },
    [Symbol.asyncDispose]: leave,
  };
}

/** They come from the machine, and are the same on every node. */
async function searchedOnNodes({ engine, run }: Tools, [node]: readonly string[]): Promise<readonly string[]> {
  if (node === undefined) return [];
  const { exitCode, stdout } = await run([engine, 'exec', node, 'cat', '/etc/resolv.conf']);
  return exitCode === 0 ? searchDomainsOf(stdout) : [];
}
