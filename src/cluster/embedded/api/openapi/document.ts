/** The OpenAPI v3 document of one group and version: a path for every verb of its kinds, and the schemas that they use. */
import type { Machinery, ServedType } from '../machinery.ts';
import type { ModelFacts } from './model-facts.ts';
import { addSchema, type Schema, schemaName } from './schema-of.ts';

type Paths = Record<string, Record<string, unknown>>;

const definitions = 'customresourcedefinitions.apiextensions.k8s.io';

/** `types` are all kinds of the group and version. */
export async function documentOf(
  group: string,
  version: string,
  types: readonly ServedType[],
  machinery: Machinery,
): Promise<Schema> {
  const { models } = await import('./generated/models.ts');
  const schemas: Record<string, Schema> = {};
  const paths: Paths = {};
  for (const type of types) {
    const name = addKind(schemas, models, type, machinery);
    addPaths(paths, type, name);
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: group === '' ? version : `${group}/${version}` },
    paths,
    components: { schemas },
  };
}

/** Returns the schema's name. */
function addKind(
  schemas: Record<string, Schema>,
  models: Readonly<Record<string, ModelFacts>>,
  type: ServedType,
  machinery: Machinery,
): string {
  const short = type.group === '' ? 'core' : (type.group.split('.')[0] ?? '');
  const model = `${short}.${type.version}.${type.kind}`;
  const own = models[model] && !isCustom(type, machinery);
  const name = own
    ? schemaName(model)
    : `${[...type.group.split('.')].reverse().join('.')}.${type.version}.${type.kind}`;
  addSchema(schemas, models, own ? model : 'meta.v1.ObjectMeta');
  const schema = own ? schemas[name] : customSchema(type, machinery);
  schemas[name] = { ...schema, 'x-kubernetes-group-version-kind': [kindOf(type)] };
  return name;
}

function isCustom(type: ServedType, machinery: Machinery): boolean {
  return machinery.find(definitions, undefined, type.id) !== undefined;
}

/** What the CustomResourceDefinition says, with the fields that every object has. */
function customSchema(type: ServedType, machinery: Machinery): Schema {
  const definition = machinery.find(definitions, undefined, type.id);
  const { versions = [] } = (definition?.['spec'] ?? {}) as {
    versions?: { name?: string; schema?: { openAPIV3Schema?: Schema } }[];
  };
  const own = versions.find((candidate) => candidate.name === type.version)?.schema?.openAPIV3Schema ?? {};
  return {
    type: 'object',
    ...own,
    properties: {
      ...((own['properties'] as Schema | undefined) ?? {}),
      apiVersion: { type: 'string', description: apiVersionDescription },
      kind: { type: 'string', description: kindDescription },
      metadata: {
        description:
          "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
        allOf: [{ $ref: `#/components/schemas/${schemaName('meta.v1.ObjectMeta')}` }],
      },
    },
  };
}

const apiVersionDescription =
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources';
const kindDescription =
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds';

function kindOf({ group, version, kind }: ServedType): Schema {
  return { group, kind, version };
}

function addPaths(paths: Paths, type: ServedType, schema: string): void {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scoped = type.namespaced ? `${root}/namespaces/{namespace}/${type.resource}` : `${root}/${type.resource}`;
  const operation = (action: string): Schema => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindOf(type),
    responses: {
      200: {
        description: 'OK',
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
      },
    },
  });
  const pick = (entries: Readonly<Record<string, readonly [verb: string, value: Schema]>>): Record<string, Schema> =>
    Object.fromEntries(
      Object.entries(entries)
        .filter(([, [verb]]) => type.verbs.includes(verb))
        .map(([method, [, value]]) => [method, value]),
    );
  if (type.namespaced) paths[`${root}/${type.resource}`] = pick({ get: ['list', operation('list')] });
  paths[scoped] = pick({
    get: ['list', operation('list')],
    post: ['create', { ...operation('post'), parameters: writeParameters }],
    delete: ['deletecollection', operation('deletecollection')],
  });
  paths[`${scoped}/{name}`] = pick({
    get: ['get', operation('get')],
    put: ['update', { ...operation('put'), parameters: writeParameters }],
    patch: ['patch', { ...operation('patch'), parameters: [...writeParameters, query('force', 'boolean')] }],
    delete: ['delete', operation('delete')],
  });
}

function query(name: string, type: string): Schema {
  return { name, in: 'query', schema: { type, uniqueItems: true } };
}

/** kubectl looks for `fieldValidation` before it leaves checking to the server. */
const writeParameters = [
  query('dryRun', 'string'),
  query('fieldManager', 'string'),
  query('fieldValidation', 'string'),
];
