/**
 * What does a strategic merge patch make of an object? Lists of structs merge by the key that their Go type names, other
 * lists replace; `$patch`, `$setElementOrder`, `$deleteFromPrimitiveList` and `$retainKeys` steer, as in
 * k8s.io/apimachinery/pkg/util/strategicpatch.
 */
import { type Field, type StructSchema, structSchema } from '../kinds/schema.ts';
import { mergePatch } from './merge-patch.ts';
import { orderMerged, orderPrimitives } from './set-element-order.ts';

type Fields = Record<string, unknown>;

/** The patch contradicts itself or the type; `message` as the real library's. */
export class StrategicPatchError extends Error {
  override readonly name = 'StrategicPatchError';
}

/** Pure. `schema` undefined: no Go type, everything merges as a plain merge patch. */
export function strategicMerge(target: Fields, patch: Fields, schema: StructSchema | undefined): Fields {
  if (schema === undefined) return mergePatch(target, patch) as Fields;
  return mergeStruct(target, patch, schema) ?? {};
}

/** undefined: `$patch: delete`. */
function mergeStruct(target: Fields, patch: Fields, schema: StructSchema | undefined): Fields | undefined {
  const directive = patch['$patch'];
  if (directive === 'delete') return undefined;
  const body = without(patch, (key) => key === '$patch');
  if (directive === 'replace') return withoutDirectives(body);
  if (directive !== undefined && directive !== 'merge')
    throw new StrategicPatchError(`Unknown patch type found: ${String(directive)}`);
  const result: Fields = { ...target };
  retainKeys(result, body['$retainKeys']);
  for (const [key, value] of Object.entries(body)) {
    if (key.startsWith('$')) continue;
    const field = schema?.byName.get(key);
    if (value === null) delete result[key];
    else set(result, key, mergeField(result[key], value, field, body));
    if (result[key] === undefined) delete result[key];
  }
  return applyListDirectives(result, body, schema);
}

function mergeField(current: unknown, value: unknown, field: Field | undefined, body: Fields): unknown {
  if (Array.isArray(value)) {
    if (!field?.merge || field.type.kind !== 'list') return value.filter((item) => !isDirectiveItem(item));
    const list = Array.isArray(current) ? current : [];
    const order = body[`$setElementOrder/${field.name}`];
    if (field.mergeKey === undefined) return orderPrimitives([...new Set([...list, ...value])], list, value, order);
    const item = field.type.of.kind === 'struct' ? structSchema(field.type.of.key) : undefined;
    return mergeList(list, value, field.mergeKey, item, order);
  }
  if (!isFields(value)) return value;
  const inner = field?.type.kind === 'struct' ? structSchema(field.type.key) : undefined;
  return mergeStruct(isFields(current) ? current : {}, value, inner);
}

function mergeList(
  list: readonly unknown[],
  patch: readonly unknown[],
  key: string,
  schema: StructSchema | undefined,
  order: unknown,
): unknown[] {
  if (patch.some((item) => isFields(item) && item['$patch'] === 'replace' && !(key in item))) {
    return patch.filter((item) => !isDirectiveItem(item));
  }
  let result = list.filter(isFields);
  const server = result;
  const items = patch.filter(isFields);
  for (const item of items) {
    if (item['$patch'] === undefined && item[key] === undefined) {
      throw new StrategicPatchError(`map: ${goMap(item)} does not contain declared merge key: ${key}`);
    }
    if (item['$patch'] === 'delete') result = result.filter((other) => other[key] !== item[key]);
  }
  for (const item of items.filter((candidate) => candidate['$patch'] !== 'delete')) {
    const at = result.findIndex((other) => other[key] === item[key]);
    const merged = mergeStruct(at < 0 ? {} : (result[at] ?? {}), item, schema) ?? {};
    result = at < 0 ? [...result, merged] : result.with(at, merged);
  }
  return orderMerged(result, server, items, key, order);
}

/** `$deleteFromPrimitiveList/x`, and `$setElementOrder/x` where the patch has no `x`. */
function applyListDirectives(result: Fields, body: Fields, schema: StructSchema | undefined): Fields {
  for (const [directive, value] of Object.entries(body)) {
    if (!Array.isArray(value)) continue;
    const [kind = '', key = ''] = directive.split('/');
    const list = result[key];
    if (!Array.isArray(list)) continue;
    if (kind === '$deleteFromPrimitiveList') result[key] = list.filter((item) => !value.includes(item));
    if (kind !== '$setElementOrder' || Array.isArray(body[key])) continue;
    const mergeKey = schema?.byName.get(key)?.mergeKey;
    result[key] =
      mergeKey === undefined
        ? orderPrimitives(list, list, [], value)
        : orderMerged(list.filter(isFields), list.filter(isFields), [], mergeKey, value);
  }
  return result;
}

function retainKeys(result: Fields, keys: unknown): void {
  if (!Array.isArray(keys)) return;
  for (const key of Object.keys(result)) if (!keys.includes(key)) delete result[key];
}

function withoutDirectives(value: Fields): Fields {
  return without(value, (key) => key.startsWith('$'));
}

function without(value: Fields, leaves: (key: string) => boolean): Fields {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !leaves(key)));
}

function isDirectiveItem(item: unknown): boolean {
  return isFields(item) && item['$patch'] !== undefined;
}

function set(target: Fields, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Go's `%v` of a decoded JSON value: `map[a:1 b:[x y]]`, keys sorted. */
export function goMap(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`;
  if (!isFields(value)) return String(value);
  const entries = Object.keys(value).sort();
  return `map[${entries.map((key) => `${key}:${goMap(value[key])}`).join(' ')}]`;
}
