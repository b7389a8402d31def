/** Is the object acceptable? Names, labels and annotations for every kind, then the kind's own rules. */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { Kind } from '../kinds/kind.ts';
import type { ResourceId } from '../machinery.ts';
import { validateCronJob, validateJob, validateJobUpdate } from './batch.ts';
import { validateConfigMap, validateConfigMapUpdate, validateSecret, validateSecretUpdate } from './config.ts';
import { validateCustom } from './custom.ts';
import type { FieldError } from './field-error.ts';
import { validateIngress, validateIngressClass } from './ingress.ts';
import { validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validateNetworkPolicy } from './network-policy.ts';
import {
  validateAutoscaler,
  validateBudget,
  validateClaim,
  validateClaimUpdate,
  validateDefinition,
  validatePriorityClass,
  validateStorageClass,
  validateVolume,
} from './others.ts';
import { validatePod } from './pod.ts';
import { validatePodUpdate } from './pod-update.ts';
import { validateLimitRange, validateQuota } from './quotas.ts';
import { validateRole, validateRoleBinding, validateRoleBindingUpdate } from './rbac.ts';
import { validateEndpointSlice, validateEndpoints, validateService, validateServiceUpdate } from './service.ts';
import {
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateSelectorUpdate,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from './workloads.ts';

type Check = (object: KubeObject) => readonly FieldError[];
type UpdateCheck = (object: KubeObject, current: KubeObject, subresource: string) => readonly FieldError[];

const checks: Readonly<Record<ResourceId, Check>> = {
  pods: validatePod,
  services: validateService,
  endpoints: validateEndpoints,
  configmaps: validateConfigMap,
  secrets: validateSecret,
  persistentvolumeclaims: validateClaim,
  persistentvolumes: validateVolume,
  resourcequotas: validateQuota,
  limitranges: validateLimitRange,
  'deployments.apps': validateDeployment,
  'replicasets.apps': validateReplicaSet,
  'daemonsets.apps': validateDaemonSet,
  'statefulsets.apps': validateStatefulSet,
  'jobs.batch': validateJob,
  'cronjobs.batch': validateCronJob,
  'networkpolicies.networking.k8s.io': validateNetworkPolicy,
  'ingresses.networking.k8s.io': validateIngress,
  'ingressclasses.networking.k8s.io': validateIngressClass,
  'endpointslices.discovery.k8s.io': validateEndpointSlice,
  'poddisruptionbudgets.policy': validateBudget,
  'horizontalpodautoscalers.autoscaling': validateAutoscaler,
  'roles.rbac.authorization.k8s.io': validateRole,
  'clusterroles.rbac.authorization.k8s.io': validateRole,
  'rolebindings.rbac.authorization.k8s.io': validateRoleBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': validateRoleBinding,
  'priorityclasses.scheduling.k8s.io': validatePriorityClass,
  'storageclasses.storage.k8s.io': validateStorageClass,
  'customresourcedefinitions.apiextensions.k8s.io': validateDefinition,
};

const updateChecks: Readonly<Record<ResourceId, UpdateCheck>> = {
  pods: validatePodUpdate,
  services: validateServiceUpdate,
  configmaps: validateConfigMapUpdate,
  secrets: validateSecretUpdate,
  persistentvolumeclaims: validateClaimUpdate,
  'deployments.apps': validateSelectorUpdate,
  'replicasets.apps': validateSelectorUpdate,
  'daemonsets.apps': validateSelectorUpdate,
  'statefulsets.apps': validateStatefulSetUpdate,
  'jobs.batch': validateJobUpdate,
  'rolebindings.rbac.authorization.k8s.io': validateRoleBindingUpdate,
  'clusterrolebindings.rbac.authorization.k8s.io': validateRoleBindingUpdate,
};

export function validateObject(object: KubeObject, kind: Kind): readonly FieldError[] {
  return [...validateMetadata(object, kind), ...own(object, kind)];
}

/** A status write is not judged by the rules for specs. */
export function validateObjectUpdate(
  object: KubeObject,
  current: KubeObject,
  kind: Kind,
  subresource: string,
): readonly FieldError[] {
  const metadata = validateMetadataUpdate(object, current, kind);
  if (subresource === 'status') return metadata;
  const update = updateChecks[kind.id]?.(object, current, subresource) ?? [];
  // A pod's update is judged by what changed; asking twice would repeat each complaint
  if (kind.id === 'pods') return [...metadata, ...update];
  return [...metadata, ...own(object, kind), ...update];
}

function own(object: KubeObject, kind: Kind): readonly FieldError[] {
  return kind.custom ? validateCustom(object, kind.custom.openApiSchema) : (checks[kind.id]?.(object) ?? []);
}
