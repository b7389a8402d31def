/**
 * How a word's raw text divides into quoted and unquoted text, expansions and substitutions, by POSIX' rules.
 * The parser library finds where words and substitutions end; what is inside is read here, because quoting decides later
 * about splitting and globbing, and because POSIX shells and bash differ inside words.
 */
import type { Parameter, Script, Word, WordPart } from './ast.ts';

export interface WordContext {
  /** The whole source that the parser library saw. */
  readonly source: string;
  /** Ends of `$(…)` and `$((…))` by where they begin, as the parser library found them. */
  readonly ends: ReadonlyMap<number, { readonly end: number; readonly arithmetic: boolean }>;
  readonly parseScript: (text: string, offset: number) => Script;
  /** `$'…'` and `${x/y/z}`: BusyBox ash has them, dash does not. */
  readonly extensions: boolean;
}

type Quoting = 'none' | 'double' | 'heredoc';

interface Scan {
  readonly context: WordContext;
  at: number;
  readonly end: number;
}

/** `pos` and `end` are offsets in the context's source. */
export function parseWord(context: WordContext, pos: number, end: number): Word {
  const scan: Scan = { context, at: pos, end };
  return { parts: parseParts(scan, 'none', ''), raw: context.source.slice(pos, end) };
}

/** A here-document's body: as between double quotes, but quotes are ordinary. */
export function parseHeredoc(context: WordContext, pos: number, end: number): Word {
  const scan: Scan = { context, at: pos, end };
  return { parts: parseParts(scan, 'heredoc', ''), raw: context.source.slice(pos, end) };
}

class Parts {
  readonly list: WordPart[] = [];
  #text = '';

  readonly quoted: boolean;

  constructor(quoted: boolean) {
    this.quoted = quoted;
  }

  add(text: string): void {
    this.#text += text;
  }

  push(...parts: readonly WordPart[]): void {
    this.flush();
    this.list.push(...parts);
  }

