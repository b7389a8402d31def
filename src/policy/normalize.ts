/** Which kind of policy object is this, and what does it say in the normal form? */
import { groupOf, type KubeObject, type NetworkPolicy } from '../kube/objects.ts';
import type { PolicyObject } from './model.ts';
import type { Normalized } from './normal.ts';
import { normalizeCalico } from './normalize-calico.ts';
import { normalizeClusterPolicy } from './normalize-cluster.ts';
import { normalizeKubernetes } from './normalize-kubernetes.ts';

const calicoGroups: readonly string[] = ['projectcalico.org', 'crd.projectcalico.org'];

/** Never throws: what is not understood is `ignored` with the reason. An object without apiVersion is read as Kubernetes'. */
export function normalizePolicy(object: PolicyObject): Normalized {
  const group = groupOf(object.apiVersion ?? 'networking.k8s.io/v1');
  if (calicoGroups.includes(group)) return normalizeCalico(object as KubeObject);
  if (group === 'networking.k8s.io' && (object.kind ?? 'NetworkPolicy') === 'NetworkPolicy') {
    return { kind: 'policy', policy: normalizeKubernetes(object as NetworkPolicy) };
  }
  if (group === 'policy.networking.k8s.io' && object.kind === 'ClusterNetworkPolicy') {
    return { kind: 'policy', policy: normalizeClusterPolicy(object as KubeObject) };
  }
  const key = `${group}/${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  return { kind: 'ignored', key, why: `${object.apiVersion} ${object.kind} is not policy that this engine knows` };
}
