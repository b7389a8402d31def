/** --sort-by: orders objects or table rows by one field (k8s.io/kubectl/pkg/cmd/get/sorter.go). */
import type { KubeObject } from '../../kube/objects.ts';
import { quantityToNumber } from '../../kube/quantity.ts';
import { KubectlError } from '../errors.ts';
import { compileJsonPath } from '../jsonpath/evaluate.ts';
import { relaxedPath } from './custom-columns.ts';

/** Throws when no object has the field. */
export function sortObjects(objects: readonly KubeObject[], field: string): KubeObject[] {
  const keys = sortKeys(objects, field);
  if (objects.length > 0 && keys.every((key) => key === undefined)) {
    throw new KubectlError(
      `couldn't find any field with path ${JSON.stringify(relaxedPath(field))} in the list of objects`,
    );
  }
  return order(objects, keys);
}

/** Rows with their whole objects. undefined when no row has the field. */
export function sortRows<T extends { readonly object?: KubeObject }>(
  rows: readonly T[],
  field: string,
): T[] | undefined {
  const keys = sortKeys(
    rows.map(({ object }) => object),
    field,
  );
  if (rows.length > 0 && keys.every((key) => key === undefined)) return undefined;
  return order(rows, keys);
}

function sortKeys(objects: readonly unknown[], field: string): unknown[] {
  const path = compileJsonPath(relaxedPath(field), { allowMissing: true });
  return objects.map((object) => path.find(object)[0]?.[0]);
}

function order<T>(items: readonly T[], keys: readonly unknown[]): T[] {
  return items
    .map((item, i) => ({ item, key: keys[i], i }))
    .sort((a, b) => compare(a.key, b.key) || a.i - b.i)
    .map(({ item }) => item);
}

/** Objects without the field go first; quantities by amount, text in natural order. */
function compare(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [quantityToNumber(a), quantityToNumber(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    return natural(a, b);
  }
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

function natural(a: string, b: string): number {
  const [x, y] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const [p = '', q = ''] = [x[i], y[i]];
    if (p === q) continue;
    if (/^\d/.test(p) && /^\d/.test(q) && Number(p) !== Number(q)) return Number(p) - Number(q);
    return p < q ? -1 : 1;
  }
  return x.length - y.length;
}
