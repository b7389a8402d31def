/** Which Go types does the embedded API server start from, and which fields are newer than the kubectl they are read from? */

/** `package.Kind` below k8s.io/api, or below k8s.io/apimachinery/pkg/apis for `meta`. */
export const roots: readonly string[] = [
  ...of('core/v1', 'Pod Node Namespace Service Endpoints ConfigMap Secret ServiceAccount Event ReplicationController'),
  ...of(
    'core/v1',
    'ResourceQuota LimitRange PersistentVolume PersistentVolumeClaim PodTemplate Binding ComponentStatus',
  ),
  ...of('apps/v1', 'Deployment ReplicaSet StatefulSet DaemonSet ControllerRevision'),
  ...of('batch/v1', 'Job CronJob'),
  ...of('autoscaling/v1', 'HorizontalPodAutoscaler Scale'),
  ...of('autoscaling/v2', 'HorizontalPodAutoscaler'),
  ...of('policy/v1', 'PodDisruptionBudget Eviction'),
  ...of('networking/v1', 'NetworkPolicy Ingress IngressClass IPAddress ServiceCIDR'),
  ...of('discovery/v1', 'EndpointSlice'),
  ...of('events/v1', 'Event'),
  ...of('coordination/v1', 'Lease'),
  ...of('rbac/v1', 'Role RoleBinding ClusterRole ClusterRoleBinding'),
  ...of('storage/v1', 'StorageClass CSIDriver CSINode CSIStorageCapacity VolumeAttachment'),
  ...of('scheduling/v1', 'PriorityClass'),
  ...of('node/v1', 'RuntimeClass'),
  ...of('certificates/v1', 'CertificateSigningRequest'),
  ...of('admissionregistration/v1', 'MutatingWebhookConfiguration ValidatingWebhookConfiguration'),
  ...of('admissionregistration/v1', 'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding'),
  ...of('flowcontrol/v1', 'FlowSchema PriorityLevelConfiguration'),
  ...of('authentication/v1', 'TokenRequest TokenReview SelfSubjectReview'),
  ...of(
    'authorization/v1',
    'SubjectAccessReview SelfSubjectAccessReview LocalSubjectAccessReview SelfSubjectRulesReview',
  ),
  ...of('meta/v1', 'DeleteOptions Status'),
];

function of(group: string, kinds: string): string[] {
  return kinds.split(' ').map((kind) => `${group}.${kind}`);
}

/** Fields of Kubernetes 1.34 and later, behind the field that is named: `[type, after, row]`. */
export const newerFields: readonly (readonly [type: string, after: string, row: string])[] = [
  ['core/v1.Container', 'restartPolicy', 'restartPolicyRules,[:core/v1.ContainerRestartRule,o,25'],
  ['core/v1.EphemeralContainer', 'restartPolicy', 'restartPolicyRules,[:core/v1.ContainerRestartRule,o,25'],
  ['core/v1.EnvVarSource', 'secretKeyRef', 'fileKeyRef,:core/v1.FileKeySelector,op,5'],
  ['core/v1.PodSpec', 'resources', 'hostnameOverride,s=string,op,41'],
  [
    'core/v1.PodStatus',
    'resourceClaimStatuses',
    'extendedResourceClaimStatus,:core/v1.PodExtendedResourceClaimStatus,op,18',
  ],
  ['core/v1.VolumeProjection', 'clusterTrustBundle', 'podCertificate,:core/v1.PodCertificateProjection,op,6'],
];

export const newerTypes: Readonly<Record<string, string>> = {
  'core/v1.ContainerRestartRule':
    'action,s=v1.ContainerRestartRuleAction,o,1;exitCodes,:core/v1.ContainerRestartRuleOnExitCodes,op,2',
  'core/v1.ContainerRestartRuleOnExitCodes':
    'operator,s=v1.ContainerRestartRuleOnExitCodesOperator,o,1;values,[i=int32,o,2',
  'core/v1.FileKeySelector': 'volumeName,s=string,,1;path,s=string,,2;key,s=string,,3;optional,b=bool,op,4',
  'core/v1.PodCertificateProjection':
    'signerName,s=string,o,1;keyType,s=string,o,2;maxExpirationSeconds,i=int32,op,3;credentialBundlePath,s=string,o,4;keyPath,s=string,o,5;certificateChainPath,s=string,o,6',
  'core/v1.PodExtendedResourceClaimStatus':
    'requestMappings,[:core/v1.ContainerExtendedResourceRequest,,1;resourceClaimName,s=string,,2',
  'core/v1.ContainerExtendedResourceRequest':
    'containerName,s=string,,1;resourceName,s=string,,2;requestName,s=string,,3',
};
