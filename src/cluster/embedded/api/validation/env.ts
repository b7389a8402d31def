/** Is a container's environment acceptable? pkg/apis/core/validation/validation.go, ValidateEnv and ValidateEnvFrom. */
import { isRaw, type Raw, rawList, text } from './checks.ts';
import { type FieldError, invalidValue, notSupported, required } from './field-error.ts';
import { configKeyProblems, dnsSubdomainProblems, envNameProblems, labelKeyProblems } from './names.ts';

const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];
const oneSource =
  'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

export function validateEnv(container: Raw, field: string): FieldError[] {
  return rawList(container['env']).flatMap((variable, index) => {
    const place = `${field}.env[${index}]`;
    const name = text(variable['name']);
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(`${place}.name`));
    else errors.push(...envNameProblems(name).map((problem) => invalidValue(`${place}.name`, name, problem)));
    const from = variable['valueFrom'];
    return isRaw(from) ? [...errors, ...validateValueFrom(variable, from, `${place}.valueFrom`)] : errors;
  });
}

function validateValueFrom(variable: Raw, from: Raw, place: string): FieldError[] {
  const { fieldRef, resourceFieldRef } = from;
  const errors: FieldError[] = [];
  if (isRaw(fieldRef)) errors.push(...validateFieldRef(fieldRef, `${place}.fieldRef`, 'env'));
  if (isRaw(resourceFieldRef))
    errors.push(...validateResourceFieldRef(resourceFieldRef, `${place}.resourceFieldRef`, false));
  for (const source of ['configMapKeyRef', 'secretKeyRef']) {
    const ref = from[source];
    if (isRaw(ref)) errors.push(...validateKeyRef(ref, `${place}.${source}`));
  }
  const given = sources.filter((source) => from[source] !== undefined);
  if (given.length === 0) errors.push(invalidValue(place, '', oneSource));
  else if (text(variable['value']) !== '')
    errors.push(invalidValue(place, '', 'may not be specified when `value` is not empty'));
  else if (given.length > 1)
    errors.push(invalidValue(place, '', 'may not have more than one field specified at a time'));
  return errors;
}

function validateKeyRef(ref: Raw, field: string): FieldError[] {
  const name = text(ref['name']);
  const key = text(ref['key']);
  const errors = dnsSubdomainProblems(name).map((problem) => invalidValue(`${field}.name`, name, problem));
  if (key === '') return [...errors, required(`${field}.key`)];
  return [...errors, ...configKeyProblems(key).map((problem) => invalidValue(`${field}.key`, key, problem))];
}

export function validateEnvFrom(container: Raw, field: string): FieldError[] {
  return rawList(container['envFrom']).flatMap((source, index) => {
    const place = `${field}.envFrom[${index}]`;
    const prefix = text(source['prefix']);
    const errors =
      prefix === '' ? [] : envNameProblems(prefix).map((problem) => invalidValue(`${place}.prefix`, prefix, problem));
    const given = ['configMapRef', 'secretRef'].filter((name) => isRaw(source[name]));
    for (const name of given) {
      const target = text((source[name] as Raw)['name']);
      if (target === '') errors.push(required(`${place}.${name}.name`));
      else
        errors.push(
          ...dnsSubdomainProblems(target).map((problem) => invalidValue(`${place}.${name}.name`, target, problem)),
        );
    }
    if (given.length === 0)
      errors.push(invalidValue(`${field}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (given.length > 1)
      errors.push(invalidValue(`${field}.envFrom`, '', 'may not have more than one field specified at a time'));
    return errors;
  });
}

const fieldPaths = {
  env: [
    'metadata.name',
    'metadata.namespace',
    'metadata.uid',
    'spec.nodeName',
    'spec.serviceAccountName',
    'status.hostIP',
    'status.hostIPs',
    'status.podIP',
    'status.podIPs',
  ],
  volume: ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'],
};

/** What a field selector of pods can say at all; another path is no path. */
const knownPaths: ReadonlySet<string> = new Set([
  ...fieldPaths.env,
  ...fieldPaths.volume,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'status.nominatedNodeName',
]);

export function validateFieldRef(ref: Raw, field: string, use: 'env' | 'volume'): FieldError[] {
  const path = text(ref['fieldPath']);
  if (text(ref['apiVersion']) === '') return [required(`${field}.apiVersion`)];
  if (path === '') return [required(`${field}.fieldPath`)];
  const subscript = /^(.*)\['(.*)'\]$/.exec(path);
  if (subscript) {
    const [, base = '', key = ''] = subscript;
    if (base === 'metadata.annotations' || base === 'metadata.labels') {
      const checked = base === 'metadata.annotations' ? key.toLowerCase() : key;
      return labelKeyProblems(checked).map((problem) => invalidValue(field, checked, problem));
    }
    return [invalidValue(field, base, 'does not support subscript')];
  }
  if (!knownPaths.has(path)) {
    const why = `error converting fieldPath: field label not supported: ${path}`;
    return [invalidValue(`${field}.fieldPath`, path, why)];
  }
  return fieldPaths[use].includes(path) ? [] : [notSupported(`${field}.fieldPath`, path, fieldPaths[use])];
}

const resourcePaths = ['limits', 'requests'].flatMap((list) =>
  ['cpu', 'ephemeral-storage', 'memory'].map((name) => `${list}.${name}`),
);

export function validateResourceFieldRef(ref: Raw, field: string, named: boolean): FieldError[] {
  const resource = text(ref['resource']);
  if (named && text(ref['containerName']) === '') return [required(`${field}.containerName`)];
  if (resource === '') return [required(`${field}.resource`)];
  const known = resourcePaths.includes(resource) || /^(limits|requests)\.hugepages-/.test(resource);
  return known ? [] : [notSupported(`${field}.resource`, resource, resourcePaths)];
}
