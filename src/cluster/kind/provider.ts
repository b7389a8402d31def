/** kind behind the provider seam: which programs it needs, what its clusters can do, and which of them are ours to remove. */
import type { Capability, ClusterProvider, UpOptions } from '../provider.ts';
import { BringUp } from './bring-up.ts';
import type { KindCni } from './config.ts';
import { deleteNodes, listKindClusters, refuseUnlessOurs } from './create.ts';
import type { KindProviderOptions } from './options.ts';
import { stopOutside } from './outside.ts';
import { checkPrograms, findTools, refuseProblems } from './preflight.ts';
import { kindPaths, readKindRecord } from './record.ts';
import type { RunningKindCluster } from './running.ts';

export interface KindProvider extends ClusterProvider {
  up(options: UpOptions): Promise<RunningKindCluster>;
  /** Removes a cluster that we have made; false when there is none. Throws LabError ERR_CLUSTER_EXISTS for somebody else's. */
  remove(name: string): Promise<boolean>;
}

/** That a CNI which the user brings enforces policy is for the canary to find out. */
export function kindCapabilities(cni: KindCni = 'calico'): ReadonlySet<Capability> {
  const capabilities = new Set<Capability>(['dns', 'outside-world', 'host-network', 'enforces-policy']);
  if (cni === 'calico') capabilities.add('calico-policy');
  return capabilities;
}

export function kindProvider(options: KindProviderOptions): KindProvider {
  return {
    name: 'kind',
    capabilities: kindCapabilities(options.cni),
    preflight: async () => checkPrograms(await findTools(options.env)),
    async up(request) {
      const tools = await findTools(options.env);
      refuseProblems(await checkPrograms(tools, request.signal));
      return new BringUp(options, request, tools).up();
    },
    remove: (name) => removeCluster(options, name),
  };
}

async function removeCluster({ env, home }: KindProviderOptions, name: string): Promise<boolean> {
  const tools = await findTools(env);
  refuseProblems(await checkPrograms(tools));
  const paths = kindPaths(home, name);
  const record = await readKindRecord(paths);
  const exists = (await listKindClusters(tools)).includes(name);
  if (!exists && !record) return false;
  if (exists) await refuseUnlessOurs(tools, name, paths, { recorded: record !== undefined });
  // The nodes and their routes go with the cluster.
  await stopOutside(tools, { cluster: name, nodes: [] });
  await deleteNodes(tools, name, paths);
  return true;
}
