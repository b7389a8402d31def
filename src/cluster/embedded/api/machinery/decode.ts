/**
 * How does JSON become an object of a Go type, and what does the server say when it does not fit? Unknown fields are
 * collected, wrong types refused with the sentences of encoding/json (create, update) or of apimachinery's converter
 * (strategic merge patch), and what is left is written out as Go would: its order, its zero values, its omissions.
 */
import { canonicalQuantity, QuantityError } from '../../../../kube/quantity.ts';
import { type Field, type StructSchema, structSchema, type TypeRef } from '../kinds/schema.ts';
import { firstIllegalByte } from './base64.ts';
import { converterError, jsonKind } from './type-mismatch.ts';

export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

export interface Decoded {
  readonly value: Record<string, unknown>;
  /** Paths such as `spec.containers[0].port`, in the order of the document. */
  readonly unknown: readonly string[];
}

/** `json`: a body is decoded. `converter`: a merged patch is written back into the type. */
export type DecodeStyle = 'json' | 'converter';

interface Context {
  readonly style: DecodeStyle;
  readonly unknown: string[];
  /** Fields without indices, as Go names the place; the first wrong type wins. */
  error: string | undefined;
}

interface Place {
  readonly path: string;
  readonly goPath: string;
  /** The innermost struct. */
  readonly owner: string;
}

/** Throws DecodeError with Go's sentence. `kind` and `apiVersion` are not fields of the schema and left out. */
export function decode(schema: StructSchema, input: unknown, style: DecodeStyle): Decoded {
  const context: Context = { style, unknown: [], error: undefined };
  const value = decodeStruct(schema, input, { path: '', goPath: '', owner: schema.name }, context, schema.key);
  if (context.error !== undefined) throw new DecodeError(context.error);
  return { value, unknown: context.unknown };
}

function decodeStruct(
  schema: StructSchema,
  input: unknown,
  place: Place,
  context: Context,
  typeKey: string,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (input !== undefined && !isRecord(input)) {
    mismatch(input, place, context, {
      kind: 'struct',
      key: typeKey,
      name: typeKey.slice(typeKey.lastIndexOf('/') + 1),
    });
    return result;
  }
  const source = input ?? {};
  const decoded = new Map<string, unknown>();
  for (const [name, raw] of Object.entries(source)) {
    const field = schema.byName.get(name);
    const path = place.path === '' ? name : `${place.path}.${name}`;
    if (!field) {
      if (place.path !== '' || (name !== 'kind' && name !== 'apiVersion')) context.unknown.push(path);
      continue;
    }
    if (raw === null || raw === undefined) continue;
    const inner = { path, goPath: place.goPath === '' ? name : `${place.goPath}.${name}`, owner: schema.name };
    decoded.set(name, decodeValue(field.type, raw, inner, context));
  }
  for (const field of schema.fields) {
    const value = written(field, decoded.get(field.name), context);
    if (value !== undefined) result[field.name] = value;
  }
  return result;
}

/** What Go's encoder writes for a field; undefined: nothing. */
function written(field: Field, value: unknown, context: Context): unknown {
  if (value === undefined) {
    if (field.pointer) return undefined;
    if (field.type.kind === 'struct') return zeroStruct(field.type.key, context);
    return field.omitEmpty || field.type.kind === 'time' ? undefined : zeroOf(field.type);
  }
  return field.omitEmpty && !field.pointer && isEmpty(value, field.type) ? undefined : value;
}

function zeroStruct(key: string, context: Context): unknown {
  const schema = structSchema(key);
  return schema ? decodeStruct(schema, {}, { path: '-', goPath: '', owner: '' }, context, key) : {};
}

function zeroOf(type: TypeRef): unknown {
  switch (type.kind) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'float64':
    case 'int-or-string':
      return 0;
    case 'quantity':
      return '0';
    default:
      return null;
  }
}

function isEmpty(value: unknown, type: TypeRef): boolean {
  if (type.kind === 'struct' || type.kind === 'int-or-string' || type.kind === 'quantity') return false;
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return type.kind === 'map' && Object.keys(value as object).length === 0;
}

