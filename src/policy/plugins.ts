/**
 * What network plugins make of the same policies, and which one a cluster runs, told by its pods. Where none is recognised,
 * policies are taken to mean what they mean to Calico.
 */
import type { KubeObject, Pod } from '../kube/objects.ts';

export interface NetworkPlugin {
  readonly name: string;
  /** False: policies are accepted by the API and change nothing. */
  readonly enforces: boolean;
  /** What a denied packet gets: silence, or ICMP port unreachable. */
  readonly denied: 'dropped' | 'rejected';
  /** Cilium's CIDR rules never match pods and nodes of the cluster (its docs: policy language, CIDR-based). */
  readonly ipBlocksHoldPods: boolean;
  /** Calico's own kinds mean something. */
  readonly calicoPolicies: boolean;
}

const drops = { enforces: true, denied: 'dropped', ipBlocksHoldPods: true, calicoPolicies: false } as const;

export const plugins = {
  calico: { ...drops, name: 'Calico', calicoPolicies: true },
  'kube-router': { ...drops, name: 'kube-router', denied: 'rejected' },
  kindnet: { ...drops, name: 'kindnet' },
  cilium: { ...drops, name: 'Cilium', ipBlocksHoldPods: false },
  flannel: { ...drops, name: 'Flannel', enforces: false },
} as const satisfies Readonly<Record<string, NetworkPlugin>>;

/** In this order: Flannel beside Calico ("Canal"), or beside kube-router, is not what decides. */
const signs: readonly (readonly [RegExp, NetworkPlugin])[] = [
  [/^(calico-node|canal)-/, plugins.calico],
  [/^cilium-/, plugins.cilium],
  [/^kube-router-/, plugins['kube-router']],
  [/^kindnet-/, plugins.kindnet],
  [/^kube-flannel-/, plugins.flannel],
];

const pluginNamespaces = new Set(['kube-system', 'calico-system', 'kube-flannel', 'cilium']);

export function findPlugin(pods: readonly Pod[]): NetworkPlugin | undefined {
  const names = pods
    .filter(({ metadata }) => pluginNamespaces.has(metadata.namespace ?? ''))
    .map(({ metadata }) => metadata.name ?? '');
  return signs.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
}

/** Of these policies, those that the plugin reads. */
export function policiesRead(
  plugin: NetworkPlugin | undefined,
  policies: readonly KubeObject[],
): readonly KubeObject[] {
  if (!plugin || plugin.calicoPolicies) return policies;
  return policies.filter(({ apiVersion = '' }) => !apiVersion.includes('projectcalico.org'));
}

/** What somebody who expects Calico has to know; undefined where there is nothing. */
export function describePlugin(plugin: NetworkPlugin | undefined): string | undefined {
  if (!plugin || plugin.calicoPolicies) return undefined;
  if (!plugin.enforces) return `${plugin.name} ignores every policy`;
  if (!plugin.ipBlocksHoldPods) return `${plugin.name}, to which an ipBlock never means a pod`;
  if (plugin.denied === 'rejected') return `${plugin.name}, which refuses what policy denies`;
  return plugin.name;
}