  flush(): void {
    if (this.#text !== '') this.list.push({ type: 'text', text: this.#text, quoted: this.quoted });
    this.#text = '';
  }
}

/** Reads until the end or one of the characters of `stop`, outside quotes. */
function parseParts(scan: Scan, quoting: Quoting, stop: string): readonly WordPart[] {
  const { source } = scan.context;
  const parts = new Parts(quoting !== 'none');
  while (scan.at < scan.end) {
    const char = source[scan.at] ?? '';
    if (stop.includes(char)) break;
    if (char === '\\') parts.push(...parseBackslash(scan, quoting, stop));
    else if (char === '$') parts.push(...parseDollar(scan, quoting));
    else if (char === '`') parts.push(parseBackquotes(scan, quoting));
    else if (char === "'" && quoting === 'none') parts.push(parseSingleQuotes(scan));
    else if (char === '"' && quoting !== 'heredoc') parts.push(...parseDoubleQuotes(scan, quoting));
    else {
      parts.add(char);
      scan.at++;
    }
  }
  parts.flush();
  return parts.list;
}

function parseBackslash(scan: Scan, quoting: Quoting, stop: string): readonly WordPart[] {
  const next = scan.context.source[scan.at + 1];
  if (next === undefined || scan.at + 1 >= scan.end) {
    scan.at++;
    return [{ type: 'text', text: '\\', quoted: true }];
  }
  scan.at += 2;
  if (next === '\n') return [];
  const special = quoting === 'heredoc' ? '$`\\' : '$`"\\';
  // Inside "${x:-…}" the closing brace can be escaped.
  const literal = quoting === 'none' || special.includes(next) || (stop !== '' && stop.includes(next));
  return [{ type: 'text', text: literal ? next : `\\${next}`, quoted: true }];
}

function parseSingleQuotes(scan: Scan): WordPart {
  const close = scan.context.source.indexOf("'", scan.at + 1);
  const end = close < 0 || close >= scan.end ? scan.end : close;
  const text = scan.context.source.slice(scan.at + 1, end);
  scan.at = end + 1;
  return { type: 'text', text, quoted: true };
}

function parseDoubleQuotes(scan: Scan, outer: Quoting): readonly WordPart[] {
  scan.at++;
  // Quotes inside "${x:-"y"}" end and begin the quoting again: y is unquoted in dash and BusyBox.
  if (outer === 'double') return [];
  const parts = parseParts(scan, 'double', '"');
  scan.at++;
  return parts.length === 0 ? [{ type: 'text', text: '', quoted: true }] : parts;
}

function parseBackquotes(scan: Scan, quoting: Quoting): WordPart {
  const { source } = scan.context;
  let at = scan.at + 1;
  let text = '';
  while (at < scan.end && source[at] !== '`') {
    const next = source[at + 1] ?? '';
    const escapes = quoting === 'double' ? '$`\\"' : '$`\\';
    if (source[at] === '\\' && escapes.includes(next)) at++;
    text += source[at];
    at++;
  }
  const start = scan.at;
  scan.at = at + 1;
  return { type: 'command', script: scan.context.parseScript(text, start), quoted: quoting !== 'none' };
}

function parseDollar(scan: Scan, quoting: Quoting): readonly WordPart[] {
  const { source, ends, extensions } = scan.context;
  const next = scan.at + 1 < scan.end ? (source[scan.at + 1] ?? '') : '';
  const quoted = quoting !== 'none';
  if (next === '(') return [parseParentheses(scan, ends.get(scan.at), quoted)];
  if (next === '{') return [{ type: 'parameter', parameter: parseBraces(scan, quoting), quoted }];
  if (next === "'" && extensions && quoting === 'none') return [parseDollarQuotes(scan)];
  const name = /^(?:[A-Za-z_]\w*|[0-9@*#?$!-])/.exec(source.slice(scan.at + 1, scan.end))?.[0];
  if (name === undefined) {
    scan.at++;
    return [{ type: 'text', text: '$', quoted }];
  }
  scan.at += 1 + name.length;
  return [{ type: 'parameter', parameter: { name, operation: { kind: 'plain' } }, quoted }];
}

function parseParentheses(
  scan: Scan,
  known: { readonly end: number; readonly arithmetic: boolean } | undefined,
  quoted: boolean,
): WordPart {
  const { source, parseScript } = scan.context;
  const start = scan.at;
  const end = known?.end ?? balancedEnd(source, start + 1, scan.end);
  scan.at = end;
  if (known ? known.arithmetic : isArithmetic(source, start, end)) {
    const inner: Scan = { context: scan.context, at: start + 3, end: end - 2 };
    return {
      type: 'arithmetic',
      expression: { parts: parseParts(inner, 'heredoc', ''), raw: source.slice(start + 3, end - 2) },
      quoted,
    };
  }
  return { type: 'command', script: parseScript(source.slice(start + 2, end - 1), start + 2), quoted };
}

/** For places that the parser library does not look into: `$((1+$(cmd)))`. */
function balancedEnd(source: string, open: number, end: number): number {
  let depth = 0;
  for (let at = open; at < end; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === "'") at = Math.max(at, source.indexOf("'", at + 1));
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at + 1;
  }
  return end;
}

function isArithmetic(source: string, start: number, end: number): boolean {
  return source.startsWith('$((', start) && source.slice(start, end).endsWith('))');
}

function parseBraces(scan: Scan, quoting: Quoting): Parameter {
  const { source } = scan.context;
  const body = source.slice(scan.at + 2, scan.end);
  const length = /^#([A-Za-z_]\w*|\d+|[@*#?$!-])\}/.exec(body);
  if (length?.[1]) {
    scan.at += 2 + length[0].length;
    return { name: length[1], operation: { kind: 'length' } };
  }
  const name = /^(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/.exec(body)?.[0];
  if (name === undefined) return badParameter(scan, '');
  scan.at += 2 + name.length;
  const operation = parseOperation(scan, quoting);
  if (source[scan.at] !== '}' || !operation) return badParameter(scan, name);
  scan.at++;
  return { name, operation };
}

function badParameter(scan: Scan, name: string): Parameter {
  const close = scan.context.source.indexOf('}', scan.at);
  scan.at = close < 0 || close >= scan.end ? scan.end : close + 1;
  return { name, operation: { kind: 'bad' } };
}

const byOperator = { '-': 'default', '=': 'assign', '?': 'error', '+': 'alternative' } as const;

function parseOperation(scan: Scan, quoting: Quoting): Parameter['operation'] | undefined {
  const rest = scan.context.source.slice(scan.at, scan.end);
  if (rest.startsWith('}')) return { kind: 'plain' };
  const value = /^(:?)([-=?+])/.exec(rest);
  if (value) {
    scan.at += value[0].length;
    const kind = byOperator[value[2] as keyof typeof byOperator];
    return { kind, colon: value[1] === ':', word: operand(scan, quoting, '}') };
  }
  const strip = /^(##?|%%?)/.exec(rest)?.[0];
  if (strip) {
    scan.at += strip.length;
    const side = strip.startsWith('#') ? 'prefix' : 'suffix';
    return { kind: 'strip', side, longest: strip.length === 2, pattern: operand(scan, 'none', '}') };
  }
  return scan.context.extensions ? parseExtension(scan, rest) : undefined;
}

function parseExtension(scan: Scan, rest: string): Parameter['operation'] | undefined {
  const { source } = scan.context;
  const replace = /^\/([/#%]?)/.exec(rest);
  if (replace) {
    scan.at += replace[0].length;
    const pattern = operand(scan, 'none', '/}');
    let replacement: Word = { parts: [], raw: '' };
    if (source[scan.at] === '/') {
      scan.at++;
      replacement = operand(scan, 'none', '}');
    }
    const flag = replace[1] ?? '';
    return {
      kind: 'replace',
      all: flag === '/',
      anchor: flag === '#' || flag === '%' ? flag : '',
      pattern,
      replacement,
    };
  }
  if (!rest.startsWith(':')) return undefined;
  scan.at++;
  const offset = operand(scan, 'heredoc', ':}');
  if (source[scan.at] !== ':') return { kind: 'slice', offset, length: undefined };
  scan.at++;
  return { kind: 'slice', offset, length: operand(scan, 'heredoc', '}') };
}

function operand(scan: Scan, quoting: Quoting, stop: string): Word {
  const start = scan.at;
  const parts = parseParts(scan, quoting, stop);
  return { parts, raw: scan.context.source.slice(start, scan.at) };
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function parseDollarQuotes(scan: Scan): WordPart {
  const { source } = scan.context;
  const match = /^\$'((?:\\[\s\S]|[^\\'])*)'/.exec(source.slice(scan.at, scan.end));
  const raw = match?.[1] ?? '';
  scan.at += match?.[0].length ?? 2;
  const text = raw.replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[\s\S])/g, (whole, code: string) => {
    if (/^x[0-9a-fA-F]/.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    return escapes[code] ?? ('\\\'"'.includes(code) ? code : whole);
  });
  return { type: 'text', text, quoted: true };
}
