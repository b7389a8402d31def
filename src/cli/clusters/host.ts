/** An embedded cluster in this process: made, written into the registry if others may find it, and taken down again. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createEmbeddedCluster, type EmbeddedCluster } from '../../cluster/embedded/cluster.ts';
import type { CniName } from '../../cluster/embedded/net/cni-profiles.ts';
import type { Cluster } from '../../cluster/provider.ts';
import { type Clock, realClock } from '../../kit/clock.ts';
import { LabError } from '../../kit/errors.ts';
import { virtualClock } from '../../kit/virtual-clock.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import { stateNamespace } from '../../runner/context.ts';
import { outsideHostsName, parseOutsideHosts } from '../../runner/outside-hosts.ts';
import type { ClockChoice } from '../commands/options.ts';
import type { CliIo } from '../io.ts';
import { stateFolder } from '../paths.ts';
import { checkClusterName, claimName, clusterFolder, findCluster, removeRecord, writeRecord } from '../registry.ts';
import { makePrivateFolder, removeAbandonedFolders } from './private-folder.ts';

export interface HostOptions {
  readonly name: string;
  readonly clock: ClockChoice;
  /** Default: calico. */
  readonly cni?: CniName | undefined;
  readonly seed: string;
  readonly workers?: number;
  readonly port?: number | undefined;
}

export interface HostedCluster
  extends Pick<Cluster, 'name' | 'provider' | 'kubeconfig' | 'setOutside'>,
    AsyncDisposable {
  readonly server: string;
}

/** For one run: nobody else can find it, and its folder is temporary. */
export async function hostPrivately(io: CliIo, options: HostOptions): Promise<HostedCluster> {
  const [folder] = await Promise.all([makePrivateFolder(io), removeAbandonedFolders(io)]);
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    return await host(options, clockOf(options.clock, false), join(folder, 'kubeconfig'), removeFolder);
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

/** Under its name, for every terminal. Throws LabError ERR_CLUSTER_EXISTS. */
export async function hostByName(
  io: CliIo,
  options: HostOptions,
  { detached }: { readonly detached: boolean },
): Promise<HostedCluster> {
  const { name, clock, cni = 'calico' } = options;
  const { pid } = io;
  checkClusterName(name);
  const home = stateFolder(io);
  await refuseRunning(io, name);
  await claimName(home, { name, pid });
  const forget = () => removeRecord(home, { name, pid });
  const path = join(clusterFolder(home, name), 'kubeconfig');
  const cluster = await host(options, clockOf(clock, true), path, forget).catch(async (error: unknown) => {
    await forget();
    throw error;
  });
  try {
    const { kubeconfig, server } = cluster;
    const startedAt = new Date().toISOString();
    await writeRecord(home, {
      schemaVersion: 1,
      name,
      provider: 'embedded',
      pid,
      kubeconfig,
      server,
      clock,
      cni,
      detached,
      startedAt,
    });
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

export async function refuseRunning(io: CliIo, name: string): Promise<void> {
  const { record, cleaned } = await findCluster(stateFolder(io), name);
  if (cleaned) io.stderr.write(`${cleaned}\n`);
  if (!record) return;
  throw new LabError('ERR_CLUSTER_EXISTS', `a cluster "${name}" is running already (process ${record.pid})`, {
    details: `kubeconfig: ${record.kubeconfig}`,
    cure: `act on it from here (netpol-lab verify, hint, why), choose another --name, or stop it with: netpol-lab cluster down --name ${name}`,
  });
}

/** A cluster that others use has time that passes by itself as well: a script's `sleep 5` is five seconds there, too. */
function clockOf(choice: ClockChoice, flows: boolean): Clock {
  return choice === 'virtual' ? virtualClock({ flows }) : realClock();
}

async function host(
  options: HostOptions,
  clock: Clock,
  kubeconfigPath: string,
  afterwards: () => Promise<void>,
): Promise<HostedCluster> {
  const cluster = await createEmbeddedCluster({
    name: options.name,
    clock,
    seed: options.seed,
    kubeconfigPath,
    ...(options.cni && { cni: options.cni }),
    ...(options.workers !== undefined && { workers: options.workers }),
    ...(options.port !== undefined && { port: options.port }),
  });
  const unsubscribe = followOutsideHosts(cluster);
  return {
    name: options.name,
    provider: 'embedded',
    kubeconfig: kubeconfigPath,
    server: cluster.url,
    setOutside: async (hosts) => cluster.setOutside(hosts),
    async [Symbol.asyncDispose]() {
      unsubscribe();
      try {
        await cluster.close();
      } finally {
        await afterwards();
      }
    },
  };
}

/** Sessions in other processes ask for hosts beyond the cluster by a ConfigMap. */
function followOutsideHosts({ machinery, setOutside }: EmbeddedCluster): () => void {
  return machinery.subscribe('configmaps', ({ type, object }) => {
    if (object.metadata.namespace !== stateNamespace || object.metadata.name !== outsideHostsName) return;
    const hosts = type === 'DELETED' ? [] : parseOutsideHosts((object as ConfigMap).data);
    if (hosts) setOutside(hosts);
  });
}
