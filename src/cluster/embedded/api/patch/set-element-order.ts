/**
 * In which order do the items of a merged list stand? The items that a patch knows follow `$setElementOrder`, the server's
 * own keep their places relative to each other; without the directive what the patch adds comes first.
 */

type Fields = Record<string, unknown>;

/** `merged` in the order of the server list followed by additions; `order` the directive's value, if any. */
export function orderMerged(
  merged: readonly Fields[],
  server: readonly Fields[],
  patch: readonly Fields[],
  key: string,
  order: unknown,
): Fields[] {
  const byKey = new Map<unknown, Fields>(merged.map((item) => [item[key], item]));
  const wanted = Array.isArray(order) ? order.map((item) => (item as Fields)[key]) : patch.map((item) => item[key]);
  const keys = interleave(
    [...byKey.keys()],
    server.map((item) => item[key]),
    wanted,
  );
  return keys.map((name) => byKey.get(name)).filter((item) => item !== undefined);
}

export function orderPrimitives(
  merged: readonly unknown[],
  server: readonly unknown[],
  patch: readonly unknown[],
  order: unknown,
): unknown[] {
  return interleave(merged, server, Array.isArray(order) ? order : patch);
}

/**
 * normalizeElementOrder of strategicpatch: patch items in the patch's order, and each server-only item after the
 * patch items that stood before it on the server.
 */
export function interleave(
  merged: readonly unknown[],
  server: readonly unknown[],
  wanted: readonly unknown[],
): unknown[] {
  const present = new Set(merged);
  const fromPatch = [...new Set(wanted)].filter((item) => present.has(item));
  const known = new Set(fromPatch);
  const serverOnly = merged.filter((item) => !known.has(item)).sort((a, b) => server.indexOf(a) - server.indexOf(b));
  const place = (item: unknown): number => server.indexOf(item);
  const result: unknown[] = [];
  let next = 0;
  for (const item of serverOnly) {
    const at = place(item);
    while (next < fromPatch.length && comesBefore(place(fromPatch[next]), at)) result.push(fromPatch[next++]);
    result.push(item);
  }
  return [...result, ...fromPatch.slice(next)];
}

/** What the server does not have yet goes before what only the server has. */
function comesBefore(patchPlace: number, serverPlace: number): boolean {
  return patchPlace < 0 || patchPlace < serverPlace;
}
