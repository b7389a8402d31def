/** Which defaults belong to which kind? */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { ResourceId } from '../machinery.ts';
import type { Draft } from './draft.ts';
import { defaultEndpointSlice, defaultEndpoints, defaultNetworkPolicy, defaultService } from './network.ts';
import {
  defaultAutoscaler,
  defaultClaim,
  defaultLimitRange,
  defaultNamespace,
  defaultNode,
  defaultPriorityClass,
  defaultRoleBinding,
  defaultSecret,
  defaultStorageClass,
  defaultVolume,
} from './others.ts';
import { defaultPod } from './pod.ts';
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './workloads.ts';

const table: Readonly<Record<ResourceId, (object: Draft) => void>> = {
  pods: defaultPod,
  services: defaultService,
  endpoints: defaultEndpoints,
  namespaces: defaultNamespace,
  nodes: defaultNode,
  secrets: defaultSecret,
  limitranges: defaultLimitRange,
  persistentvolumeclaims: defaultClaim,
  persistentvolumes: defaultVolume,
  replicationcontrollers: defaultReplicationController,
  'deployments.apps': defaultDeployment,
  'replicasets.apps': defaultReplicaSet,
  'daemonsets.apps': defaultDaemonSet,
  'statefulsets.apps': defaultStatefulSet,
  'jobs.batch': defaultJob,
  'cronjobs.batch': defaultCronJob,
  'horizontalpodautoscalers.autoscaling': defaultAutoscaler,
  'networkpolicies.networking.k8s.io': defaultNetworkPolicy,
  'endpointslices.discovery.k8s.io': defaultEndpointSlice,
  'rolebindings.rbac.authorization.k8s.io': defaultRoleBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': defaultRoleBinding,
  'storageclasses.storage.k8s.io': defaultStorageClass,
  'priorityclasses.scheduling.k8s.io': defaultPriorityClass,
};

/** Changes the object in place; idempotent. */
export function defaultsOf(id: ResourceId): (object: KubeObject) => void {
  return table[id] ?? (() => {});
}
