/**
 * How does JSON become an object of a Go type, and what does the server say when it does not fit? Unknown fields are
 * collected, wrong types refused with the sentences of encoding/json (create, update) or of apimachinery's converter
 * (strategic merge patch), and what is left is written out as Go would: its order, its zero values, its omissions.
 */
import { canonicalQuantity, QuantityError } from '../../../../kube/quantity.ts';
import { type Field, type StructSchema, structSchema, type TypeRef } from '../kinds/schema.ts';
import { firstIllegalByte } from './base64.ts';
import { goPathOf, type Place, pathOf } from './decode-place.ts';
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

/** Throws DecodeError with Go's sentence. `kind` and `apiVersion` are not fields of the schema and left out. */
export function decode(schema: StructSchema, input: unknown, style: DecodeStyle): Decoded {
  const context: Context = { style, unknown: [], error: undefined };
  const value = decodeStruct(schema, input, { above: undefined, step: '', owner: schema.name }, context);
  if (context.error !== undefined) throw new DecodeError(context.error);
  return { value, unknown: context.unknown };
}

function decodeStruct(schema: StructSchema, input: unknown, place: Place, context: Context): Record<string, unknown> {
  if (input !== undefined && !isRecord(input)) {
    const { key } = schema;
    mismatch(input, place, context, { kind: 'struct', key, name: key.slice(key.lastIndexOf('/') + 1) });
    return {};
  }
  const source = input ?? {};
  const values: unknown[] = [];
  // In the document's order, because its first mistake is the one that is told.
  for (const name of Object.keys(source)) {
    const field = schema.byName.get(name);
    const raw = source[name];
    if (!field) {
      if (place.above || (name !== 'kind' && name !== 'apiVersion'))
        context.unknown.push(pathOf({ above: place, step: name, owner: schema.name }));
    } else if (raw !== null && raw !== undefined) {
      values[field.index] = fits(field.type, raw)
        ? raw
        : decodeValue(field.type, raw, { above: place, step: name, owner: schema.name }, context);
    }
  }
  const result: Record<string, unknown> = {};
  for (const field of schema.fields) {
    const value = values[field.index];
    const shown = value === undefined ? absent(field) : written(field, value);
    if (shown !== undefined) result[field.name] = shown;
  }
  return result;
}

/** What Go's encoder writes for a field; undefined: nothing. */
function written(field: Field, value: unknown): unknown {
  return field.omitEmpty && !field.pointer && isEmpty(value, field.type) ? undefined : value;
}

/** The same for a field that nobody has set. */
function absent({ type, pointer, omitEmpty }: Field): unknown {
  if (pointer) return undefined;
  if (type.kind === 'struct') return zeroStruct(type.key);
  return omitEmpty || type.kind === 'time' ? undefined : zeroOf(type);
}

function zeroStruct(key: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of structSchema(key)?.fields ?? []) {
    const zero = absent(field);
    if (zero !== undefined) result[field.name] = zero;
  }
  return result;
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
      if (isRecord(raw)) return decodeStruct(schema, raw, place, context);
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
    if (item === null) return of.kind === 'struct' ? zeroStruct(of.key) : zeroOf(of);
    if (fits(of, item)) return item;
    return decodeValue(of, item, { above: place, step: index, owner: place.owner }, context);
  });
}

function decodeMap(of: TypeRef, raw: Record<string, unknown>, place: Place, context: Context): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(raw).sort()) {
    const item = raw[key];
    let value = item;
    if (item === null) value = zeroOf(of);
    else if (!fits(of, item))
      value = decodeValue(of, item, { above: place, step: { key }, owner: place.owner }, context);
    if (key === '__proto__')
      Object.defineProperty(result, key, { value, enumerable: true, writable: true, configurable: true });
    else result[key] = value;
  }
  return result;
}

function decodeScalar(type: TypeRef, raw: unknown, place: Place, context: Context): unknown {
  if (type.kind === 'quantity') return decodeQuantity(raw, context);
  if (type.kind === 'bytes' && typeof raw === 'string') return decodeBytes(raw, context);
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

/** Whether a value goes in as it is. */
function fits(type: TypeRef, raw: unknown): boolean {
  switch (type.kind) {
    case 'string':
    case 'duration':
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
      return false;
  }
}

function mismatch(raw: unknown, place: Place, context: Context, type: TypeRef): void {
  if (context.style === 'converter') context.error ??= converterError(raw, type);
  else {
    const goPath = goPathOf(place);
    const into = goPath === '' ? 'Go value' : `Go struct field ${place.owner}.${goPath}`;
    const what = typeof raw === 'number' && type.kind.startsWith('int') ? `number ${raw}` : jsonKind(raw);
    context.error ??= `json: cannot unmarshal ${what} into ${into} of type ${type.name}`;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
