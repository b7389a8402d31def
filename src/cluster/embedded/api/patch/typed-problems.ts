/**
 * Does an applied configuration fit its kind, as structured-merge-diff sees it? Its sentences name places by the keys of
 * lists, and show values as Go prints the wrapper that they come in.
 */
import type { StructSchema, TypeRef } from '../kinds/schema.ts';
import { structSchema } from '../kinds/schema.ts';
import { type Shape, shapeOfKind } from '../kinds/shape.ts';
import { printElement } from './field-set.ts';
import { itemKey } from './own-fields.ts';
import { goMap } from './strategic-merge.ts';

type Raw = Readonly<Record<string, unknown>>;

/** `.spec.foo: field not declared in schema`; several are listed below `errors:`. undefined where all is well. */
export function typedProblem(schema: StructSchema, patch: Raw): string | undefined {
  const { kind: _kind, apiVersion: _version, ...fields } = patch;
  const problems = structProblems(schema, fields, shapeOfKind(schema.key), '');
  return problems.length <= 1 ? problems[0] : `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
}

function structProblems(schema: StructSchema, value: Raw, shape: Shape | undefined, path: string): string[] {
  return Object.entries(value).flatMap(([name, child]) => {
    const field = schema.byName.get(name);
    const at = `${path}.${name}`;
    if (!field) return [`${at}: field not declared in schema`];
    return valueProblems(field.type, child, shape?.kind === 'fields' ? shape.field(name) : undefined, at);
  });
}

function valueProblems(type: TypeRef, value: unknown, shape: Shape | undefined, path: string): string[] {
  if (value === null || value === undefined) return [];
  switch (type.kind) {
    case 'struct': {
      const schema = structSchema(type.key);
      if (!isRaw(value)) return [`${path}: expected map, got &{${goMap(value)}}`];
      return schema ? structProblems(schema, value, shape, path) : [];
    }
    case 'map':
      if (!isRaw(value)) return [`${path}: expected map, got &{${goMap(value)}}`];
      return Object.entries(value).flatMap(([name, child]) =>
        valueProblems(type.of, child, undefined, `${path}.${name}`),
      );
    case 'list':
      if (!Array.isArray(value)) return [`${path}: expected list, got &{${goMap(value)}}`];
      return listProblems(type.of, value, shape, path);
    default:
      return scalarProblems(type, value, path);
  }
}

function listProblems(of: TypeRef, list: readonly unknown[], shape: Shape | undefined, path: string): string[] {
  if (shape?.kind !== 'keyed-list')
    return list.flatMap((item, index) => valueProblems(of, item, undefined, `${path}[${index}]`));
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    if (!isRaw(item)) return [`${path}: element ${index}: associative list with keys may not have non-map elements`];
    const missing = shape.keys.find((key) => item[key] === undefined && key !== 'protocol');
    if (missing !== undefined) {
      const why = `associative list with keys has an element that omits key field ${JSON.stringify(missing)} (and doesn't have default value)`;
      return [`${path}: element ${index}: ${why}`];
    }
    const key = printElement(itemKey(item, shape.keys));
    if (seen.has(key)) return [`${path}: duplicate entries for key ${key}`];
    seen.add(key);
    return valueProblems(of, item, shape.of, `${path}${key}`);
  });
}

function scalarProblems(type: TypeRef, value: unknown, path: string): string[] {
  switch (type.kind) {
    case 'bool':
      return typeof value === 'boolean' ? [] : [`${path}: expected boolean, got &{${goMap(value)}}`];
    case 'int32':
    case 'int64':
    case 'float64':
      return typeof value === 'number' ? [] : [`${path}: expected numeric (int or float), got ${goType(value)}`];
    case 'string':
    case 'bytes':
    case 'time':
    case 'microtime':
    case 'duration':
      return typeof value === 'string'
        ? []
        : [`${path}: expected string, got &value.valueUnstructured{Value:${goValue(value)}}`];
    default:
      return [];
  }
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'boolean') return 'bool';
  return isRaw(value) ? 'map[string]interface {}' : typeof value;
}

/** `%#v` of decoded JSON. */
function goValue(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goValue).join(', ')}}`;
  if (!isRaw(value)) return JSON.stringify(value);
  const entries = Object.keys(value).sort();
  return `map[string]interface {}{${entries.map((key) => `${JSON.stringify(key)}:${goValue(value[key])}`).join(', ')}}`;
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
