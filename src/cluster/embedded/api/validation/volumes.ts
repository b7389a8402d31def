/** Are a pod's volumes acceptable? pkg/apis/core/validation/validation.go, ValidateVolumes. */
import { quantityToNumber } from '../../../../kube/quantity.ts';
import { isRaw, type Raw, raw, rawList, text } from './checks.ts';
import { validateFieldRef, validateResourceFieldRef } from './env.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts';
import { dnsLabelProblems } from './names.ts';

const fileModes = 'must be a number between 0 and 0777 (octal), both inclusive';
const backsteps = "must not contain '..'";
const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

/** In the order in which the server looks for them: of two, the later is one too many. */
const sources: Readonly<Record<string, (source: Raw, field: string) => FieldError[]>> = {
  emptyDir: validateEmptyDir,
  hostPath: validateHostPath,
  secret: (source, field) => [...needs(source, field, 'secretName'), ...validateFiles(source, field)],
  nfs: validateNfs,
  persistentVolumeClaim: (source, field) => needs(source, field, 'claimName'),
  downwardAPI: (source, field) =>
    rawList(source['items']).flatMap((file, index) => validateDownwardFile(file, `${field}.items[${index}]`)),
  configMap: (source, field) => [...needs(source, field, 'name'), ...validateFiles(source, field)],
  projected: validateProjected,
  csi: (source, field) => needs(source, field, 'driver'),
  ephemeral: (source, field) =>
    isRaw(source['volumeClaimTemplate']) ? [] : [required(`${field}.volumeClaimTemplate`)],
};

/** Only volumes without fault may be mounted: the others are not found. */
export function soundVolumes(volumes: readonly Raw[]): ReadonlySet<string> {
  const sound = new Set<string>();
  for (const volume of volumes) {
    const name = text(volume['name']);
    if (validateVolume(volume, '', sound).length === 0) sound.add(name);
  }
  return sound;
}

export function validateVolumes(volumes: readonly Raw[], field: string): FieldError[] {
  const sound = new Set<string>();
  return volumes.flatMap((volume, index) => {
    const errors = validateVolume(volume, `${field}[${index}]`, sound);
    if (errors.length === 0) sound.add(text(volume['name']));
    return errors;
  });
}

function validateVolume(volume: Raw, place: string, names: ReadonlySet<string>): FieldError[] {
  const name = text(volume['name']);
  const [first, ...others] = Object.keys(sources).filter((source) => volume[source] !== undefined);
  const errors = first === undefined ? [] : (sources[first]?.(raw(volume[first]), `${place}.${first}`) ?? []);
  errors.push(...others.map((key) => forbiddenField(`${place}.${key}`, 'may not specify more than 1 volume type')));
  if (name === '') errors.push(required(`${place}.name`));
  else errors.push(...dnsLabelProblems(name).map((problem) => invalidValue(`${place}.name`, name, problem)));
  if (names.has(name)) errors.push(duplicate(`${place}.name`, name));
  return errors;
}

function needs(source: Raw, field: string, name: string): FieldError[] {
  return text(source[name]) === '' ? [required(`${field}.${name}`)] : [];
}

function validateEmptyDir(source: Raw, field: string): FieldError[] {
  const limit = source['sizeLimit'];
  if (limit === undefined || quantityToNumber(text(limit)) >= 0) return [];
  return [forbiddenField(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')];
}

function validateHostPath(source: Raw, field: string): FieldError[] {
  const path = text(source['path']);
  if (path === '') return [required(`${field}.path`)];
  const errors = path.split('/').includes('..') ? [invalidValue(`${field}.path`, path, backsteps)] : [];
  const type = text(source['type']);
  return hostPathTypes.includes(type) ? errors : [...errors, notSupported(`${field}.type`, type, hostPathTypes)];
}

function validateNfs(source: Raw, field: string): FieldError[] {
  const path = text(source['path']);
  const errors = [...needs(source, field, 'server'), ...needs(source, field, 'path')];
  if (!path.startsWith('/')) errors.push(invalidValue(`${field}.path`, path, 'must be an absolute path'));
  return errors;
}

/** Of ConfigMaps and Secrets: where their keys go, with which modes. */
function validateFiles(source: Raw, field: string): FieldError[] {
  return [
    ...validateMode(source['defaultMode'], `${field}.defaultMode`),
    ...rawList(source['items']).flatMap((item, index) => {
      const place = `${field}.items[${index}]`;
      return [
        ...needs(item, place, 'key'),
        ...needs(item, place, 'path'),
        ...validateLocalPath(text(item['path']), `${place}.path`),
        ...validateMode(item['mode'], `${place}.mode`),
      ];
    }),
  ];
}

function validateMode(mode: unknown, field: string): FieldError[] {
  return typeof mode === 'number' && (mode < 0 || mode > 0o777) ? [invalidValue(field, mode, fileModes)] : [];
}

/** Below the mount, and not among the names that the kubelet keeps for itself. */
function validateLocalPath(path: string, field: string): FieldError[] {
  const errors = validateDescendingPath(path, field);
  if (path.startsWith('..') && !path.startsWith('../'))
    errors.push(invalidValue(field, path, "must not start with '..'"));
  return errors;
}

export function validateDescendingPath(path: string, field: string): FieldError[] {
  return [
    ...(path.startsWith('/') ? [invalidValue(field, path, 'must be a relative path')] : []),
    ...(path.split('/').includes('..') ? [invalidValue(field, path, backsteps)] : []),
  ];
}

function validateDownwardFile(file: Raw, field: string): FieldError[] {
  const errors = [...needs(file, field, 'path'), ...validateLocalPath(text(file['path']), `${field}.path`)];
  const { fieldRef, resourceFieldRef } = file;
  if (isRaw(fieldRef)) errors.push(...validateFieldRef(fieldRef, `${field}.fieldRef`, 'volume'));
  else if (isRaw(resourceFieldRef)) {
    errors.push(...validateResourceFieldRef(resourceFieldRef, `${field}.resourceFieldRef`, true));
  } else errors.push(required(field, 'one of fieldRef and resourceFieldRef is required'));
  return [...errors, ...validateMode(file['mode'], `${field}.mode`)];
}

const projections = [
  'secret',
  'configMap',
  'downwardAPI',
  'serviceAccountToken',
  'clusterTrustBundle',
  'podCertificate',
];

function validateProjected(source: Raw, field: string): FieldError[] {
  return [
    ...validateMode(source['defaultMode'], `${field}.defaultMode`),
    ...rawList(source['sources']).flatMap((projection, index) => {
      const place = `${field}.sources[${index}]`;
      const [first, ...others] = projections.filter((name) => projection[name] !== undefined);
      const errors = others.map((name) =>
        forbiddenField(`${place}.${name}`, 'may not specify more than 1 volume type per source'),
      );
      if (first === undefined) return [required(place, 'may not be empty')];
      const body = raw(projection[first]);
      if (first === 'secret' || first === 'configMap') errors.push(...needs(body, `${place}.${first}`, 'name'));
      if (first === 'serviceAccountToken') errors.push(...needs(body, `${place}.${first}`, 'path'));
      return errors;
    }),
  ];
}
