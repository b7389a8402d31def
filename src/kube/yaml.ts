/** Manifests in and out: YAML or JSON, several documents, CRLF; errors with file, line and column, all at once. */
import { type CollectionTag, isMap, LineCounter, parseAllDocuments, type ScalarTag, stringify } from 'yaml';
import type { KubeObject } from './objects.ts';

export interface Manifest {
  readonly object: KubeObject;
  readonly file: string;
  /** 1-based line where the document begins. */
  readonly line: number;
}

export interface ManifestProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * YAML as kubectl reads it: 1.1, where 0755 is octal and `yes` is true, without the types that JSON has not and without
 * sexagesimal numbers. What is printed is quoted for such a reader.
 */
const asKubectl = { version: '1.1', customTags: jsonTags } as const;

function jsonTags(tags: (ScalarTag | CollectionTag | string)[]): (ScalarTag | CollectionTag)[] {
  const kept = ['null', 'bool', 'int', 'float', 'str', 'map', 'seq', 'merge'].map(
    (name) => `tag:yaml.org,2002:${name}`,
  );
  return tags.filter(
    (tag): tag is ScalarTag | CollectionTag =>
      typeof tag !== 'string' && kept.includes(tag.tag) && !('format' in tag && tag.format === 'TIME'),
  );
}

/** Documents in order; empty documents are skipped; `kind: List` is unfolded. */
export function parseManifests(text: string, file: string): { manifests: Manifest[]; problems: ManifestProblem[] } {
  const manifests: Manifest[] = [];
  const problems: ManifestProblem[] = [];
  const lines = new LineCounter();
  for (const document of parseAllDocuments(text, { ...asKubectl, lineCounter: lines })) {
    for (const error of document.errors) {
      const { line, col } = lines.linePos(error.pos[0]);
      problems.push({ file, line, column: col, message: yamlMessage(error) });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    const value: unknown = document.toJS();
    if (value === null) continue;
    const { line, col } = lines.linePos(document.contents.range?.[0] ?? 0);
    if (!isMap(document.contents) || !isObject(value)) {
      problems.push({ file, line, column: col, message: 'not a Kubernetes object: expected a mapping' });
      continue;
    }
    for (const object of unfold(value)) {
      const missing = ['apiVersion', 'kind'].filter((field) => typeof object[field] !== 'string');
      if (missing.length > 0 || !isObject(object['metadata'])) {
        const what = [...missing, ...(isObject(object['metadata']) ? [] : ['metadata'])].join(' and ');
        problems.push({ file, line, column: col, message: `not a Kubernetes object: ${what} missing` });
      } else manifests.push({ object: object as KubeObject, file, line });
    }
  }
  return { manifests, problems };
}

function unfold(value: Record<string, unknown>): Record<string, unknown>[] {
  const { items } = value;
  if (value['kind'] === 'List' && Array.isArray(items)) return items.filter(isObject);
  return [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One document per object, `---` between. */
export function printManifests(objects: readonly unknown[]): string {
  return objects
    .map((object) => stringify(object, { ...asKubectl, lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
}

/** The parser's words without the place, which stands in front of every problem of ours. */
export function yamlMessage({ message }: Pick<Error, 'message'>): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
}
