/**
 * What is wrong with a field, and how is it said? The error types of k8s.io/apimachinery/pkg/util/validation/field, with
 * their texts.
 */

export interface FieldError {
  readonly field: string;
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotFound'
    | 'InternalError';
  readonly detail: string;
  /** The value as it is printed, quotes and all. */
  readonly value?: string;
}

export function required(field: string, detail = ''): FieldError {
  return { field, reason: 'FieldValueRequired', detail };
}

export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { field, reason: 'FieldValueInvalid', detail, value: printValue(value) };
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { field, reason: 'FieldValueTypeInvalid', detail, value: printValue(value) };
}

/** `supported` in the order in which the message lists them. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = `supported values: ${supported.map((item) => JSON.stringify(item)).join(', ')}`;
  return {
    field,
    reason: 'FieldValueNotSupported',
    detail: supported.length > 0 ? detail : '',
    value: printValue(value),
  };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { field, reason: 'FieldValueDuplicate', detail: '', value: printValue(value) };
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { field, reason: 'FieldValueForbidden', detail };
}

export function notFoundField(field: string, value: unknown): FieldError {
  return { field, reason: 'FieldValueNotFound', detail: '', value: printValue(value) };
}

export function tooLong(field: string, maxBytes: number): FieldError {
  return { field, reason: 'FieldValueTooLong', detail: `may not be more than ${maxBytes} bytes` };
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  return { field, reason: 'FieldValueTooMany', detail: `must have at most ${max} items`, value: String(actual) };
}

/** Without the field's name: also the `message` of a Status cause. */
export function fieldErrorBody(error: FieldError): string {
  const { detail, value } = error;
  const tail = detail === '' ? '' : `: ${detail}`;
  switch (error.reason) {
    case 'FieldValueRequired':
      return `Required value${tail}`;
    case 'FieldValueForbidden':
      return `Forbidden${tail}`;
    case 'FieldValueTooLong':
      return `Too long${tail}`;
    case 'InternalError':
      return `Internal error${tail}`;
    case 'FieldValueInvalid':
      return `Invalid value: ${value}${tail}`;
    case 'FieldValueTypeInvalid':
      return `Invalid value: ${value}${tail}`;
    case 'FieldValueNotSupported':
      return `Unsupported value: ${value}${tail}`;
    case 'FieldValueDuplicate':
      return `Duplicate value: ${value}${tail}`;
    case 'FieldValueNotFound':
      return `Not found: ${value}${tail}`;
    case 'FieldValueTooMany':
      return `Too many: ${value}${tail}`;
  }
}

/** Go quotes strings, prints numbers and booleans plainly, and everything else as JSON. */
function printValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return JSON.stringify(value);
}
