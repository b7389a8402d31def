/**
 * Down to which level can the fields of a type have different owners? Structs and maps by field, some lists by key or by
 * value, all else only as a whole: the listType and mapType markers of k8s.io/api, which Go's reflection does not carry.
 */
import { type Field, type StructSchema, structSchema, type TypeRef } from './schema.ts';

export type Shape =
  | { readonly kind: 'leaf' }
  /** `declared` is false where any name may stand: a map, or an object without a schema. */
  | { readonly kind: 'fields'; readonly declared: boolean; field(name: string): Shape | undefined }
  | { readonly kind: 'keyed-list'; readonly keys: readonly string[]; readonly of: Shape }
  | { readonly kind: 'set' };

const leaf: Shape = { kind: 'leaf' };

/** Of objects without a Go type: maps by key, lists as a whole. */
export const looseShape: Shape = { kind: 'fields', declared: false, field: () => looseShape };

const atomicStructs: ReadonlySet<string> = new Set([
  'meta/v1.LabelSelector',
  'meta/v1.OwnerReference',
  'core/v1.ConfigMapKeySelector',
  'core/v1.EndpointAddress',
  'core/v1.EndpointPort',
  'core/v1.LocalObjectReference',
  'core/v1.NodeSelector',
  'core/v1.NodeSelectorTerm',
  'core/v1.ObjectFieldSelector',
  'core/v1.ObjectReference',
  'core/v1.ResourceFieldSelector',
  'core/v1.ScopeSelector',
  'core/v1.SecretKeySelector',
  'core/v1.SecretReference',
  'core/v1.TopologySelectorTerm',
  'core/v1.TypedLocalObjectReference',
  'autoscaling/v1.CrossVersionObjectReference',
  'rbac/v1.RoleRef',
  'rbac/v1.Subject',
]);

const atomicMaps: ReadonlySet<string> = new Set([
  'core/v1.ServiceSpec.selector',
  'core/v1.PodSpec.nodeSelector',
  'core/v1.ReplicationControllerSpec.selector',
]);

/** Where the keys for ownership are not the key of strategic merge. */
const listKeys: Readonly<Record<string, readonly string[]>> = {
  'core/v1.Container.ports': ['containerPort', 'protocol'],
  'core/v1.EphemeralContainer.ports': ['containerPort', 'protocol'],
  'core/v1.ServiceSpec.ports': ['port', 'protocol'],
  'core/v1.PodSpec.topologySpreadConstraints': ['topologyKey', 'whenUnsatisfiable'],
};

/** Lists that strategic merge merges and ownership does not. */
const atomicLists: ReadonlySet<string> = new Set([
  'core/v1.ServiceAccount.imagePullSecrets',
  'core/v1.PodStatus.containerStatuses',
]);

/** `key` as in `apps/v1.Deployment`; undefined for a kind without a Go type. */
export function shapeOfKind(key: string | undefined): Shape {
  if (key === undefined) {
    const meta = structSchema('meta/v1.ObjectMeta');
    return {
      kind: 'fields',
      declared: false,
      field: (name) => (name === 'metadata' && meta ? structShape(meta) : looseShape),
    };
  }
  const schema = structSchema(key);
  return schema ? structShape(schema) : looseShape;
}

const structShapes = new Map<string, Shape>();

function structShape(schema: StructSchema): Shape {
  const known = structShapes.get(schema.key);
  if (known) return known;
  const fields = new Map<string, Shape>();
  const shape: Shape = {
    kind: 'fields',
    declared: true,
    field(name) {
      const ready = fields.get(name);
      if (ready) return ready;
      const field = schema.byName.get(name);
      if (!field) return undefined;
      const made = fieldShape(field, `${schema.key}.${name}`);
      fields.set(name, made);
      return made;
    },
  };
  structShapes.set(schema.key, shape);
  return shape;
}

function fieldShape(field: Field, path: string): Shape {
  const { type } = field;
  if (type.kind === 'list') return listShape(field, type.of, path);
  if (type.kind === 'map') return atomicMaps.has(path) ? leaf : mapShape(type.of);
  return valueShape(type);
}

function valueShape(type: TypeRef): Shape {
  switch (type.kind) {
    case 'struct': {
      const schema = atomicStructs.has(type.key) ? undefined : structSchema(type.key);
      return schema ? structShape(schema) : leaf;
    }
    case 'map':
      return mapShape(type.of);
    case 'any':
      return looseShape;
    default:
      return leaf;
  }
}

function mapShape(of: TypeRef): Shape {
  const value = valueShape(of);
  return { kind: 'fields', declared: false, field: () => value };
}

function listShape(field: Field, of: TypeRef, path: string): Shape {
  const keys = listKeys[path] ?? (field.mergeKey === undefined ? undefined : [field.mergeKey]);
  if (atomicLists.has(path)) return leaf;
  if (keys && of.kind === 'struct') return { kind: 'keyed-list', keys, of: valueShape(of) };
  return field.merge && of.kind === 'string' ? { kind: 'set' } : leaf;
}
