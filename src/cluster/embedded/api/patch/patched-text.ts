/**
 * How does the server quote an object that a JSON or merge patch has spoilt? Its library parses no more than the patch touches:
 * those maps come out sorted by key, all others as they were stored, and Go's encoder escapes what HTML would misread.
 */
import type { JsonPatchOperation } from './json-patch.ts';

/** The maps that were parsed, by the keys that lead to them. */
interface Touched {
  readonly [key: string]: Touched;
}

export function afterMergePatch(result: unknown, patch: unknown): string {
  return goText(sortTouched(result, mapsOf(patch)));
}

export function afterJsonPatch(result: unknown, operations: readonly JsonPatchOperation[]): string {
  const root: Record<string, Touched> = {};
  for (const { path, from } of operations) {
    for (const text of [path, from]) {
      if (typeof text !== 'string') continue;
      let at = root;
      for (const key of text.split('/').slice(1, -1)) {
        const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
        const below: Record<string, Touched> = { ...(Object.hasOwn(at, name) ? at[name] : undefined) };
        at[name] = below;
        at = below;
      }
    }
  }
  return goText(sortTouched(result, root));
}

function mapsOf(patch: unknown): Touched {
  return Object.fromEntries(
    Object.entries(patch as Record<string, unknown>)
      .filter(([, value]) => typeof value === 'object' && value !== null && !Array.isArray(value))
      .map(([key, value]) => [key, mapsOf(value)]),
  );
}

function sortTouched(value: unknown, touched: Touched): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const inner = (key: string, child: unknown): unknown => {
    const below = Object.hasOwn(touched, key) ? touched[key] : undefined;
    return below ? sortTouched(child, below) : child;
  };
  if (Array.isArray(value)) return value.map((child, index) => inner(String(index), child));
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, child]) => [key, inner(key, child)]),
  );
}

function goText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
