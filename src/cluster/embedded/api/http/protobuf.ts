/**
 * What object does a protobuf request body hold? Kubernetes wraps it in an envelope that names its kind; the fields are
 * found by number in the table of Go types. kubectl's typed commands (`create`, `auth`, `drain`) send nothing else.
 */
import { type Field, type StructSchema, structSchema, type TypeRef } from '../kinds/schema.ts';
import { ProtobufError, type RawField, readFields, signed, text } from './protobuf-reader.ts';

const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

/** The object as JSON would have it: unset scalars (sent as zeros by Go) left out. Throws ProtobufError. */
export function decodeProtobuf(body: Uint8Array): Record<string, unknown> {
  if (!magic.every((byte, index) => body[index] === byte))
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const envelope = readFields(body.subarray(magic.length));
  const typeMeta = readFields(bytesOf(envelope, 1) ?? new Uint8Array());
  const apiVersion = text(bytesOf(typeMeta, 1));
  const kind = text(bytesOf(typeMeta, 2));
  const schema = structSchema(schemaKey(apiVersion, kind));
  if (!schema) throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { kind, apiVersion, ...decodeStruct(bytesOf(envelope, 2) ?? new Uint8Array(), schema) };
}

function bytesOf(fields: readonly RawField[], number: number): Uint8Array | undefined {
  return fields.find((field) => field.number === number)?.bytes;
}

/** Options travel under their own kind in any group: `DeleteOptions` of `policy/v1` is meta/v1's. */
function schemaKey(apiVersion: string, kind: string): string {
  if (kind === 'DeleteOptions') return 'meta/v1.DeleteOptions';
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? 'core' : apiVersion.slice(0, slash).replace(/\..*$/, '');
  return `${group}/${apiVersion.slice(slash + 1)}.${kind}`;
}

type Members = 'name' | { readonly except: readonly string[] } | { readonly only: readonly string[] };

/**
 * Go embeds these structs: their fields lie flat in JSON, in protobuf they are a message of their own under this number.
 */
const embedded: Readonly<Record<string, { readonly number: number; readonly members: Members }>> = {
  'core/v1.Volume': { number: 2, members: { except: ['name'] } },
  'core/v1.Probe': { number: 1, members: { only: ['exec', 'httpGet', 'tcpSocket', 'grpc'] } },
  'core/v1.EphemeralContainer': { number: 1, members: { except: ['targetContainerName'] } },
  'core/v1.PersistentVolumeSpec': {
    number: 2,
    members: {
      except: [
        'capacity',
        'accessModes',
        'claimRef',
        'persistentVolumeReclaimPolicy',
        'storageClassName',
        'mountOptions',
        'volumeMode',
        'nodeAffinity',
        'volumeAttributesClassName',
      ],
    },
  },
  'networking/v1.IngressRule': { number: 2, members: { only: ['http'] } },
  'admissionregistration/v1.RuleWithOperations': { number: 2, members: { except: ['operations'] } },
  'core/v1.ConfigMapEnvSource': { number: 1, members: 'name' },
  'core/v1.SecretEnvSource': { number: 1, members: 'name' },
  'core/v1.ConfigMapKeySelector': { number: 1, members: 'name' },
  'core/v1.SecretKeySelector': { number: 1, members: 'name' },
  'core/v1.ConfigMapVolumeSource': { number: 1, members: 'name' },
  'core/v1.ConfigMapProjection': { number: 1, members: 'name' },
  'core/v1.SecretProjection': { number: 1, members: 'name' },
};

function isMember(members: Members, field: Field): boolean {
  if (members === 'name') return field.name === 'name';
  return 'only' in members ? members.only.includes(field.name) : !members.except.includes(field.name);
}

function decodeStruct(message: Uint8Array, schema: StructSchema): Record<string, unknown> {
  const inner = embedded[schema.key];
  const outside = inner ? schema.fields.filter((field) => !isMember(inner.members, field)) : schema.fields;
  const object: Record<string, unknown> = {};
  for (const raw of readFields(message)) {
    if (inner && raw.number === inner.number) {
      const inside = schema.fields.filter((field) => isMember(inner.members, field));
      for (const part of readFields(raw.bytes ?? new Uint8Array())) store(object, part, inside);
    } else store(object, raw, outside);
  }
  return object;
}

function store(object: Record<string, unknown>, raw: RawField, fields: readonly Field[]): void {
  const field = fields.find((candidate) => candidate.number === raw.number);
  if (!field) return;
  const { type, name } = field;
  if (type.kind === 'list') {
    object[name] ??= [];
    (object[name] as unknown[]).push(decodeValue(raw, type.of));
    return;
  }
  if (type.kind === 'map') {
    const entry = readFields(raw.bytes ?? new Uint8Array());
    object[name] ??= {};
    const value = entry.find((part) => part.number === 2) ?? { number: 2, value: 0n, bytes: new Uint8Array() };
    Object.defineProperty(object[name], text(bytesOf(entry, 1)), {
      value: decodeValue(value, type.of),
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return;
  }
  const value = decodeValue(raw, type);
  if (field.pointer || !isZero(value)) object[name] = value;
}

/** Go sends every non-pointer field; JSON's omitempty would have left these out. */
function isZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === '' || value === 0 || value === false || value === null;
}

function decodeValue(raw: RawField, type: TypeRef): unknown {
  const bytes = raw.bytes ?? new Uint8Array();
  switch (type.kind) {
    case 'string':
      return text(bytes);
    case 'bool':
      return raw.value !== 0n;
    case 'int32':
    case 'int64':
      return signed(raw.value);
    case 'float64':
      return new DataView(new BigUint64Array([raw.value]).buffer).getFloat64(0, true);
    case 'bytes':
      return Buffer.from(bytes).toString('base64');
    case 'time':
    case 'microtime':
      return decodeTime(bytes, type.kind);
    case 'duration':
      return `${signed(readFields(bytes)[0]?.value ?? 0n) / 1e9}s`;
    case 'quantity':
      return text(bytesOf(readFields(bytes), 1));
    case 'int-or-string':
      return decodeIntOrString(bytes);
    case 'any':
    case 'fields':
      return decodeRaw(bytes);
    case 'struct': {
      const schema = structSchema(type.key);
      return schema ? decodeStruct(bytes, schema) : {};
    }
    case 'list':
    case 'map':
      throw new ProtobufError(`proto: nested ${type.kind}`);
  }
}

function decodeTime(bytes: Uint8Array, kind: 'time' | 'microtime'): string | undefined {
  const fields = readFields(bytes);
  const seconds = signed(fields.find((field) => field.number === 1)?.value ?? 0n);
  const nanoseconds = signed(fields.find((field) => field.number === 2)?.value ?? 0n);
  // Go's zero time, which an unset creationTimestamp is
  if (fields.length === 0 || seconds <= -62_135_596_800) return undefined;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return kind === 'time' ? `${whole}Z` : `${whole}.${String(Math.floor(nanoseconds / 1000)).padStart(6, '0')}Z`;
}

function decodeIntOrString(bytes: Uint8Array): number | string {
  const fields = readFields(bytes);
  const isText = fields.find((field) => field.number === 1)?.value === 1n;
  return isText ? text(bytesOf(fields, 3)) : signed(fields.find((field) => field.number === 2)?.value ?? 0n);
}

/** RawExtension and FieldsV1 carry JSON. */
function decodeRaw(bytes: Uint8Array): unknown {
  const raw = text(bytesOf(readFields(bytes), 1));
  if (raw === '') return undefined;
  try {
    return JSON.parse(raw);
  } catch {
    throw new ProtobufError('invalid JSON in a raw field');
  }
}
