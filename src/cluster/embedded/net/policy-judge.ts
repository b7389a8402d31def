/**
 * Asks the policy engine about one direction of one packet, as the cluster's network plugin would: Calico asks for all,
 * Cilium's ipBlocks never mean pods or nodes, Flannel asks nobody.
 */
import type { KubeObject, NetworkPolicy, NetworkPolicyPeer } from '../../../kube/objects.ts';
import { createPolicyEngine } from '../../../policy/engine.ts';
import type {
  Direction,
  DirectionVerdict,
  Flow,
  PolicyEngine,
  PolicyNamespace,
  PolicyObject,
  PolicyPod,
} from '../../../policy/model.ts';
import type { CniProfile } from './cni-profiles.ts';

export interface PolicyJudge {
  readonly denied: CniProfile['denied'];
  judge(direction: Direction, flow: Flow): DirectionVerdict;
}

/** What the judge knows; fed by the policy feed. */
export interface PolicyState {
  setNamespace(namespace: PolicyNamespace): void;
  removeNamespace(name: string): void;
  setPod(pod: PolicyPod): void;
  removePod(namespace: string, name: string): void;
  setPolicy(policy: PolicyObject): void;
  removePolicy(policy: PolicyObject): void;
}

const notEnforced: DirectionVerdict = { allowed: true, decision: { by: 'default-allow' } };

export function createPolicyJudge(
  profile: CniProfile,
  isClusterAddress: (ip: string) => boolean,
): PolicyJudge & PolicyState {
  const engines: PolicyEngine[] = [createPolicyEngine()];
  const [everybody] = engines as [PolicyEngine];
  // Where CIDR rules do not reach into the cluster, a second engine without them answers for peers in it.
  const inCluster = profile.ipBlockMatchesCluster ? everybody : createPolicyEngine();
  if (inCluster !== everybody) engines.push(inCluster);
  const each = (action: (engine: PolicyEngine) => void): void => engines.forEach(action);
  return {
    denied: profile.denied,
    judge(direction, flow) {
      if (!profile.enforces) return notEnforced;
      const peer = direction === 'Egress' ? flow.destinationIp : flow.sourceIp;
      const verdict = (isClusterAddress(peer) ? inCluster : everybody).judge(flow);
      return direction === 'Egress' ? verdict.egress : verdict.ingress;
    },
    setNamespace: (namespace) => each((engine) => engine.setNamespace(namespace)),
    removeNamespace: (name) => each((engine) => engine.removeNamespace(name)),
    setPod: (pod) => each((engine) => engine.setPod(pod)),
    removePod: (namespace, name) => each((engine) => engine.removePod(namespace, name)),
    setPolicy(policy) {
      everybody.setPolicy(policy);
      if (inCluster !== everybody) inCluster.setPolicy(withoutCidrs(policy));
    },
    removePolicy: (policy) => each((engine) => engine.removePolicy(policy)),
  };
}

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
