/**
 * The configuration that kind gets: one control plane, the workers, no CNI of kind's own unless wanted, and whatever the user
 * patches in. https://kind.sigs.k8s.io/docs/user/configuration/
 */
import { readFile } from 'node:fs/promises';
import { parseAllDocuments, stringify } from 'yaml';
import { LabError } from '../../kit/errors.ts';

export type KindCni = 'calico' | 'kindnet' | 'none';

/** kind v0.32.0's own. */
export const defaultNodeImage =
  'kindest/node:v1.36.1@sha256:3489c7674813ba5d8b1a9977baea8a6e553784dab7b84759d1014dbd78f7ebd5';

/**
 * On every node: tells a cluster of ours from one of the user's. Not under kubernetes.io: a kubelet does not start with such a
 * label unless it is one of its own (pkg/kubelet/apis/well_known_labels.go).
 */
export const nodeLabel = { key: 'netpol-lab/provider', value: 'kind' } as const;

export interface KindConfigOptions {
  readonly workers: number;
  readonly cni: KindCni;
  /** The API has to be reached from another machine than the daemon's. */
  readonly remoteDaemon: boolean;
}

export type ConfigMapping = Readonly<Record<string, unknown>>;

export function kindConfig({ workers, cni, remoteDaemon }: KindConfigOptions): ConfigMapping {
  const labels = { [nodeLabel.key]: nodeLabel.value };
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: {
      disableDefaultCNI: cni !== 'kindnet',
      podSubnet: '10.244.0.0/16',
      ...(remoteDaemon && { apiServerAddress: '0.0.0.0' }),
    },
    nodes: [{ role: 'control-plane', labels }, ...Array.from({ length: workers }, () => ({ role: 'worker', labels }))],
  };
}

export function printConfig(config: ConfigMapping): string {
  return stringify(config, { lineWidth: 0, aliasDuplicateObjects: false });
}

const kubeadmKinds = new Set([
  'ClusterConfiguration',
  'InitConfiguration',
  'JoinConfiguration',
  'KubeletConfiguration',
  'KubeProxyConfiguration',
]);

/**
 * A patch is (part of) a kind configuration; a document of kubeadm's or the kubelet's own kind stands for a kubeadm patch of
 * all nodes. Throws LabError ERR_USAGE for a file that is neither.
 */
export async function readConfigPatch(path: string): Promise<readonly ConfigMapping[]> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new LabError('ERR_USAGE', `cannot read the file of --kind-config-patch, ${path}`, { details: cause.message });
  });
  return parseConfigPatch(text, path);
}

export function parseConfigPatch(text: string, path: string): readonly ConfigMapping[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw wrongPatch(path, error.message);
    const value: unknown = document.toJS();
    if (value === null || value === undefined) return [];
    if (!isMapping(value)) throw wrongPatch(path, 'expected a mapping');
    if (typeof value['kind'] === 'string' && kubeadmKinds.has(value['kind']))
      return [{ kubeadmConfigPatches: [stringify(value, { lineWidth: 0 })] }];
    if (value['kind'] !== undefined && value['kind'] !== 'Cluster')
      throw wrongPatch(path, `kind: ${String(value['kind'])} is neither kind's Cluster nor one of kubeadm's`);
    return [value];
  });
}

function wrongPatch(path: string, details: string): LabError {
  return new LabError('ERR_USAGE', `${path} cannot be merged into the configuration for kind`, {
    details,
    cure: 'docs/kind.md shows a patch',
  });
}

/** Mappings are merged, `nodes` by their position, other lists are appended to, everything else is replaced. */
export function mergeConfig(base: ConfigMapping, patch: ConfigMapping): ConfigMapping {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(patch)) merged[key] = mergeValue(merged[key], value, key === 'nodes');
  return merged;
}

function mergeValue(old: unknown, value: unknown, byPosition: boolean): unknown {
  if (isMapping(old) && isMapping(value)) return mergeConfig(old, value);
  if (!Array.isArray(old) || !Array.isArray(value)) return value;
  if (!byPosition) return [...(old as unknown[]), ...(value as unknown[])];
  const length = Math.max(old.length, value.length);
  return Array.from({ length }, (_, i) => (i < value.length ? mergeValue(old[i], value[i], false) : old[i]) as unknown);
}

function isMapping(value: unknown): value is ConfigMapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
