/**
 * The patch that `kubectl apply` sends: additions and changes from live to new, deletions from last-applied to new. For
 * built-in kinds a strategic merge patch, for custom ones a JSON merge patch.
 */
import { equalJson, isMap, type JsonMap } from './equal.ts';
import { listStrategy } from './merge-keys.ts';
import { diffObjects } from './strategic-diff.ts';

export function threeWayStrategic(
  kind: string,
  original: JsonMap,
  modified: JsonMap,
  current: JsonMap,
): Record<string, unknown> {
  const delta = diffObjects(kind, current, modified, { ignoreDeletions: true });
  const deletions = diffObjects(kind, original, modified, { ignoreChangesAndAdditions: true });
  return combine(kind, deletions, delta, []);
}

/** Two patches as one; where both speak, the second wins. */
function combine(kind: string, first: JsonMap, second: JsonMap, path: readonly string[]): Record<string, unknown> {
  const out: Record<string, unknown> = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const before = out[key];
    const inner = [...path, key];
    if (isMap(before) && isMap(value)) out[key] = combine(kind, before, value, inner);
    else if (Array.isArray(before) && Array.isArray(value) && !key.startsWith('$')) {
      out[key] = combineLists(kind, before, value, inner);
    } else out[key] = value;
  }
  return out;
}

function combineLists(
  kind: string,
  first: readonly unknown[],
  second: readonly unknown[],
  path: readonly string[],
): unknown[] {
  const strategy = listStrategy(kind, path);
  if (strategy.how !== 'byKey') return strategy.how === 'set' ? [...new Set([...first, ...second])] : [...second];
  const { key } = strategy;
  const out = [...second] as JsonMap[];
  for (const item of first as readonly JsonMap[]) {
    const at = out.findIndex((other) => equalJson(other[key], item[key]));
    const other = out[at];
    if (other) out[at] = combine(kind, item, other, path);
    else out.push(item);
  }
  return out;
}

/** For kinds without merge keys: lists are replaced, null deletes. */
export function threeWayJson(original: JsonMap, modified: JsonMap, current: JsonMap): Record<string, unknown> {
  const changes = jsonDiff(current, modified, false);
  const deletions = jsonDeletions(original, modified);
  return overlay(deletions, changes);
}

/** A JSON merge patch. Without `deletions`, keys that only `from` has are left alone. */
export function jsonDiff(from: JsonMap, to: JsonMap, deletions: boolean): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [key, after] of Object.entries(to)) {
    const before = from[key];
    if (isMap(before) && isMap(after)) {
      const inner = jsonDiff(before, after, deletions);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (!Object.hasOwn(from, key) || !equalJson(before, after)) patch[key] = after;
  }
  if (deletions) for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  return patch;
}

function jsonDeletions(original: JsonMap, modified: JsonMap): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [key, before] of Object.entries(original)) {
    const after = modified[key];
    if (!Object.hasOwn(modified, key)) patch[key] = null;
    else if (isMap(before) && isMap(after)) {
      const inner = jsonDeletions(before, after);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    }
  }
  return patch;
}

function overlay(first: JsonMap, second: JsonMap): Record<string, unknown> {
  const out: Record<string, unknown> = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const before = out[key];
    out[key] = isMap(before) && isMap(value) ? overlay(before, value) : value;
  }
  return out;
}
