/** Are ConfigMaps and Secrets acceptable, and may they change? */
import type { KubeObject } from '../../../../kube/objects.ts';
import { sameJson } from '../machinery/core.ts';
import { type Raw, raw, text } from './checks.ts';
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from './field-error.ts';
import { configKeyProblems } from './names.ts';

const maxBytes = 1024 * 1024;
const frozen = 'field is immutable when `immutable` is set';

export function validateConfigMap(object: KubeObject): FieldError[] {
  const data = raw(object['data']);
  const binary = raw(object['binaryData']);
  const errors = keys('data', data);
  for (const key of Object.keys(data)) {
    if (Object.hasOwn(binary, key))
      errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
  }
  errors.push(...keys('binaryData', binary));
  const size = textBytes(data) + base64Bytes(binary);
  return size > maxBytes ? [...errors, tooLong('', maxBytes)] : errors;
}

export function validateConfigMapUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  if (current['immutable'] !== true) return [];
  return [
    ...(object['immutable'] === true ? [] : [forbiddenField('immutable', frozen)]),
    ...['data', 'binaryData']
      .filter((field) => !same(object[field], current[field]))
      .map((field) => forbiddenField(field, frozen)),
  ];
}

export function validateSecret(object: KubeObject): FieldError[] {
  const data = raw(object['data']);
  const errors = keys('data', data);
  if (base64Bytes(data) > maxBytes) errors.push(tooLong('data', maxBytes));
  return [...errors, ...validateSecretType(object, data)];
}

function validateSecretType(object: KubeObject, data: Raw): FieldError[] {
  const type = text(object['type']);
  if (type === 'kubernetes.io/service-account-token') {
    const owner = 'kubernetes.io/service-account.name';
    return object.metadata.annotations?.[owner] ? [] : [required(`metadata.annotations[${owner}]`)];
  }
  if (type === 'kubernetes.io/basic-auth') {
    const keys = ['username', 'password'];
    return keys.some((key) => Object.hasOwn(data, key)) ? [] : keys.map((key) => required(`data[${key}]`));
  }
  const missing = (neededKeys[type] ?? []).filter((key) => !Object.hasOwn(data, key));
  const key = jsonKeys[type];
  if (key === undefined || missing.length > 0) return missing.map((name) => required(`data[${name}]`));
  const problem = jsonProblem(Buffer.from(text(data[key]), 'base64').toString('utf8'));
  return problem === undefined ? [] : [invalidValue(`data[${key}]`, '<secret contents redacted>', problem)];
}

/** What encoding/json stumbles over first. */
function jsonProblem(json: string): string | undefined {
  try {
    JSON.parse(json);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const first = json.trim().charAt(0);
    if (first === '' || /[{["\d-]/.test(first)) return 'unexpected end of JSON input';
    return `invalid character '${first}' looking for beginning of value`;
  }
}

const jsonKeys: Readonly<Record<string, string>> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
};

const neededKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

export function validateSecretUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (object['type'] !== current['type']) errors.push(invalidValue('type', object['type'], 'field is immutable'));
  if (current['immutable'] !== true) return errors;
  if (object['immutable'] !== true) errors.push(forbiddenField('immutable', frozen));
  if (!same(object['data'], current['data'])) errors.push(forbiddenField('data', frozen));
  return errors;
}

function keys(field: string, map: Readonly<Record<string, unknown>>): FieldError[] {
  return Object.keys(map).flatMap((key) =>
    configKeyProblems(key).map((problem) => invalidValue(`${field}[${key}]`, key, problem)),
  );
}

function textBytes(map: Readonly<Record<string, unknown>>): number {
  return Object.values(map).reduce<number>((sum, value) => sum + Buffer.byteLength(text(value)), 0);
}

function base64Bytes(map: Readonly<Record<string, unknown>>): number {
  return Object.values(map).reduce<number>((sum, value) => sum + Buffer.byteLength(text(value), 'base64'), 0);
}

function same(a: unknown, b: unknown): boolean {
  return sameJson(a ?? {}, b ?? {});
}
