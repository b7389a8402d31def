/** What is the object after an apply? The live one with the configuration on top, less what the applier no longer claims. */
import type { Shape } from '../kinds/shape.ts';
import type { FieldSet } from './field-set.ts';
import { itemKey, setKey } from './own-fields.ts';
import { interleave } from './set-element-order.ts';

type Raw = Record<string, unknown>;

/** Pure. Keyed lists merge by key, sets unite, all else is replaced by what the configuration says. */
export function mergeApplied(live: unknown, config: unknown, shape: Shape): unknown {
  switch (shape.kind) {
    case 'leaf':
      return config;
    case 'set':
      return Array.isArray(config) && Array.isArray(live)
        ? interleave([...new Set([...live, ...config])], live, config)
        : config;
    case 'keyed-list':
      return Array.isArray(config) && Array.isArray(live) ? mergeItems(live, config, shape) : config;
    case 'fields': {
      if (!isRaw(config) || !isRaw(live)) return config;
      const result: Raw = { ...live };
      for (const [name, value] of Object.entries(config)) {
        result[name] = Object.hasOwn(live, name)
          ? mergeApplied(live[name], value, shape.field(name) ?? { kind: 'leaf' })
          : value;
      }
      return result;
    }
  }
}

function mergeItems(
  live: readonly unknown[],
  config: readonly unknown[],
  shape: Extract<Shape, { kind: 'keyed-list' }>,
): unknown[] {
  const key = (item: unknown): string => itemKey(isRaw(item) ? item : {}, shape.keys);
  const byKey = new Map(live.map((item) => [key(item), item]));
  for (const item of config) {
    const known = byKey.get(key(item));
    byKey.set(key(item), known === undefined ? item : mergeApplied(known, item, shape.of));
  }
  return interleave([...byKey.keys()], live.map(key), config.map(key)).map((name) => byKey.get(String(name)));
}

/** Takes away the paths of `set`. Containers that become empty stay, as long as they are not in the set themselves. */
export function removeFields(value: unknown, set: FieldSet, shape: Shape): unknown {
  switch (shape.kind) {
    case 'leaf':
      return value;
    case 'set':
      return Array.isArray(value) ? value.filter((item) => !set.children.get(setKey(item))?.self) : value;
    case 'keyed-list':
      if (!Array.isArray(value)) return value;
      return value.flatMap((item) => {
        const inner = set.children.get(itemKey(isRaw(item) ? item : {}, shape.keys));
        if (!inner) return [item];
        return inner.self ? [] : [removeFields(item, inner, shape.of)];
      });
    case 'fields': {
      if (!isRaw(value)) return value;
      const result: Raw = {};
      for (const [name, child] of Object.entries(value)) {
        const inner = set.children.get(`f:${name}`);
        const own = shape.field(name) ?? { kind: 'leaf' };
        if (!inner) result[name] = child;
        else if (!inner.self) {
          const rest = removeFields(child, inner, own);
          if (!isHollow(rest)) result[name] = rest;
        }
      }
      return result;
    }
  }
}

function isHollow(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isRaw(value) && Object.keys(value).length === 0;
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
