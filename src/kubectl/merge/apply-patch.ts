/** Merge patches applied here, for dry runs: JSON merge patches (RFC 7386) and strategic ones with their directives. */
import { equalJson, isMap, type JsonMap } from './equal.ts';
import { listStrategy } from './merge-keys.ts';

export function applyMergePatch(target: JsonMap, patch: JsonMap): Record<string, unknown> {
  const out: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const before = out[key];
    if (value === null) delete out[key];
    else out[key] = isMap(value) ? applyMergePatch(isMap(before) ? before : {}, value) : value;
  }
  return out;
}

export function applyStrategicPatch(kind: string, target: JsonMap, patch: JsonMap): Record<string, unknown> {
  return mergeMaps(kind, target, patch, []);
}

function mergeMaps(kind: string, target: JsonMap, patch: JsonMap, path: readonly string[]): Record<string, unknown> {
  if (patch['$patch'] === 'replace') {
    const { $patch: _, ...rest } = patch;
    return rest;
  }
  const out: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const before = out[key];
    if (value === null) delete out[key];
    else if (isMap(value)) out[key] = mergeMaps(kind, isMap(before) ? before : {}, value, [...path, key]);
    else if (Array.isArray(value))
      out[key] = mergeLists(kind, Array.isArray(before) ? before : [], value, [...path, key]);
    else out[key] = value;
  }
  return out;
}

function mergeLists(
  kind: string,
  before: readonly unknown[],
  patch: readonly unknown[],
  path: readonly string[],
): unknown[] {
  const strategy = listStrategy(kind, path);
  if (strategy.how === 'set') return [...before, ...patch.filter((item) => !before.includes(item))];
  if (strategy.how === 'atomic' || !patch.every(isMap)) return [...patch];
  let out = [...before] as JsonMap[];
  const added: JsonMap[] = [];
  for (const item of patch as readonly JsonMap[]) {
    const same = (other: JsonMap): boolean => equalJson(other[strategy.key], item[strategy.key]);
    if (item['$patch'] === 'delete') out = out.filter((other) => !same(other));
    else if (out.some(same)) out = out.map((other) => (same(other) ? mergeMaps(kind, other, item, path) : other));
    else added.push(item);
  }
  // the server puts what a patch brings in first
  return [...added, ...out];
}
