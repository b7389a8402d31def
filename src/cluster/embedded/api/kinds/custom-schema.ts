/**
 * Which fields does a custom resource keep? Its definition's structural schema decides: what it does not name is dropped and
 * reported, what it gives a default for is filled in.
 */
type Raw = Readonly<Record<string, unknown>>;
type Changeable = Record<string, unknown>;

/** Paths such as `spec.sise`, in the order of the document; `object` is changed in place. metadata is not looked at. */
export function shapeCustom(object: Changeable, schema: unknown): readonly string[] {
  if (!isRaw(schema)) return [];
  const unknown: string[] = [];
  const {
    apiVersion: _a,
    kind: _k,
    metadata: _m,
    ...properties
  } = isRaw(schema['properties']) ? schema['properties'] : {};
  shapeFields(object, { ...schema, properties }, '', unknown, new Set(['apiVersion', 'kind', 'metadata']));
  return unknown;
}

function shapeFields(value: Changeable, schema: Raw, path: string, unknown: string[], kept: ReadonlySet<string>): void {
  const properties = isRaw(schema['properties']) ? schema['properties'] : {};
  const extra = schema['additionalProperties'];
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true || extra === true;
  const declared = schema['properties'] !== undefined || extra !== undefined || schema['type'] === 'object';
  for (const key of Object.keys(value)) {
    if (kept.has(key)) continue;
    const at = path === '' ? key : `${path}.${key}`;
    const own = properties[key] ?? (isRaw(extra) ? extra : undefined);
    if (isRaw(own)) shapeValue(value[key], own, at, unknown);
    else if (declared && !keepsAll) {
      unknown.push(at);
      delete value[key];
    }
  }
  for (const [key, own] of Object.entries(properties)) {
    if (value[key] === undefined && isRaw(own) && own['default'] !== undefined) {
      value[key] = structuredClone(own['default']);
      shapeValue(value[key], own, key, []);
    }
  }
}

function shapeValue(value: unknown, schema: Raw, path: string, unknown: string[]): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (isRaw(items))
      for (const [index, item] of value.entries()) shapeValue(item, items, `${path}[${index}]`, unknown);
  } else if (isRaw(value)) shapeFields(value as Changeable, schema, path, unknown, new Set());
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
