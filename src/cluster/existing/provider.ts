/**
 * A cluster that the user has, with guard rails: the context is named, production is refused, rights are asked for first,
 * everything happens in labelled namespaces under a prefix, and all of it can be taken away again.
 */
import { join } from 'node:path';
import { LabError } from '../../kit/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createKubeClient } from '../../kube/create-client.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import { proveEnforcement } from '../canary.ts';
import { checkPrefix, claimPart, partLabels, releasePart, writePartKubeconfig } from '../part.ts';
import type { Capability, Cluster, ClusterProvider, Problem, UpOptions } from '../provider.ts';
import { type ChosenContext, chooseContext, missingRights, refuseMissing, refuseProduction } from './guard.ts';

export interface ExistingProviderOptions {
  /** The user's kubeconfig files, in kubectl's order. Only read. */
  readonly kubeconfigs: readonly string[];
  /** --context. */
  readonly context: string | undefined;
  /** --i-know. */
  readonly iKnow?: boolean;
  /** Our kubeconfig goes to `<home>/existing/<prefix>/kubeconfig`. */
  readonly home: string;
  readonly probeImage?: string;
}

export interface ExistingProvider extends ClusterProvider {
  /** Deletes every namespace of the prefix, whoever started it; what was deleted. */
  remove(prefix: string): Promise<readonly string[]>;
}

/** Hosts beyond the cluster would need its DNS changed, and node pods its nodes: neither is ours to touch. */
export const existingCapabilities: ReadonlySet<Capability> = new Set<Capability>(['enforces-policy', 'dns']);

/** `UpOptions.name` is the prefix. */
export function existingProvider(options: ExistingProviderOptions): ExistingProvider {
  return {
    name: 'existing',
    capabilities: existingCapabilities,
    preflight: () => preflight(options),
    up: (request) => bringUp(options, request),
    async remove(prefix) {
      checkPrefix(prefix);
      const { client } = await connect(options);
      try {
        return await releasePart(client, prefix);
      } finally {
        client.close();
      }
    },
  };
}

async function preflight(options: ExistingProviderOptions): Promise<readonly Problem[]> {
  try {
    const { client, chosen } = await connect(options);
    try {
      refuseMissing(await missingRights(client), chosen.context);
      return [];
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const { code, message, details, cure } = error;
    return [{ code, message, ...(details && { details }), ...(cure && { cure }) }];
  }
}

async function connect(options: ExistingProviderOptions): Promise<{ client: KubeClient; chosen: ChosenContext }> {
  const chosen = await chooseContext(options.kubeconfigs, options.context);
  refuseProduction(chosen, options.iKnow ?? false);
  return { client: createKubeClient(await readKubeconfig(chosen.path, chosen.context)), chosen };
}

async function bringUp(options: ExistingProviderOptions, request: UpOptions): Promise<Cluster> {
  const { name: prefix, outside, signal, onProgress } = request;
  checkPrefix(prefix);
  refuseOutside(outside.length);
  const { client, chosen } = await connect(options);
  const part = { client, prefix };
  try {
    onProgress?.(`checking what you may do on "${chosen.context}"`);
    refuseMissing(await missingRights(client), chosen.context);
    await claimPart(client, prefix);
  } catch (error) {
    client.close();
    throw error;
  }
  const down = async (): Promise<void> => {
    await releasePart(part.client, prefix);
    client.close();
  };
  try {
    const kubeconfig = join(options.home, 'existing', prefix, 'kubeconfig');
    const { path: source, context } = chosen;
    await writePartKubeconfig({ source, context, path: kubeconfig, part: { prefix, provider: 'existing' } });
    await proveEnforcement(client, {
      image: options.probeImage ?? 'busybox:1.36',
      prefix,
      labels: partLabels(prefix),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
    const setOutside: Cluster['setOutside'] = async (hosts) => refuseOutside(hosts.length);
    return { name: prefix, provider: 'existing', kubeconfig, setOutside, down, [Symbol.asyncDispose]: down };
  } catch (error) {
    await down().catch(() =>
      onProgress?.(`could not remove the namespaces of ${prefix}: remove them with cluster down --on existing`),
    );
    throw error;
  }
}

function refuseOutside(count: number): void {
  if (count === 0) return;
  throw new LabError('ERR_NOT_APPLICABLE', 'hosts beyond a cluster that is not ours cannot be made', {
    cure: 'play this scenario on kind or on the embedded cluster',
  });
}
