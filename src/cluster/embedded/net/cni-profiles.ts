/**
 * What the network plugins do differently with the same policy. The default is Calico, as recorded; the others are for
 * lessons that contrast them, each reduced to what a learner can observe.
 */
export const cniNames = ['calico', 'kube-router', 'kindnet', 'cilium', 'flannel'] as const;

export type CniName = (typeof cniNames)[number];

export interface CniProfile {
  readonly name: CniName;
  /** False: policies are accepted by the API and change nothing. */
  readonly enforces: boolean;
  /** What a denied packet gets: silence, or ICMP port unreachable. */
  readonly denied: 'dropped' | 'rejected';
  /** Cilium's CIDR rules never match pods and nodes of the cluster (its docs: policy language, CIDR-based). */
  readonly ipBlockMatchesCluster: boolean;
  /** Calico's own kinds mean something. */
  readonly calicoPolicies: boolean;
  readonly blocks: 'calico' | 'per-node';
}

const drops = { enforces: true, denied: 'dropped', ipBlockMatchesCluster: true, calicoPolicies: false } as const;

export const cniProfiles: Readonly<Record<CniName, CniProfile>> = {
  calico: { ...drops, name: 'calico', calicoPolicies: true, blocks: 'calico' },
  'kube-router': { ...drops, name: 'kube-router', denied: 'rejected', blocks: 'per-node' },
  kindnet: { ...drops, name: 'kindnet', blocks: 'per-node' },
  cilium: { ...drops, name: 'cilium', ipBlockMatchesCluster: false, blocks: 'per-node' },
  flannel: { ...drops, name: 'flannel', enforces: false, blocks: 'per-node' },
};
