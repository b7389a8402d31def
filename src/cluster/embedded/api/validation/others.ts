/** Are Ingresses, budgets, autoscalers, roles, claims, quotas and definitions acceptable? Their own rules, beyond metadata. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { sameJson } from '../machinery/core.ts';
import { isRaw, type Raw, raw, rawList, strings, text, validateCountOrPercent, validateSelector } from './checks.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from './names.ts';

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

export function validateIngress(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const rules = rawList(spec['rules']);
  const errors: FieldError[] = [];
  if (rules.length === 0 && spec['defaultBackend'] === undefined) {
    errors.push(invalidValue('spec', rules, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (isRaw(spec['defaultBackend'])) errors.push(...validateBackend(spec['defaultBackend'], 'spec.defaultBackend'));
  for (const [index, rule] of rules.entries()) {
    const field = `spec.rules[${index}]`;
    const host = text(rule['host']).replace(/^\*\./, '');
    if (host !== '')
      errors.push(...dnsSubdomainProblems(host).map((problem) => invalidValue(`${field}.host`, rule['host'], problem)));
    const http = rule['http'];
    if (!isRaw(http)) continue;
    const paths = rawList(http['paths']);
    if (paths.length === 0) errors.push(required(`${field}.http.paths`));
    for (const [at, path] of paths.entries()) errors.push(...validatePath(path, `${field}.http.paths[${at}]`));
  }
  return errors;
}

function validatePath(path: Raw, field: string): FieldError[] {
  const type = text(path['pathType']);
  const value = text(path['path']);
  const errors: FieldError[] = [];
  if (path['pathType'] === undefined) errors.push(required(`${field}.pathType`, 'pathType must be specified'));
  else if (!pathTypes.includes(type)) errors.push(notSupported(`${field}.pathType`, type, pathTypes));
  else if (type !== 'ImplementationSpecific' || value !== '') {
    if (!value.startsWith('/')) errors.push(invalidValue(`${field}.path`, value, 'must be an absolute path'));
  }
  return [...errors, ...validateBackend(raw(path['backend']), `${field}.backend`)];
}

function validateBackend(backend: Raw, field: string): FieldError[] {
  const service = backend['service'];
  if (!isRaw(service)) {
    if (backend['resource'] !== undefined) return [];
    return [required(field, 'a service or resource backend is required')];
  }
  const name = text(service['name']);
  const port = raw(service['port']);
  const errors =
    name === ''
      ? [required(`${field}.service.name`)]
      : dnsLabelProblems(name).map((problem) => invalidValue(`${field}.service.name`, name, problem));
  if (!port['name'] && !port['number']) errors.push(required(field, 'port name or number is required'));
  if (port['name'] && port['number'])
    errors.push(invalidValue(field, port['name'], 'cannot set both port name & port number'));
  return errors;
}

export function validateBudget(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const { minAvailable, maxUnavailable } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    return [invalidValue('spec', goBudget(spec), 'minAvailable and maxUnavailable cannot be both set')];
  }
  return [
    ...validateCountOrPercent(minAvailable, 'spec.minAvailable'),
    ...validateCountOrPercent(maxUnavailable, 'spec.maxUnavailable'),
    ...validateSelector(raw(spec['selector']), 'spec.selector'),
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
  return errors;
}

export function validateRole(object: KubeObject): FieldError[] {
  return rawList(object['rules']).flatMap((rule, index) => {
    const field = `rules[${index}]`;
    const errors: FieldError[] = [];
    if (strings(rule['verbs']).length === 0)
      errors.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
    if (strings(rule['nonResourceURLs']).length > 0) {
      if (object.metadata.namespace)
        errors.push(
          invalidValue(
            `${field}.nonResourceURLs`,
            rule['nonResourceURLs'],
            'namespaced rules cannot apply to non-resource URLs',
          ),
        );
      return errors;
    }
    if (strings(rule['apiGroups']).length === 0)
      errors.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
    if (strings(rule['resources']).length === 0)
      errors.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
    return errors;
  });
}

export function validateRoleBinding(object: KubeObject): FieldError[] {
  const ref = raw(object['roleRef']);
  const kinds = object.metadata.namespace ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const errors: FieldError[] = [];
  if (ref['apiGroup'] !== 'rbac.authorization.k8s.io') {
    errors.push(notSupported('roleRef.apiGroup', text(ref['apiGroup']), ['rbac.authorization.k8s.io']));
  }
  if (!kinds.includes(text(ref['kind']))) errors.push(notSupported('roleRef.kind', text(ref['kind']), kinds));
  if (text(ref['name']) === '') errors.push(required('roleRef.name'));
  for (const [index, subject] of rawList(object['subjects']).entries()) {
    const field = `subjects[${index}]`;
    if (text(subject['name']) === '') errors.push(required(`${field}.name`));
    if (!['ServiceAccount', 'User', 'Group'].includes(text(subject['kind']))) {
      errors.push(notSupported(`${field}.kind`, text(subject['kind']), ['Group', 'ServiceAccount', 'User']));
    }
    const missing =
      subject['kind'] === 'ServiceAccount' && text(subject['namespace']) === '' && !object.metadata.namespace;
    if (missing) errors.push(required(`${field}.namespace`));
  }
  return errors;
}

export function validateRoleBindingUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  const ref = raw(object['roleRef']);
  if (sameJson(ref, current['roleRef'])) return [];
  const shown = { APIGroup: ref['apiGroup'], Kind: ref['kind'], Name: ref['name'] };
  return [invalidValue('roleRef', shown, 'cannot change roleRef')];
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

export function validateClaimUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  const fixed = ({ resources: _r, volumeAttributesClassName: _v, volumeName: _n, ...rest }: Raw): Raw => rest;
  if (sameJson(fixed(raw(object['spec'])), fixed(raw(current['spec'])))) return [];
  const why =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  return [forbiddenField('spec', why)];
}

export function validatePriorityClass(object: KubeObject): FieldError[] {
  const { name = '' } = object.metadata;
  const value = Number(object['value'] ?? 0);
  if (name.startsWith('system-')) return [];
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
