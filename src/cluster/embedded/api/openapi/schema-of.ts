/** How a type looks in OpenAPI v3, under the names that Kubernetes' own documents use: kubectl explain prints their last part. */
import { enumOf } from './enums.ts';
import type { ModelFacts, PropertyFacts } from './model-facts.ts';

export type Schema = Readonly<Record<string, unknown>>;

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Types that are not structs, and their schemas. */
const leaves: Readonly<Record<string, readonly [name: string, schema: Schema]>> = {
  time: [
    `${meta}.Time`,
    {
      description:
        'Time is a wrapper around time.Time which supports correct marshaling to YAML and JSON.  Wrappers are provided for many of the factory methods that the time package offers.',
      format: 'date-time',
      type: 'string',
    },
  ],
  microtime: [
    `${meta}.MicroTime`,
    {
      description: 'MicroTime is version of Time with microsecond level precision.',
      format: 'date-time',
      type: 'string',
    },
  ],
  fields: [
    `${meta}.FieldsV1`,
    { description: 'FieldsV1 stores a set of fields in a data structure like a Trie, in JSON format.', type: 'object' },
  ],
  quantity: [
    'io.k8s.apimachinery.pkg.api.resource.Quantity',
    {
      description: 'Quantity is a fixed-point representation of a number.',
      oneOf: [{ type: 'string' }, { type: 'number' }],
    },
  ],
  'int-or-string': [
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    {
      description:
        'IntOrString is a type that can hold an int32 or a string.  When used in JSON or YAML marshalling and unmarshalling, it produces or consumes the inner type.  This allows you to have, for example, a JSON field that can accept a name or number.',
      format: 'int-or-string',
      oneOf: [{ type: 'integer' }, { type: 'string' }],
    },
  ],
};

const packages: Readonly<Record<string, string>> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

/** `core.v1.Pod` → `io.k8s.api.core.v1.Pod` */
export function schemaName(model: string): string {
  const dot = model.indexOf('.');
  const group = model.slice(0, dot);
  return `${packages[group] ?? `io.k8s.api.${group}`}${model.slice(dot)}`;
}

/** Adds the schema of a model and of everything that it refers to. */
export function addSchema(
  schemas: Record<string, Schema>,
  models: Readonly<Record<string, ModelFacts>>,
  model: string,
): void {
  const name = schemaName(model);
  const facts = models[model];
  if (!facts || schemas[name]) return;
  const [description, properties] = facts;
  const entries = Object.entries(properties);
  const required = entries.filter(([, [, isRequired]]) => isRequired === 1).map(([field]) => field);
  const shown: Record<string, Schema> = {};
  schemas[name] = {
    ...(description !== '' && { description }),
    ...(required.length > 0 && { required }),
    type: 'object',
    properties: shown,
  };
  const refer = (type: string): void => addReferenced(schemas, models, type);
  for (const [field, property] of entries) {
    shown[field] = propertySchema(model, field, property);
    refer(property[0]);
  }
}

function addReferenced(
  schemas: Record<string, Schema>,
  models: Readonly<Record<string, ModelFacts>>,
  type: string,
): void {
  const inner = type.replace(/^[[{]+/, '');
  const leaf = leaves[inner];
  if (inner.startsWith(':')) addSchema(schemas, models, inner.slice(1));
  else if (leaf) schemas[leaf[0]] = leaf[1];
}

function propertySchema(model: string, field: string, [type, , description]: PropertyFacts): Schema {
  const known = enumOf(model, field);
  const text = known ? `${description}${description === '' ? '' : '\n\n'}${known.description}` : description;
  return { ...(text !== '' && { description: text }), ...typeSchema(type, known?.values) };
}

function typeSchema(type: string, values?: readonly string[]): Schema {
  if (type.startsWith('[')) return { type: 'array', items: itemSchema(type.slice(1), values) };
  if (type.startsWith('{')) return { type: 'object', additionalProperties: itemSchema(type.slice(1)) };
  const reference = referenceOf(type);
  if (reference) return { allOf: [{ $ref: reference }] };
  if (type === 'any') return { type: 'object' };
  if (type === 'duration') return { type: 'string' };
  const [name, format] = type.split(' ');
  return { type: name, ...(format !== undefined && { format }), ...(values && { enum: values }) };
}

/** Inside lists and maps Kubernetes adds empty defaults to what is not a pointer. */
function itemSchema(type: string, values?: readonly string[]): Schema {
  if (type.startsWith(':')) return { default: {}, ...typeSchema(type) };
  return type.startsWith('string') ? { default: '', ...typeSchema(type, values) } : typeSchema(type);
}

function referenceOf(type: string): string | undefined {
  const name = type.startsWith(':') ? schemaName(type.slice(1)) : leaves[type]?.[0];
  return name === undefined ? undefined : `#/components/schemas/${name}`;
}
