/** Does a custom resource fit its definition's schema? Types, required fields, enums, patterns and bounds of structural schemas. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { isRaw, type Raw, raw, strings, text } from './checks.ts';
import { type FieldError, invalidValue, notSupported, required, tooLong, tooMany, typeInvalid } from './field-error.ts';

export function validateCustom(object: KubeObject, schema: unknown): FieldError[] {
  if (!isRaw(schema)) return [];
  const { metadata: _metadata, apiVersion: _v, kind: _k, ...body } = object;
  const properties = raw(schema['properties']);
  const { metadata: _m, apiVersion: _a, kind: _kk, ...own } = properties;
  const needed = strings(schema['required']).filter((name) => !['metadata', 'apiVersion', 'kind'].includes(name));
  return validateValue(body, { ...schema, properties: own, required: needed, type: 'object' }, '');
}

function validateValue(value: unknown, schema: Raw, field: string): FieldError[] {
  if (value === null) return schema['nullable'] === true ? [] : [typeError(value, schema, field)];
  if (schema['x-kubernetes-int-or-string'] === true) {
    return typeof value === 'string' || Number.isInteger(value)
      ? []
      : [typeError(value, { type: 'integer,string' }, field)];
  }
  if (!hasType(value, text(schema['type']))) return [typeError(value, schema, field)];
  const errors = validateScalar(value, schema, field);
  if (Array.isArray(value)) {
    const { maxItems, minItems, items } = schema;
    if (typeof maxItems === 'number' && value.length > maxItems) errors.push(tooMany(field, value.length, maxItems));
    if (typeof minItems === 'number' && value.length < minItems) {
      errors.push(invalidValue(field, value.length, `${field} in body should have at least ${minItems} items`));
    }
    if (isRaw(items))
      for (const [index, item] of value.entries()) errors.push(...validateValue(item, items, `${field}[${index}]`));
  } else if (isRaw(value)) errors.push(...validateFields(value, schema, field));
  return errors;
}

function validateFields(value: Raw, schema: Raw, field: string): FieldError[] {
  const properties = raw(schema['properties']);
  const extra = schema['additionalProperties'];
  const at = (name: string): string => (field === '' ? name : `${field}.${name}`);
  const errors = strings(schema['required'])
    .filter((name) => value[name] === undefined)
    .map((name) => required(at(name)));
  for (const [name, child] of Object.entries(value)) {
    const own = properties[name] ?? extra;
    if (isRaw(own)) errors.push(...validateValue(child, own, at(name)));
  }
  return errors;
}

function validateScalar(value: unknown, schema: Raw, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const { enum: values, pattern, minimum, maximum, maxLength, minLength } = schema;
  if (Array.isArray(values) && !values.includes(value)) errors.push(notSupported(field, value, values.map(String)));
  if (typeof value === 'string') {
    if (typeof maxLength === 'number' && value.length > maxLength) errors.push(tooLong(field, maxLength));
    if (typeof minLength === 'number' && value.length < minLength) {
      errors.push(invalidValue(field, value, `${field} in body should be at least ${minLength} chars long`));
    }
    if (typeof pattern === 'string' && !new RegExp(pattern).test(value)) {
      errors.push(invalidValue(field, value, `${field} in body should match '${pattern}'`));
    }
  }
  if (typeof value === 'number') {
    if (typeof minimum === 'number' && value < minimum) {
      errors.push(invalidValue(field, value, `${field} in body should be greater than or equal to ${minimum}`));
    }
    if (typeof maximum === 'number' && value > maximum) {
      errors.push(invalidValue(field, value, `${field} in body should be less than or equal to ${maximum}`));
    }
  }
  return errors;
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return isRaw(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'string':
    case 'boolean':
      return typeof value === type;
    default:
      return true;
  }
}

function typeError(value: unknown, schema: Raw, field: string): FieldError {
  const type = text(schema['type']);
  const shown = Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : Number.isInteger(value)
        ? 'integer'
        : typeof value;
  return typeInvalid(field, shown, `${field} in body must be of type ${type}: ${JSON.stringify(shown)}`);
}
