/**
 * Which fields does somebody own? A set of paths as a tree, in the FieldsV1 form of managedFields: `f:name` for fields,
 * `k:{"name":"web"}` for items of keyed lists, `v:"x"` for values of sets, `.` for the thing itself.
 */

export interface FieldSet {
  /** The path up to here is itself in the set. */
  readonly self: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const emptySet: FieldSet = { self: false, children: new Map() };
export const selfOnly: FieldSet = { self: true, children: new Map() };

export function fieldSet(self: boolean, children: ReadonlyMap<string, FieldSet>): FieldSet {
  return { self, children };
}

export function isEmptySet(set: FieldSet): boolean {
  return !set.self && set.children.size === 0;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a)) return b;
  const children = new Map(a.children);
  for (const [key, child] of b.children) {
    const known = children.get(key);
    children.set(key, known ? union(known, child) : child);
  }
  return { self: a.self || b.self, children };
}

/** What is in `a` and not in `b`; `a` itself where they have nothing in common. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  let rests: Map<string, FieldSet> | undefined;
  for (const [key, other] of b.children) {
    const child = a.children.get(key);
    const rest = child && difference(child, other);
    if (!rest || rest === child) continue;
    rests ??= new Map(a.children);
    if (isEmptySet(rest)) rests.delete(key);
    else rests.set(key, rest);
  }
  if (!rests && !(a.self && b.self)) return a;
  return { self: a.self && !b.self, children: rests ?? a.children };
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [key, child] of a.children) {
    const other = b.children.get(key);
    const both = other ? intersection(child, other) : emptySet;
    if (!isEmptySet(both)) children.set(key, both);
  }
  return { self: a.self && b.self, children };
}

/** `.spec.containers[name="web"].image`, one for each path in the set, sorted. */
export function printPaths(set: FieldSet, prefix = ''): string[] {
  const below = [...set.children.keys()].sort().flatMap((key) => {
    const child = set.children.get(key);
    return child ? printPaths(child, prefix + printElement(key)) : [];
  });
  return set.self && prefix !== '' ? [prefix, ...below] : below;
}

export function printElement(key: string): string {
  const body = key.slice(2);
  if (key.startsWith('f:')) return `.${body}`;
  if (key.startsWith('v:')) return `[=${body}]`;
  const parts = Object.entries(JSON.parse(body) as Record<string, unknown>);
  return `[${parts.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}

/** Stored entries outlive many writes: what was read from one, and what a set was printed as. */
const parsed = new WeakMap<object, FieldSet>();
const printed = new WeakMap<FieldSet, object>();

/** Reads `fieldsV1`. Anything that is not of its form counts as empty. */
export function parseFieldsV1(value: unknown): FieldSet {
  if (typeof value !== 'object' || value === null) return emptySet;
  const known = parsed.get(value);
  if (known) return known;
  const set = parseEntries(value);
  // Only what is stored stays as it is.
  if (Object.isFrozen(value)) remember(set, value);
  return set;
}

function parseEntries(value: unknown): FieldSet {
  if (typeof value !== 'object' || value === null) return emptySet;
  const entries = Object.entries(value);
  if (entries.length === 0) return selfOnly;
  const children = new Map<string, FieldSet>();
  for (const [key, child] of entries) if (key !== '.') children.set(key, parseEntries(child));
  return { self: Object.hasOwn(value, '.'), children };
}

function remember(set: FieldSet, entry: object): void {
  parsed.set(entry, set);
  printed.set(set, entry);
}

/** Keys in the real server's order: itself first, then by name. The stored entry where the set was read from one. Not to be changed. */
export function printFieldsV1(set: FieldSet): object {
  const known = printed.get(set);
  if (known) return known;
  const entry = printEntries(set);
  remember(set, entry);
  return entry;
}

function printEntries(set: FieldSet): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (set.self && set.children.size > 0) result['.'] = {};
  for (const key of [...set.children.keys()].sort()) {
    const child = set.children.get(key);
    if (child) result[key] = printEntries(child);
  }
  return result;
}

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  return isEmptySet(difference(a, b)) && isEmptySet(difference(b, a));
}
