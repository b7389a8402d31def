/**
 * Manifests as kubectl reads them: documents split at `---`, YAML 1.1 (so `y` is true), duplicate keys allowed, and syntax
 * errors in go-yaml's words, which is what people paste into a search.
 */
import { type CollectionTag, type Document, LineCounter, parseDocument, type ScalarTag } from 'yaml';

export interface YamlDocument {
  /** undefined: an empty document. */
  readonly value: unknown;
}

/** Documents in order. The error of a broken one is thrown after what came before it was yielded. */
export function* readDocuments(text: string): Generator<YamlDocument> {
  for (const part of splitDocuments(text)) {
    const value = parseOne(part);
    if (value !== undefined && value !== null) yield { value };
  }
}

/** A line that begins with `---` separates; a byte order mark is dropped, CRLF is accepted. */
function splitDocuments(text: string): string[] {
  const clean = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  return clean.split(/^---(?=\s|$)[^\n]*\n?/m).filter((part) => part.trim() !== '');
}

/** Throws Error `yaml: line N: …`. */
export function parseOne(input: string): unknown {
  // go-yaml counts the line behind the last break
  const text = input.endsWith('\n') ? input : `${input}\n`;
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    uniqueKeys: false,
    lineCounter,
    customTags,
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error) throw new Error(goMessage(error.code, error.message, error.pos[0], text, lineCounter));
  return plain(document);
}

type Tags = (ScalarTag | CollectionTag)[];

/** go-yaml v2 has no sexagesimal numbers, and JSON no dates, sets or bytes. */
function customTags(tags: (ScalarTag | CollectionTag | string)[]): Tags {
  const kept = ['null', 'bool', 'int', 'float', 'str', 'map', 'seq', 'merge'].map(
    (name) => `tag:yaml.org,2002:${name}`,
  );
  return tags
    .filter(
      (tag): tag is ScalarTag | CollectionTag =>
        typeof tag !== 'string' && kept.includes(tag.tag) && !('format' in tag && tag.format === 'TIME'),
    )
    .map((tag) =>
      'test' in tag && tag.test?.test('.') && tag.tag.endsWith(':float') ? { ...tag, test: decimal } : tag,
    );
}

/** A lone dot is text (the reader's own rule takes it for a number). */
const decimal = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/;

function plain(document: Document): unknown {
  try {
    return stringKeys(document.toJS({ maxAliasCount: 1000 }));
  } catch (error) {
    const alias = /Unresolved alias[^:]*: (\S+)/.exec((error as Error).message)?.[1];
    throw alias ? new Error(`yaml: unknown anchor '${alias}' referenced`) : error;
  }
}

function stringKeys(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), stringKeys(item)]));
  if (Array.isArray(value)) return value.map(stringKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, stringKeys(item)]));
}

/** go-yaml counts a scanner's line from 1 and a parser's from 0, and names no line when that makes 0. */
function goMessage(code: string, message: string, offset: number, text: string, lines: LineCounter): string {
  const { line } = lines.linePos(offset);
  const last = text.split('\n').length;
  const scanner = (at: number, what: string) => `yaml: line ${at}: ${what}`;
  const parser = (at: number, what: string) => (at > 1 ? `yaml: line ${at - 1}: ${what}` : `yaml: ${what}`);
  const alias = /Unresolved alias[^:]*: (\S+)/.exec(message)?.[1];
  if (alias) return `yaml: unknown anchor '${alias}' referenced`;
  if (/^ *\t/m.test(text) && code === 'TAB_AS_INDENT') return scanner(line, tabProblem(text, line));
  if (/Nested mappings are not allowed|BLOCK_AS_IMPLICIT_KEY|Implicit keys/.test(`${code} ${message}`)) {
    // the reader points at the value's begin, go-yaml at the colon, which may be lines further down
    const colon = text.slice(offset).search(/:(\s|$)/);
    return scanner(lines.linePos(offset + Math.max(0, colon)).line, 'mapping values are not allowed in this context');
  }
  if (/Missing closing ["']/.test(message)) return scanner(last, 'found unexpected end of stream');
  if (/Flow map|Flow sequence|must end with a [}\]]|flow collection/i.test(message)) {
    return flowMessage(text, offset, message, lines, parser);
  }
  if (/must be followed by|followed by map values|Implicit map keys/.test(message)) {
    return scanner(Math.min(line + 1, last), "could not find expected ':'");
  }
  if (code === 'BAD_INDENT' || /same column|Unexpected/.test(message)) return parser(line, 'did not find expected key');
  return parser(line, message.split('\n')[0] ?? message);
}

/** Behind a plain value the tab could be its continuation; elsewhere it could only begin something. */
function tabProblem(text: string, line: number): string {
  const before = text
    .split('\n')
    .slice(0, line - 1)
    .findLast((each) => each.trim() !== '' && !each.trim().startsWith('#'));
  const continues =
    before !== undefined &&
    /(?:^|[:-]\s+)[^\s"'[{|>&*!:][^:]*$/.test(before.trimEnd()) &&
    !before.trimEnd().endsWith(':');
  return continues ? 'found a tab character that violates indentation' : 'found character that cannot start any token';
}

function flowMessage(
  text: string,
  offset: number,
  message: string,
  lines: LineCounter,
  parser: (line: number, what: string) => string,
): string {
  const close = /\]/.test(message) || /sequence/i.test(message) ? ']' : '}';
  const open = text.lastIndexOf(close === ']' ? '[' : '{', offset);
  const rest = text.slice(open + 1);
  if (rest.trim() === '') return parser(text.split('\n').length, 'did not find expected node content');
  const firstLine = lines.linePos(Math.max(0, open)).line;
  return parser(firstLine + 1, `did not find expected ',' or '${close}'`);
}
