/**
 * What the network plugins do differently with the same policy. The default is Calico, as recorded; the others are for
 * lessons that contrast them, each reduced to what a learner can observe.
 */
import { type NetworkPlugin, plugins } from '../../../policy/plugins.ts';

export const cniNames = ['calico', 'kube-router', 'kindnet', 'cilium', 'flannel'] as const;

export type CniName = (typeof cniNames)[number];

export interface CniProfile extends Omit<NetworkPlugin, 'name'> {
  readonly name: CniName;
  readonly blocks: 'calico' | 'per-node';
}

const profile = (name: CniName, blocks: CniProfile['blocks']): CniProfile => ({ ...plugins[name], name, blocks });

export const cniProfiles: Readonly<Record<CniName, CniProfile>> = {
  calico: profile('calico', 'calico'),
  'kube-router': profile('kube-router', 'per-node'),
  kindnet: profile('kindnet', 'per-node'),
  cilium: profile('cilium', 'per-node'),
  flannel: profile('flannel', 'per-node'),
};
