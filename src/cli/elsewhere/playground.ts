/**
 * Where a scenario is played when not on the embedded cluster: brings the cluster up (or joins it), puts the scenario into
 * namespaces of its own where the cluster is shared, and leaves both as they were.
 */
import { join } from 'node:path';
import { checkPrefix, claimPart, releasePart, writePartKubeconfig } from '../../cluster/part.ts';
import type { Cluster, ProviderName } from '../../cluster/provider.ts';
import { LabError } from '../../kit/errors.ts';
import { createKubeClient } from '../../kube/create-client.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Scenario } from '../../scenario/model.ts';
import { withProgress } from '../../ui/terminal/progress.ts';
import { type Cli, styleOf } from '../cli.ts';
import type { AttachedCluster } from '../clusters/attach.ts';
import type { CliIo } from '../io.ts';
import { stateFolder } from '../paths.ts';
import { checkClusterName } from '../registry.ts';
import { claimSession } from '../sessions.ts';
import type { ElsewhereOptions } from './options.ts';
import { existingFrom, kindFrom } from './providers.ts';
import { partFolder, relocateScenario } from './relocated.ts';

export interface Playground {
  readonly cluster: AttachedCluster;
  /** The scenario as it is played there. */
  place(scenario: Scenario): Promise<Scenario>;
  /** A part of the cluster for one scenario beside others. */
  fork(suffix: string): Promise<Playground>;
  close(): Promise<void>;
}

export const defaultKindName = 'netpol';
export const defaultPrefix = 'netpol-lab';

/** `scenarios` tell which images will be needed. */
export async function openPlayground(
  cli: Cli,
  on: Exclude<ProviderName, 'embedded'>,
  scenarios: readonly Scenario[],
  options: ElsewhereOptions,
): Promise<Playground> {
  const { io } = cli;
  const name = on === 'kind' ? (options.name ?? defaultKindName) : (options.prefix ?? defaultPrefix);
  if (on === 'existing') checkPrefix(name);
  else checkClusterName(name);
  const session = await claimSession(stateFolder(io), { name, provider: on, pid: io.pid });
  try {
    const playground = await bringUp(cli, on, name, scenarios, options);
    const { kubeconfig } = playground.cluster;
    await session.publish({ kubeconfig, ...(options.probeImage && { probeImage: options.probeImage }) });
    const close = () => playground.close().finally(() => session[Symbol.asyncDispose]());
    return { ...playground, close };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

async function bringUp(
  cli: Cli,
  on: Exclude<ProviderName, 'embedded'>,
  name: string,
  scenarios: readonly Scenario[],
  options: ElsewhereOptions,
): Promise<Playground> {
  const { io } = cli;
  const request = { outside: [], signal: io.signal, images: imagesOf(scenarios), name };
  const progress = { stream: io.stderr, motion: io.stderr.isTTY === true && styleOf(io).motion };
  if (on === 'kind') {
    const cluster = await withProgress(`kind cluster ${name}`, progress, (onProgress) =>
      kindFrom(io, options).up({ ...request, onProgress }),
    );
    cli.leftRunning = true;
    return playgroundOf(io, cluster, async () => {
      await cluster.leave();
      io.stderr.write(
        `kind cluster ${name} stays for the next time; remove it with: netpol-lab cluster down --on kind --name ${name}\n`,
      );
    });
  }
  const cluster = await withProgress(`namespaces of ${name}`, progress, (onProgress) =>
    existingFrom(io, options).up({ ...request, onProgress }),
  );
  return playgroundOf(io, cluster, async () => {
    await cluster.down();
    io.stderr.write(`namespaces of ${name} are removed\n`);
  });
}

function playgroundOf(io: CliIo, cluster: Cluster, close: () => Promise<void>): Playground {
  const prefix = cluster.provider === 'existing' ? cluster.name : undefined;
  return {
    cluster,
    place: async (scenario) =>
      prefix === undefined ? scenario : relocateScenario(scenario, prefix, partFolder(io, prefix)),
    fork: (suffix) => fork(io, cluster, `${prefix ?? defaultPrefix}-${suffix}`, prefix ?? defaultPrefix),
    close,
  };
}

async function fork(io: CliIo, cluster: Cluster, prefix: string, owner: string): Promise<Playground> {
  const provider = cluster.provider === 'kind' ? 'kind' : 'existing';
  const connection = await readKubeconfig(cluster.kubeconfig);
  const path = join(partFolder(io, prefix), 'kubeconfig');
  const { context } = connection;
  await writePartKubeconfig({ source: cluster.kubeconfig, context, path, part: { prefix, provider } });
  const client = createKubeClient(await readKubeconfig(path));
  // What a crash has left in it would be in the way.
  await releasePart(client, prefix, io.signal);
  await claimPart(client, prefix, owner);
  const part: AttachedCluster = {
    name: prefix,
    provider,
    kubeconfig: path,
    async setOutside(hosts) {
      if (hosts.length > 0) throw new LabError('ERR_NOT_APPLICABLE', 'a part of a cluster has no hosts beyond it');
    },
  };
  return {
    cluster: part,
    place: (scenario) => relocateScenario(scenario, prefix, partFolder(io, prefix)),
    fork: async () => {
      throw new LabError('ERR_NOT_APPLICABLE', `${prefix} is a part of a cluster already`);
    },
    async close() {
      try {
        await releasePart(client, prefix);
      } finally {
        client.close();
      }
    },
  };
}

/** Sorted, each once: what the pods of these scenarios run. */
export function imagesOf(scenarios: readonly Scenario[]): readonly string[] {
  const images = new Set<string>();
  for (const { manifests, fault } of scenarios) for (const object of [...manifests, ...fault]) collect(object, images);
  return [...images].sort();
}

function collect(object: KubeObject, images: Set<string>): void {
  const spec = object['spec'] as PodTemplate | undefined;
  const podSpecs = [spec, spec?.template?.spec, spec?.jobTemplate?.spec?.template?.spec];
  for (const pod of podSpecs)
    for (const { image } of [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])]) if (image) images.add(image);
}

interface PodTemplate {
  readonly containers?: readonly { readonly image?: string }[];
  readonly initContainers?: readonly { readonly image?: string }[];
  readonly template?: { readonly spec?: PodTemplate };
  readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: PodTemplate } } };
}
