/**
 * Asks the policy engine about one direction of one packet, as the cluster's network plugin would: Calico asks for all,
 * Cilium's ipBlocks never mean pods or nodes, Flannel asks nobody.
 */
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
import { withoutCidrs } from '../../../policy/without-cidrs.ts';
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
  const inCluster = profile.ipBlocksHoldPods ? everybody : createPolicyEngine();
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
