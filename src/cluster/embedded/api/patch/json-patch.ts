/**
 * What does a JSON patch make of an object? RFC 6902 with the leniency of the real server's library (evanphx/json-patch):
 * `replace` of a missing map key adds it, `remove` of one fails.
 */

export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export class JsonPatchError extends Error {
  override readonly name = 'JsonPatchError';
}

type Container = Record<string, unknown> | unknown[];

/** Changes `target` in place, which must be a private copy. Throws JsonPatchError. */
export function applyJsonPatch(target: unknown, operations: readonly (JsonPatchOperation | null)[]): unknown {
  const root: Record<string, unknown> = { '': target };
  for (const operation of operations) {
    if (operation === null) throw new JsonPatchError('Unexpected kind: unknown');
    applyOperation(root, operation);
  }
  return root[''];
}

function applyOperation(root: Record<string, unknown>, operation: JsonPatchOperation): void {
  const { op, path } = operation;
  if (typeof path !== 'string') throw new JsonPatchError('operation lacks a path');
  switch (op) {
    case 'add':
      add(locate(root, path), copy(operation.value));
      return;
    case 'replace':
      replace(locate(root, path), copy(operation.value));
      return;
    case 'remove':
      remove(locate(root, path));
      return;
    case 'test':
      if (!equal(read(locate(root, path)) ?? null, operation.value ?? null))
        throw new JsonPatchError(`testing path ${path} failed`);
      return;
    case 'copy':
      add(locate(root, path), copy(present(locate(root, operation.from ?? ''))));
      return;
    case 'move': {
      const place = locate(root, operation.from ?? '');
      const value = present(place);
      remove(place);
      add(locate(root, path), value);
      return;
    }
    default:
      throw new JsonPatchError(`Unexpected kind: ${op}`);
  }
}

interface Place {
  readonly parent: Container;
  readonly key: string;
}

function locate(root: Record<string, unknown>, path: string): Place {
  const keys = path.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (keys[0] !== '') throw new JsonPatchError(`path ${path} does not start with /`);
  let parent: unknown = root;
  for (const key of keys.slice(0, -1)) {
    parent = isContainer(parent) ? read({ parent, key }) : undefined;
  }
  if (!isContainer(parent)) throw new JsonPatchError(`doc is missing path: ${path}`);
  return { parent, key: keys.at(-1) ?? '' };
}

function read({ parent, key }: Place): unknown {
  if (Array.isArray(parent)) return parent[indexOf(parent, key, parent.length - 1)];
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function present(place: Place): unknown {
  const value = read(place);
  if (value === undefined) throw new JsonPatchError(`missing key ${place.key}`);
  return value;
}

function add({ parent, key }: Place, value: unknown): void {
  if (Array.isArray(parent)) parent.splice(key === '-' ? parent.length : indexOf(parent, key, parent.length), 0, value);
  else define(parent, key, value);
}

function replace({ parent, key }: Place, value: unknown): void {
  if (Array.isArray(parent)) parent[indexOf(parent, key, parent.length - 1)] = value;
  else define(parent, key, value);
}

function remove(place: Place): void {
  const { parent, key } = place;
  present(place);
  if (Array.isArray(parent)) parent.splice(indexOf(parent, key, parent.length - 1), 1);
  else delete parent[key];
}

/** A key such as `__proto__` is data here. */
function define(parent: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, writable: true, configurable: true });
}

function indexOf(list: readonly unknown[], key: string, max: number): number {
  const index = /^-?\d+$/.test(key) ? Number(key) : Number.NaN;
  const from = index < 0 ? list.length + index : index;
  if (!(from >= 0 && from <= max)) throw new JsonPatchError(`invalid index referenced: ${key}`);
  return from;
}

function copy(value: unknown): unknown {
  return value === undefined ? null : structuredClone(value);
}

function equal(a: unknown, b: unknown): boolean {
  if (!isContainer(a) || !isContainer(b)) return a === b;
  const keys = Object.keys(a);
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
