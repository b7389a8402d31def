/** A policy as it applies to peers in the cluster where CIDR rules do not reach into it, as in Cilium. Pure. */
import type { KubeObject, NetworkPolicy, NetworkPolicyPeer } from '../kube/objects.ts';
import type { PolicyObject } from './model.ts';

/** A rule whose only peers are ipBlocks matches nobody in the cluster: it must go, for a rule without peers allows all. */
export function withoutCidrs(policy: PolicyObject): PolicyObject {
  if (policy.kind !== 'NetworkPolicy' || policy.apiVersion !== 'networking.k8s.io/v1') return policy;
  const { spec } = policy as NetworkPolicy;
  if (!spec) return policy;
  const ingress = spec.ingress?.flatMap((rule) => {
    const from = keepSelectors(rule.from);
    return from === 'nobody' ? [] : [{ ...rule, ...(from && { from }) }];
  });
  const egress = spec.egress?.flatMap((rule) => {
    const to = keepSelectors(rule.to);
    return to === 'nobody' ? [] : [{ ...rule, ...(to && { to }) }];
  });
  return { ...policy, spec: { ...spec, ...(ingress && { ingress }), ...(egress && { egress }) } } as KubeObject;
}

function keepSelectors(peers: NetworkPolicyPeer[] | undefined): NetworkPolicyPeer[] | undefined | 'nobody' {
  if (!peers || peers.length === 0) return peers;
  const kept = peers.filter((peer) => !peer.ipBlock);
  return kept.length === 0 ? 'nobody' : kept;
}
