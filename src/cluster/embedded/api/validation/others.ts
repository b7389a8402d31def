/** Are budgets, autoscalers, claims and definitions acceptable? Their own rules, beyond metadata. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { sameJson } from '../machinery/core.ts';
import {
  atMostAll,
  type Raw,
  raw,
  rawList,
  strings,
  text,
  validateCountOrPercent,
  validateSelector,
} from './checks.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts';

const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget'];

export function validateBudget(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  const both = minAvailable !== undefined && maxUnavailable !== undefined;
  return [
    ...(both ? [invalidValue('spec', goBudget(spec), 'minAvailable and maxUnavailable cannot be both set')] : []),
    ...validateCountOrPercent(minAvailable, 'spec.minAvailable'),
    ...atMostAll(minAvailable, 'spec.minAvailable'),
    ...validateCountOrPercent(maxUnavailable, 'spec.maxUnavailable'),
    ...atMostAll(maxUnavailable, 'spec.maxUnavailable'),
    ...validateSelector(raw(spec['selector']), 'spec.selector'),
    ...(policy === undefined || evictionPolicies.includes(text(policy))
      ? []
      : [notSupported('spec.unhealthyPodEvictionPolicy', policy, evictionPolicies)]),
  ];
}

function goBudget(spec: Raw): Raw {
  const { minAvailable = null, selector = null, maxUnavailable = null, unhealthyPodEvictionPolicy = null } = spec;
  return {
    MinAvailable: minAvailable,
    Selector: selector,
    MaxUnavailable: maxUnavailable,
    UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy,
  };
}

export function validateAutoscaler(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const target = raw(spec['scaleTargetRef']);
  const min = Number(spec['minReplicas'] ?? 1);
  const max = Number(spec['maxReplicas'] ?? 0);
  const errors: FieldError[] = [];
  if (min < 1) errors.push(invalidValue('spec.minReplicas', min, 'must be greater than or equal to 1'));
  if (max < 1) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than 0'));
  if (max < min) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  for (const field of ['kind', 'name'])
    if (text(target[field]) === '') errors.push(required(`spec.scaleTargetRef.${field}`));
  for (const [index, metric] of rawList(spec['metrics']).entries())
    errors.push(...validateMetric(metric, `spec.metrics[${index}]`));
  return errors;
}

const metricSources: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

/** The server says twice that a type is unknown: its two checks do not know of each other. */
function validateMetric(metric: Raw, field: string): FieldError[] {
  const type = text(metric['type']);
  const source = metricSources[type];
  const unknown = notSupported(`${field}.type`, type, Object.keys(metricSources));
  const given = Object.values(metricSources).filter((name) => metric[name] !== undefined);
  const extra = given.length === 1 ? [] : given.filter((name) => name !== source);
  return [
    ...(type === '' ? [required(`${field}.type`, 'must specify a metric source type')] : []),
    ...(source === undefined ? [unknown, unknown] : []),
    ...(source !== undefined && metric[source] === undefined
      ? [required(`${field}.${source}`, 'must populate information for the given metric source')]
      : []),
    ...extra.map((name) => forbiddenField(`${field}.${name}`, 'must populate the given metric source only')),
  ];
}

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function validateClaim(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const modes = strings(spec['accessModes']);
  const errors: FieldError[] = [];
  if (modes.length === 0) errors.push(required('spec.accessModes', 'at least 1 access mode is required'));
  for (const mode of modes)
    if (!accessModes.includes(mode)) errors.push(notSupported('spec.accessModes', mode, accessModes));
  if (raw(raw(spec['resources'])['requests'])['storage'] === undefined)
    errors.push(required('spec.resources[storage]'));
  return errors;
}

export function validateVolume(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const modes = strings(spec['accessModes']);
  const capacity = raw(spec['capacity']);
  const settings = ['capacity', 'accessModes', 'claimRef', 'persistentVolumeReclaimPolicy', 'storageClassName'];
  const others = [...settings, 'mountOptions', 'volumeMode', 'nodeAffinity', 'volumeAttributesClassName'];
  return [
    ...(modes.length === 0 ? [required('spec.accessModes')] : []),
    ...modes
      .filter((mode) => !accessModes.includes(mode))
      .map((mode) => notSupported('spec.accessModes', mode, accessModes)),
    ...(Object.keys(capacity).length === 0 ? [required('spec.capacity')] : []),
    ...(Object.keys(spec).every((name) => others.includes(name))
      ? [required('spec', 'must specify a volume type')]
      : []),
  ];
}

export function validateClaimUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  const fixed = ({ resources: _r, volumeAttributesClassName: _v, volumeName: _n, ...rest }: Raw): Raw => rest;
  if (sameJson(fixed(raw(object['spec'])), fixed(raw(current['spec'])))) return [];
  const why =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  return [forbiddenField('spec', why)];
}

const systemClasses = ['system-cluster-critical', 'system-node-critical'];

export function validatePriorityClass(object: KubeObject): FieldError[] {
  const { name = '' } = object.metadata;
  const value = Number(object['value'] ?? 0);
  if (name.startsWith('system-')) {
    const why = `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`;
    return systemClasses.includes(name) ? [] : [forbiddenField('metadata.name', why)];
  }
  const max = 1_000_000_000;
  return value > max ? [forbiddenField('value', `maximum allowed value of a user defined priority is ${max}`)] : [];
}

export function validateStorageClass(object: KubeObject): FieldError[] {
  return text(object['provisioner']) === '' ? [required('provisioner')] : [];
}

export function validateDefinition(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const names = raw(spec['names']);
  const { name = '' } = object.metadata;
  const errors: FieldError[] = [];
  if (text(spec['group']) === '') errors.push(required('spec.group'));
  const scope = text(spec['scope']);
  if (scope === '') errors.push(required('spec.scope'));
  else if (!['Cluster', 'Namespaced'].includes(scope))
    errors.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  if (name !== `${text(names['plural'])}.${text(spec['group'])}`) {
    errors.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  }
  const versions = rawList(spec['versions']);
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    errors.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  for (const [index, version] of versions.entries()) {
    if (raw(version['schema'])['openAPIV3Schema'] === undefined) {
      errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'));
    }
  }
  for (const field of ['plural', 'kind']) if (text(names[field]) === '') errors.push(required(`spec.names.${field}`));
  return errors;
}
