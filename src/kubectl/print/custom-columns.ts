/** -o custom-columns: a header and one JSONPath per column. */

import { KubectlError } from '../errors.ts';
import { compileJsonPath, type JsonPath } from '../jsonpath/evaluate.ts';
import { goPrint } from './go-json.ts';

export interface CustomColumns {
  readonly headers: readonly string[];
  row(object: unknown): string[];
}

/** `NAME:.metadata.name,IP:.status.podIP` */
export function parseColumns(spec: string): CustomColumns {
  if (spec === '') throw new KubectlError('custom-columns format specified but no custom columns given');
  const columns = spec.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) {
      throw new KubectlError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    }
    return { header: part.slice(0, colon), path: relaxedPath(part.slice(colon + 1)) };
  });
  return build(columns);
}

/** A file of two lines: headers, then paths, separated by spaces. */
export function parseColumnsFile(text: string): CustomColumns {
  const [first = '', second = ''] = text.split('\n').filter((line) => line.trim() !== '');
  const headers = first.trim().split(/\s+/);
  const paths = second.trim().split(/\s+/);
  if (headers.length > paths.length) {
    throw new KubectlError(
      `number of headers (${headers.length}) and field specifications (${paths.length}) don't match`,
    );
  }
  return build(headers.map((header, i) => ({ header, path: relaxedPath(paths[i] ?? '') })));
}

function build(columns: readonly { header: string; path: string }[]): CustomColumns {
  const compiled = columns.map(({ path }) => compileOrExplain(path));
  return {
    headers: columns.map(({ header }) => header),
    row: (object) => compiled.map((path) => cell(path, object)),
  };
}

function compileOrExplain(path: string): JsonPath {
  try {
    return compileJsonPath(path, { allowMissing: true });
  } catch (error) {
    throw new KubectlError((error as Error).message);
  }
}

function cell(path: JsonPath, object: unknown): string {
  const values = path.find(object)[0] ?? [];
  return values.length === 0 ? '<none>' : values.map(goPrint).join(',');
}

/** Accepts `x.y`, `.x.y`, `{x.y}`, `{.x.y}` (get.RelaxedJSONPathExpression). */
export function relaxedPath(path: string): string {
  if (path === '') return path;
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(path);
  if (!match) {
    throw new KubectlError(
      "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
    );
  }
  return `{.${match[1] ?? match[2]}}`;
}
