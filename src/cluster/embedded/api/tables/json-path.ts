/** Which value does a column's simple JSONPath name? Fields, indices, and `[?(@.type=="Ready")]` filters: all that columns use. */

/** undefined where a step leads nowhere. `path` as `.status.conditions[?(@.type=="Ready")].status`. */
export function readPath(root: unknown, path: string): unknown {
  let value: unknown = root;
  for (const match of path.matchAll(
    /\.([^.[\]]+(?:\\.[^.[\]]*)*)|\[(\d+)\]|\['([^']+)'\]|\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]/g,
  )) {
    const [, field, index, quoted, filterField, filterValue] = match;
    if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined;
    else if (filterField !== undefined)
      value = Array.isArray(value)
        ? value.find((item) => String(fieldOf(item, filterField)) === filterValue)
        : undefined;
    else value = fieldOf(value, (field ?? quoted ?? '').replaceAll('\\.', '.'));
  }
  return value;
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
