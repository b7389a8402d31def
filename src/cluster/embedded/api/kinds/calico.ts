/**
 * What does a Calico that was installed from its manifest add to the API? Definitions of its kinds under
 * crd.projectcalico.org/v1, the same policy kinds under projectcalico.org/v3, and the tiers and settings that it makes for itself.
 */
import type { KubeObject } from '../../../../kube/objects.ts';
import { calicoSchema } from './calico-schemas.ts';

interface CalicoKind {
  readonly kind: string;
  readonly plural: string;
  readonly namespaced?: true;
  /** Also in projectcalico.org/v3: what people write policies with. */
  readonly v3?: true;
}

const kinds: readonly CalicoKind[] = [
  { kind: 'BGPConfiguration', plural: 'bgpconfigurations' },
  { kind: 'BGPFilter', plural: 'bgpfilters' },
  { kind: 'BGPPeer', plural: 'bgppeers' },
  { kind: 'BlockAffinity', plural: 'blockaffinities' },
  { kind: 'CalicoNodeStatus', plural: 'caliconodestatuses' },
  { kind: 'ClusterInformation', plural: 'clusterinformations' },
  { kind: 'FelixConfiguration', plural: 'felixconfigurations' },
  { kind: 'GlobalNetworkPolicy', plural: 'globalnetworkpolicies', v3: true },
  { kind: 'GlobalNetworkSet', plural: 'globalnetworksets', v3: true },
  { kind: 'HostEndpoint', plural: 'hostendpoints', v3: true },
  { kind: 'IPAMBlock', plural: 'ipamblocks' },
  { kind: 'IPAMConfig', plural: 'ipamconfigs' },
  { kind: 'IPAMHandle', plural: 'ipamhandles' },
  { kind: 'IPPool', plural: 'ippools' },
  { kind: 'IPReservation', plural: 'ipreservations' },
  { kind: 'KubeControllersConfiguration', plural: 'kubecontrollersconfigurations' },
  { kind: 'NetworkPolicy', plural: 'networkpolicies', namespaced: true, v3: true },
  { kind: 'NetworkSet', plural: 'networksets', namespaced: true, v3: true },
  { kind: 'StagedGlobalNetworkPolicy', plural: 'stagedglobalnetworkpolicies', v3: true },
  { kind: 'StagedKubernetesNetworkPolicy', plural: 'stagedkubernetesnetworkpolicies', namespaced: true, v3: true },
  { kind: 'StagedNetworkPolicy', plural: 'stagednetworkpolicies', namespaced: true, v3: true },
  { kind: 'Tier', plural: 'tiers', v3: true },
];

/** CustomResourceDefinitions, to be created before anything of their kinds. */
export function calicoDefinitions(): readonly KubeObject[] {
  const own = kinds.map((kind) => definition(kind, 'crd.projectcalico.org', 'v1'));
  const v3 = kinds.filter((kind) => kind.v3).map((kind) => definition(kind, 'projectcalico.org', 'v3'));
  const admin = { kind: 'ClusterNetworkPolicy', plural: 'clusternetworkpolicies' };
  return [...own, ...v3, definition(admin, 'policy.networking.k8s.io', 'v1alpha2', ['cnp'])];
}

function definition(
  { kind, plural, namespaced }: CalicoKind,
  group: string,
  version: string,
  shortNames?: readonly string[],
): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, ...(shortNames && { shortNames }) },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: calicoSchema(kind) } }],
    },
  };
}

/** The built-in tiers in Calico's order, and the pool that pods get their addresses from. */
export function calicoObjects(): readonly KubeObject[] {
  const object = (kind: string, name: string, spec: Readonly<Record<string, unknown>>): KubeObject => ({
    apiVersion: 'crd.projectcalico.org/v1',
    kind,
    metadata: { name },
    spec,
  });
  return [
    object('Tier', 'default', { defaultAction: 'Deny', order: 1_000_000 }),
    object('Tier', 'kube-admin', { defaultAction: 'Pass', order: 1000 }),
    object('Tier', 'kube-baseline', { defaultAction: 'Pass', order: 10_000_000 }),
    object('IPPool', 'default-ipv4-ippool', {
      allowedUses: ['Workload', 'Tunnel'],
      blockSize: 26,
      cidr: '10.244.0.0/16',
      ipipMode: 'Never',
      natOutgoing: true,
      nodeSelector: 'all()',
      vxlanMode: 'CrossSubnet',
    }),
    object('FelixConfiguration', 'default', {
      bpfConnectTimeLoadBalancing: 'TCP',
      floatingIPs: 'Disabled',
      logSeverityScreen: 'Info',
    }),
    object('ClusterInformation', 'default', {
      calicoVersion: 'v3.32.1',
      clusterType: 'typha,kdd,k8s,bgp,kubeadm',
      datastoreReady: true,
    }),
  ];
}
