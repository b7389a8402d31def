/** The embedded cluster behind the provider seam: up in this process, gone with it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../kit/clock.ts';
import type { Capability, Cluster, ClusterProvider, UpOptions } from '../provider.ts';
import { createEmbeddedCluster, type EmbeddedCluster } from './cluster.ts';
import { type CniName, cniProfiles } from './net/cni-profiles.ts';

export interface EmbeddedProviderOptions {
  readonly clock: Clock;
  readonly seed: string | number;
  readonly workers?: number;
  readonly cni?: CniName;
  readonly port?: number;
  /** Where kubeconfig files go. Default: a fresh temporary folder that goes with the cluster. */
  readonly folder?: string;
}

/** What up() of this provider returns: the seam's Cluster and the machinery behind it. */
export interface RunningEmbeddedCluster extends Cluster {
  readonly embedded: EmbeddedCluster;
}

export interface EmbeddedProvider extends ClusterProvider {
  up(options: UpOptions): Promise<RunningEmbeddedCluster>;
}

export function embeddedProvider(options: EmbeddedProviderOptions): EmbeddedProvider {
  const running = new Map<string, RunningEmbeddedCluster>();
  return {
    name: 'embedded',
    capabilities: embeddedCapabilities(options.cni, 'hold' in options.clock),
    preflight: async () => [],
    async up(request) {
      request.signal?.throwIfAborted();
      const known = running.get(request.name);
      if (known) {
        await known.setOutside(request.outside);
        return known;
      }
      const cluster = await bringUp(options, request, () => running.delete(request.name));
      running.set(request.name, cluster);
      return cluster;
    },
  };
}

/** What an embedded cluster can do under a network plugin. */
export function embeddedCapabilities(cni: CniName = 'calico', virtualTime = true): ReadonlySet<Capability> {
  const capabilities = new Set<Capability>(['dns', 'outside-world', 'host-network']);
  capabilities.add(cniProfiles[cni].enforces ? 'enforces-policy' : 'ignores-policy');
  if (cniProfiles[cni].calicoPolicies) capabilities.add('calico-policy');
  if (virtualTime) capabilities.add('virtual-time');
  return capabilities;
}

async function bringUp(
  options: EmbeddedProviderOptions,
  request: UpOptions,
  forget: () => void,
): Promise<RunningEmbeddedCluster> {
  const { clock, seed, workers, cni, port } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'netpol-lab-')));
  const kubeconfig = join(folder, `${request.name}.kubeconfig`);
  const cleanUp = async (): Promise<void> => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  let embedded: EmbeddedCluster;
  try {
    embedded = await createEmbeddedCluster({
      name: request.name,
      clock,
      seed,
      kubeconfigPath: kubeconfig,
      outside: request.outside,
      ...(workers !== undefined && { workers }),
      ...(cni && { cni }),
      ...(port !== undefined && { port }),
    });
  } catch (error) {
    await cleanUp();
    throw error;
  }
  request.onProgress?.(`cluster ${request.name} is up`);
  const down = async (): Promise<void> => {
    forget();
    await embedded.close();
    await cleanUp();
  };
  return {
    name: request.name,
    provider: 'embedded',
    kubeconfig,
    embedded,
    setOutside: async (hosts) => embedded.setOutside(hosts),
    down,
    [Symbol.asyncDispose]: down,
  };
}
