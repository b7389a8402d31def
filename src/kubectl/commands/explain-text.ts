/** An OpenAPI schema as kubectl explain prints it: header, description wrapped at 76 columns, fields with their types. */
import type { DiscoveredType } from '../../kube/client.ts';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly allOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

export type Schemas = Readonly<Record<string, Schema>>;

export interface Explained {
  readonly type: DiscoveredType;
  readonly root: Schema;
  readonly schemas: Schemas;
  readonly path: readonly string[];
  readonly recursive: boolean;
}

/** `error` is set when the path leads nowhere; the header is printed all the same. */
export function describeSchema({ type, root, schemas, path, recursive }: Explained): { text: string; error?: string } {
  const group = type.group ? `GROUP:      ${type.group}\n` : '';
  let text = `${group}KIND:       ${type.kind}\nVERSION:    ${type.version}\n\n`;
  let schema = root;
  let descriptions = [root.description ?? ''];
  for (const name of path) {
    const field = resolve(schemas, schema).properties?.[name];
    if (!field) return { text, error: `field ${JSON.stringify(name)} does not exist` };
    const target = resolve(schemas, inner(field));
    descriptions = [field.description ?? '', ...(target === field ? [] : [target.description ?? ''])];
    schema = target;
    if (name === path.at(-1))
      text += `FIELD: ${name} <${typeName(schemas, field)}>\n${enumLine(schemas, field, 0)}\n\n`;
  }
  const said = [...new Set(descriptions)].filter((part) => part !== '').join('\n');
  text += `DESCRIPTION:\n${indented(`${wrap(said === '' ? '<empty>' : said, 76)}\n`, 4)}\n`;
  const fields = resolve(schemas, schema).properties;
  if (fields) text += `FIELDS:\n${listFields(schemas, resolve(schemas, schema), recursive, 1, [])}`;
  return { text: `${text}\n` };
}

/** Through arrays and maps to what they hold. */
function inner(schema: Schema): Schema {
  if (schema.items) return inner(schema.items);
  if (typeof schema.additionalProperties === 'object') return inner(schema.additionalProperties);
  return schema;
}

function refOf(schema: Schema): string | undefined {
  const ref = schema.$ref ?? (schema.allOf?.length === 1 && !schema.properties ? schema.allOf[0]?.$ref : undefined);
  return ref?.split('/').at(-1);
}

function resolve(schemas: Schemas, schema: Schema): Schema {
  const name = refOf(schema);
  return name === undefined ? schema : (schemas[name] ?? schema);
}

function typeName(schemas: Schemas, schema: Schema): string {
  if (schema.items) return `[]${typeName(schemas, schema.items)}`;
  if (typeof schema.additionalProperties === 'object')
    return `map[string]${typeName(schemas, schema.additionalProperties)}`;
  const name = refOf(schema);
  if (name === undefined) return schema.type ?? 'Object';
  // a reference to a plain type, such as Time, is shown as what it is on the wire
  const target = schemas[name]?.type;
  return target !== undefined && target !== 'object' ? target : (name.split('.').at(-1) ?? name);
}

function enumLine(schemas: Schemas, schema: Schema, level: number): string {
  const values = schema.enum ?? resolve(schemas, inner(schema)).enum ?? [];
  if (values.length === 0) return '';
  const [first = '', ...rest] = [...values].map((value) => (value === '' ? '""' : value)).sort();
  return `${'  '.repeat(level)}enum: ${[first, ...rest].join(', ')}\n`;
}

function listFields(
  schemas: Schemas,
  schema: Schema,
  recursive: boolean,
  level: number,
  seen: readonly Schema[],
): string {
  let out = '';
  for (const name of Object.keys(schema.properties ?? {}).sort()) {
    const field = schema.properties?.[name];
    if (!field) continue;
    const required = schema.required?.includes(name) ? ' -required-' : '';
    out += `${'  '.repeat(level)}${name}\t<${typeName(schemas, field)}>${required}\n${enumLine(schemas, field, level)}`;
    if (!recursive) {
      out += `${indented(wrap(field.description || '<no description>', 76), 2 * level + 2)}\n\n`;
      continue;
    }
    const target = resolve(schemas, inner(field));
    if (target.properties && !seen.includes(target))
      out += listFields(schemas, target, true, level + 1, [...seen, target]);
  }
  return out;
}

function indented(text: string, by: number): string {
  return text
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');
}

/** Breaks at blanks only, keeps the text's own line breaks and inner spacing; words longer than the limit stay whole. */
function wrap(text: string, limit: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, limit))
    .join('\n');
}

function wrapLine(line: string, limit: number): string {
  let out = '';
  let current = 0;
  for (const [, space = '', word = ''] of line.matchAll(/(\s*)(\S+|$)/g)) {
    if (word === '' && space === '') continue;
    const fits = current + space.length + word.length <= limit;
    if (!fits && word !== '' && (word.length < limit || current > 0)) {
      out += `\n${word}`;
      current = word.length;
    } else if (fits || word !== '') {
      out += space + word;
      current += space.length + word.length;
    }
  }
  return out;
}
