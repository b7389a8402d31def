/**
 * What fields does a type have? Go's own answer: order, JSON name, type, `omitempty`, pointer, strategic-merge tags and
 * protobuf number of every field, unpacked on demand from one compact text.
 */
import { schemaText } from './generated/schema.ts';

/** `int` covers Go's int32 and int64; `name` is Go's, as it stands in decoding errors. */
export type TypeRef =
  | { readonly kind: 'string' | 'bool' | 'int32' | 'int64' | 'float64'; readonly name: string }
  | {
      readonly kind: 'bytes' | 'time' | 'microtime' | 'quantity' | 'int-or-string' | 'any' | 'fields' | 'duration';
      readonly name: string;
    }
  | { readonly kind: 'struct'; readonly name: string; readonly key: string }
  | { readonly kind: 'list'; readonly name: string; readonly of: TypeRef }
  | { readonly kind: 'map'; readonly name: string; readonly of: TypeRef };

export interface Field {
  /** Its place among the fields of its struct. */
  readonly index: number;
  /** As in JSON. */
  readonly name: string;
  readonly goName: string;
  readonly type: TypeRef;
  readonly omitEmpty: boolean;
  /** A Go pointer: a zero value is kept where it is set. */
  readonly pointer: boolean;
  /** patchStrategy:"merge" */
  readonly merge: boolean;
  readonly retainKeys: boolean;
  readonly mergeKey: string | undefined;
  /** Protobuf field number. */
  readonly number: number;
}

export interface StructSchema {
  /** `core/v1.PodSpec` */
  readonly key: string;
  /** `PodSpec` */
  readonly name: string;
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
}

let texts: Map<string, string> | undefined;
const structs = new Map<string, StructSchema>();

/** undefined for a type that the table lacks. `key` as in `apps/v1.Deployment`, `meta/v1.ObjectMeta`. */
export function structSchema(key: string): StructSchema | undefined {
  const known = structs.get(key);
  if (known) return known;
  texts ??= new Map(schemaText.split('\n').map((line) => splitOnce(line, ' ')));
  const text = texts.get(key);
  if (text === undefined) return undefined;
  const fields = text === '' ? [] : text.split(';').map(parseField);
  const schema = { key, name: lastSegment(key), fields, byName: new Map(fields.map((field) => [field.name, field])) };
  structs.set(key, schema);
  return schema;
}

function parseField(text: string, index: number): Field {
  const [name = '', type = '', flags = '', number = '', mergeKey = '', goName = ''] = text.split(',');
  return {
    index,
    name,
    goName: goName || name.charAt(0).toUpperCase() + name.slice(1),
    type: parseType(type),
    omitEmpty: flags.includes('o'),
    pointer: flags.includes('p'),
    merge: flags.includes('m'),
    retainKeys: flags.includes('k'),
    mergeKey: mergeKey || undefined,
    number: Number(number),
  };
}

const scalars: Readonly<Record<string, TypeRef>> = {
  B: { kind: 'bytes', name: '[]uint8' },
  T: { kind: 'time', name: 'v1.Time' },
  U: { kind: 'microtime', name: 'v1.MicroTime' },
  Q: { kind: 'quantity', name: 'resource.Quantity' },
  I: { kind: 'int-or-string', name: 'intstr.IntOrString' },
  A: { kind: 'any', name: 'runtime.RawExtension' },
  F: { kind: 'fields', name: 'v1.FieldsV1' },
  D: { kind: 'duration', name: 'v1.Duration' },
};

const numbers = { s: 'string', b: 'bool', i: 'int32', l: 'int64', f: 'float64' } as const;

/** Grammar: `[T`, `{T`, `:key`, a letter; `=Name` behind it is Go's name. */
function parseType(text: string): TypeRef {
  const first = text.charAt(0);
  if (first === ':') return { kind: 'struct', key: text.slice(1), name: goTypeName(text.slice(1)) };
  if (first === '[') {
    const of = parseType(text.slice(1));
    return { kind: 'list', of, name: `[]${of.name}` };
  }
  if (first === '{') {
    const of = parseType(text.slice(1));
    return { kind: 'map', of, name: `map[string]${of.name}` };
  }
  const scalar = scalars[first];
  if (scalar) return scalar;
  const kind = numbers[first as keyof typeof numbers];
  return { kind, name: splitOnce(text, '=')[1] || kind };
}

/** `core/v1.PodSpec` is v1.PodSpec in Go's messages: the last path element, then the type. */
function goTypeName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

function lastSegment(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