function decodeValue(type: TypeRef, raw: unknown, place: Place, context: Context): unknown {
  switch (type.kind) {
    case 'struct': {
      const schema = structSchema(type.key);
      if (!schema) return raw;
      if (isRecord(raw)) return decodeStruct(schema, raw, place, context, type.key);
      mismatch(raw, place, context, type);
      return undefined;
    }
    case 'list':
      if (Array.isArray(raw)) return decodeList(type.of, raw, place, context);
      mismatch(raw, place, context, type);
      return undefined;
    case 'map':
      if (isRecord(raw)) return decodeMap(type.of, raw, place, context);
      mismatch(raw, place, context, type);
      return undefined;
    case 'any':
    case 'fields':
      return raw;
    default:
      return decodeScalar(type, raw, place, context);
  }
}

function decodeList(of: TypeRef, raw: readonly unknown[], place: Place, context: Context): unknown[] {
  return raw.map((item, index) => {
    if (item === null) return of.kind === 'struct' ? zeroStruct(of.key, context) : zeroOf(of);
    return decodeValue(of, item, { ...place, path: `${place.path}[${index}]` }, context);
  });
}

function decodeMap(of: TypeRef, raw: Record<string, unknown>, place: Place, context: Context): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(raw).sort()) {
    const item = raw[key];
    const inner = { ...place, path: `${place.path}.${key}` };
    const value = item === null ? zeroOf(of) : decodeValue(of, item, inner, context);
    Object.defineProperty(result, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return result;
}

function decodeScalar(type: TypeRef, raw: unknown, place: Place, context: Context): unknown {
  if (type.kind === 'quantity') return decodeQuantity(raw, context);
  if (type.kind === 'bytes' && typeof raw === 'string') return decodeBytes(raw, context);
  if (fits(type, raw)) return raw;
  if ((type.kind === 'time' || type.kind === 'microtime') && typeof raw === 'string') {
    const layout = type.kind === 'time' ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00';
    context.error ??= `parsing time ${JSON.stringify(raw)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(raw)} as "2006"`;
  } else if (type.kind === 'int-or-string') {
    const what = typeof raw === 'number' ? `number ${raw}` : jsonKind(raw);
    context.error ??= `json: cannot unmarshal ${what} into Go value of type int32`;
  } else mismatch(raw, place, context, type);
  return undefined;
}

/** Quantities parse whatever stands there, as text. */
function decodeQuantity(raw: unknown, context: Context): unknown {
  try {
    return canonicalQuantity(typeof raw === 'string' ? raw.trim() : JSON.stringify(raw));
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    context.error ??= error.message;
    return undefined;
  }
}

function decodeBytes(raw: string, context: Context): unknown {
  const illegal = firstIllegalByte(raw);
  if (illegal === undefined) return raw;
  const prefix = context.style === 'converter' ? 'error decoding from json: ' : '';
  context.error ??= `${prefix}illegal base64 data at input byte ${illegal}`;
  return undefined;
}

const maxInt32 = 2 ** 31 - 1;

function isInt32(raw: unknown): boolean {
  return typeof raw === 'number' && Number.isInteger(raw) && raw <= maxInt32 && raw >= -maxInt32 - 1;
}

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function fits(type: TypeRef, raw: unknown): boolean {
  switch (type.kind) {
    case 'string':
      return typeof raw === 'string';
    case 'bool':
      return typeof raw === 'boolean';
    case 'int32':
      return isInt32(raw);
    case 'int64':
      return typeof raw === 'number' && Number.isInteger(raw);
    case 'float64':
      return typeof raw === 'number';
    case 'int-or-string':
      return typeof raw === 'string' || isInt32(raw);
    case 'time':
    case 'microtime':
      return typeof raw === 'string' && timePattern.test(raw);
    default:
      return typeof raw === 'string';
  }
}

function mismatch(raw: unknown, place: Place, context: Context, type: TypeRef): void {
  if (context.style === 'converter') context.error ??= converterError(raw, type);
  else {
    const into = place.goPath === '' ? 'Go value' : `Go struct field ${place.owner}.${place.goPath}`;
    const what = typeof raw === 'number' && type.kind.startsWith('int') ? `number ${raw}` : jsonKind(raw);
    context.error ??= `json: cannot unmarshal ${what} into ${into} of type ${type.name}`;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
