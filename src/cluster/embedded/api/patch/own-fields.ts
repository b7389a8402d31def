/** Which fields does an object have, and which differ between two? The walks of structured-merge-diff over a kind's shape. */
import type { Shape } from '../kinds/shape.ts';
import { emptySet, type FieldSet, fieldSet, isEmptySet, selfOnly } from './field-set.ts';

type Raw = Readonly<Record<string, unknown>>;

/** What an applied configuration claims: every leaf, every item of a keyed list, every empty map. */
export function fieldsOf(value: unknown, shape: Shape): FieldSet {
  switch (shape.kind) {
    case 'leaf':
      return selfOnly;
    case 'set':
      return Array.isArray(value) ? fieldSet(false, new Map(value.map((item) => [setKey(item), selfOnly]))) : selfOnly;
    case 'keyed-list':
      return Array.isArray(value) ? itemsOf(value, shape) : selfOnly;
    case 'fields':
      return isRaw(value) ? membersOf(value, shape) : selfOnly;
  }
}

function itemsOf(list: readonly unknown[], shape: Extract<Shape, { kind: 'keyed-list' }>): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const item of list) {
    if (isRaw(item)) children.set(itemKey(item, shape.keys), { ...fieldsOf(item, shape.of), self: true });
  }
  return fieldSet(false, children);
}

function membersOf(value: Raw, shape: Extract<Shape, { kind: 'fields' }>): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [name, child] of Object.entries(value)) {
    const inner = shape.field(name);
    if (!inner) continue;
    const set = fieldsOf(child, inner);
    const whole = child === null || (isRaw(child) && Object.keys(child).length === 0);
    children.set(`f:${name}`, whole || isEmptySet(set) ? { ...set, self: true } : set);
  }
  return fieldSet(false, children);
}

export interface Comparison {
  /** Added or modified. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const nothing: Comparison = { changed: emptySet, removed: emptySet };

/** undefined stands for absent: what is below is then added or removed, level by level. */
export function compareFields(before: unknown, after: unknown, shape: Shape): Comparison {
  if (before !== undefined && after !== undefined) return compareInside(before, after, shape);
  return {
    changed: after === undefined ? emptySet : wholeOf(after, shape),
    removed: before === undefined ? emptySet : wholeOf(before, shape),
  };
}

/** A value with everything that is in it. */
function wholeOf(value: unknown, shape: Shape): FieldSet {
  if (shape.kind === 'leaf') return selfOnly;
  const children = new Map<string, FieldSet>();
  if (shape.kind === 'set') {
    for (const key of setMembers(value).keys()) children.set(key, selfOnly);
  } else if (shape.kind === 'keyed-list') {
    for (const [key, item] of keyed(value, shape.keys)) children.set(key, wholeOf(item, shape.of));
  } else if (isRaw(value)) {
    for (const name of Object.keys(value)) {
      const inner = shape.field(name);
      if (inner) children.set(`f:${name}`, wholeOf(value[name], inner));
    }
  }
  return fieldSet(true, children);
}

function compareInside(before: unknown, after: unknown, shape: Shape): Comparison {
  switch (shape.kind) {
    case 'leaf':
      return same(before, after) ? nothing : { changed: selfOnly, removed: emptySet };
    case 'set':
      return compareMembers(setMembers(before), setMembers(after), () => ({ kind: 'leaf' }));
    case 'keyed-list':
      if (same(before, after)) return nothing;
      return compareMembers(keyed(before, shape.keys), keyed(after, shape.keys), () => shape.of);
    case 'fields':
      if (isScalar(before) || isScalar(after)) return compareInside(before, after, { kind: 'leaf' });
      // Most of an object is as it was, and telling so costs less than naming every field of it.
      if (same(before, after)) return nothing;
      return compareNamed(isRaw(before) ? before : {}, isRaw(after) ? after : {}, shape);
  }
}

function compareMembers(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  shapeOf: (key: string) => Shape | undefined,
): Comparison {
  const changed = new Map<string, FieldSet>();
  const removed = new Map<string, FieldSet>();
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const shape = shapeOf(key);
    if (!shape) continue;
    const inner = compareFields(before.get(key), after.get(key), shape);
    if (!isEmptySet(inner.changed)) changed.set(key, inner.changed);
    if (!isEmptySet(inner.removed)) removed.set(key, inner.removed);
  }
  return { changed: fieldSet(false, changed), removed: fieldSet(false, removed) };
}

/** As compareMembers, for the many: no map is made of either side. */
function compareNamed(before: Raw, after: Raw, { field }: Extract<Shape, { kind: 'fields' }>): Comparison {
  const changed = new Map<string, FieldSet>();
  const removed = new Map<string, FieldSet>();
  const compare = (name: string): void => {
    const shape = field(name);
    if (!shape) return;
    const inner = compareFields(memberOf(before, name), memberOf(after, name), shape);
    if (!isEmptySet(inner.changed)) changed.set(`f:${name}`, inner.changed);
    if (!isEmptySet(inner.removed)) removed.set(`f:${name}`, inner.removed);
  };
  for (const name of Object.keys(after)) compare(name);
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) compare(name);
  return { changed: fieldSet(false, changed), removed: fieldSet(false, removed) };
}

function memberOf(value: Raw, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function keyed(value: unknown, keys: readonly string[]): ReadonlyMap<string, unknown> {
  return new Map(Array.isArray(value) ? value.filter(isRaw).map((item) => [itemKey(item, keys), item]) : []);
}

function setMembers(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(Array.isArray(value) ? value.map((item) => [setKey(item), item]) : []);
}

/** `k:{"containerPort":80,"protocol":"TCP"}`: an absent protocol is TCP, the one key with a default. */
export function itemKey(item: Raw, keys: readonly string[]): string {
  const parts: string[] = [];
  for (const key of [...keys].sort()) {
    const value = item[key] ?? (key === 'protocol' ? 'TCP' : undefined);
    if (value !== undefined) parts.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`);
  }
  return `k:{${parts.join(',')}}`;
}

export function setKey(value: unknown): string {
  return `v:${JSON.stringify(value)}`;
}

function isScalar(value: unknown): boolean {
  return value !== undefined && value !== null && !isRaw(value);
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => same((a as Raw)[key], (b as Raw)[key]));
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
