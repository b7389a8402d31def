/** What do the small kinds get: secrets, claims, budgets, roles' bindings, quotas? */
import { child, type Draft, ensure, fill, items } from './draft.ts';

export function defaultNamespace(object: Draft): void {
  const metadata = ensure(object, 'metadata');
  const name = String(metadata['name'] ?? '');
  // pkg/apis/core/v1/defaults.go, SetDefaults_Namespace: the label comes back whatever a client does to it
  if (name) ensure(metadata, 'labels')['kubernetes.io/metadata.name'] = name;
  const status = ensure(object, 'status');
  fill(status, { phase: 'Active' });
}

export function defaultSecret(object: Draft): void {
  fill(object, { type: 'Opaque' });
}

export function defaultNode(object: Draft): void {
  const status = child(object, 'status');
  if (status && child(status, 'capacity')) fill(status, { allocatable: { ...child(status, 'capacity') } });
}

export function defaultClaim(object: Draft): void {
  fill(ensure(object, 'spec'), { volumeMode: 'Filesystem' });
  fill(ensure(object, 'status'), { phase: 'Pending' });
}

export function defaultVolume(object: Draft): void {
  fill(ensure(object, 'spec'), { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
  const hostPath = child(ensure(object, 'spec'), 'hostPath');
  if (hostPath) fill(hostPath, { type: '' });
  fill(ensure(object, 'status'), { phase: 'Pending' });
}

export function defaultStorageClass(object: Draft): void {
  fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}

/** roleRef.apiGroup and the subjects' follow from their kinds. */
export function defaultRoleBinding(object: Draft): void {
  const ref = child(object, 'roleRef');
  if (ref && !ref['apiGroup']) ref['apiGroup'] = 'rbac.authorization.k8s.io';
  for (const subject of items(object, 'subjects')) {
    if (subject['kind'] !== 'ServiceAccount') fill(subject, { apiGroup: 'rbac.authorization.k8s.io' });
  }
}

/** autoscaling/v2: CPU at 80 % where no metric is named, and the documented behaviour only when one is begun. */
export function defaultAutoscaler(object: Draft): void {
  const spec = ensure(object, 'spec');
  fill(spec, { minReplicas: 1 });
  if (items(spec, 'metrics').length > 0) return;
  const target = { type: 'Utilization', averageUtilization: 80 };
  spec['metrics'] = [{ type: 'Resource', resource: { name: 'cpu', target } }];
}

/** Limits stand in for what a LimitRange's defaults leave out. */
export function defaultLimitRange(object: Draft): void {
  for (const item of items(child(object, 'spec'), 'limits')) {
    if (item['type'] !== 'Container') continue;
    const max = child(item, 'max');
    const min = child(item, 'min');
    if (max) item['default'] = { ...max, ...child(item, 'default') };
    const limits = child(item, 'default');
    if (limits) item['defaultRequest'] = { ...limits, ...child(item, 'defaultRequest') };
    if (min) item['defaultRequest'] = { ...min, ...child(item, 'defaultRequest') };
  }
}

export function defaultPriorityClass(object: Draft): void {
  fill(object, { preemptionPolicy: 'PreemptLowerPriority' });
}
