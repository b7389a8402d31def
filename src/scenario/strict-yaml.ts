/**
 * Decodes one YAML document against a zod schema and finds the line and column of every problem. All problems are reported
 * at once; unknown keys name the nearest known one.
 */

import type { Document, Node } from 'yaml';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { yamlMessage } from '../kube/yaml.ts';
import type { Location, Problem } from './location.ts';
import { didYouMean } from './nearest.ts';

export type Path = readonly PropertyKey[];

export interface Decoded<T> {
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
  /** Where the value at a path stands; for a missing one, its nearest parent. */
  locate(path: Path): Location;
}

export function decodeYaml<S extends z.ZodType>(text: string, file: string, schema: S): Decoded<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const locate = (path: Path): Location => at(offsetOf(document, path));
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      ...at(error.pos[0]),
      message: yamlMessage(error),
    }));
    return { value: undefined, problems, locate };
  }
  const result = schema.safeParse(document.toJS());
  if (result.success) return { value: result.data, problems: [], locate };
  const problems = result.error.issues.flatMap((issue) => explain(issue, document, schema, at, locate));
  return { value: undefined, problems, locate };
}

function explain(
  issue: z.core.$ZodIssue,
  document: Document,
  schema: z.ZodType,
  at: (offset: number) => Location,
  locate: (path: Path) => Location,
): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => ({
      ...at(keyOffset(document, issue.path, key)),
      message: `${pathText([...issue.path, key])}: unknown key "${key}"${didYouMean(key, known)}`,
    }));
  }
  const value = document.getIn(issue.path as unknown[]);
  const missing = value === undefined;
  const saw = missing ? 'missing' : messageOf(issue, value);
  return [{ ...locate(issue.path), message: `${pathText(issue.path)}: ${saw}` }];
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  const shown = typeof value === 'object' ? '' : `, saw ${JSON.stringify(value)}`;
  switch (issue.code) {
    case 'invalid_value': {
      const choices = issue.values.map(String);
      const hint = typeof value === 'string' ? didYouMean(value, choices) : '';
      return `expected ${choices.map((choice) => `"${choice}"`).join(' or ')}${shown}${hint}`;
    }
    case 'invalid_type':
      return `expected ${issue.expected}${shown}`;
    case 'too_small':
      return `expected at least ${issue.minimum} ${unitOf(issue.origin)}${shown}`;
    case 'too_big':
      return `expected at most ${issue.maximum} ${unitOf(issue.origin)}${shown}`;
    default:
      return `${lowerFirst(issue.message)}${shown}`;
  }
}

function unitOf(origin: string): string {
  if (origin === 'array') return 'entries';
  return origin === 'string' ? 'characters' : '';
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** `probes[2].expect.broken`; the document itself is `document`. */
export function pathText(path: Path): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text.replace(/^\./, '') || 'document';
}

function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length) as unknown[], true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: Path, key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path as unknown[], true);
  if (!isMap(map)) return offsetOf(document, path);
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : offsetOf(document, path);
}

/** The keys that the schema knows at a path: walks objects, arrays, and the wrappers of optional and default fields. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let at: z.core.$ZodType | undefined = schema;
  for (const part of path) {
    const inner: z.core.$ZodTypeDef & Shape = unwrap(at)?._zod.def ?? { type: 'never' };
    at = inner.type === 'array' ? inner.element : inner.shape?.[String(part)];
  }
  const def: (z.core.$ZodTypeDef & Shape) | undefined = unwrap(at)?._zod.def;
  return Object.keys(def?.shape ?? {});
}

interface Shape {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let at = schema;
  for (;;) {
    const inner: z.core.$ZodType | undefined = (at?._zod.def as Shape | undefined)?.innerType;
    if (!inner) return at;
    at = inner;
  }
}
