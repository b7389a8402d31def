/**
 * YAML as sigs.k8s.io/yaml writes it: keys in natural order, lists not indented, quotes only where go-yaml v2 would put
 * them, multi-line strings as literal blocks. Learners paste and diff this text, so it is reproduced rather than approximated.
 */
import { goNumber } from './go-json.ts';

/** One document, ending in a newline. */
export function goYaml(value: unknown): string {
  if (isCollection(value)) return block(value, 0);
  return `${scalar(value, 0, false)}\n`;
}

function isCollection(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && (Array.isArray(value) ? value.length > 0 : keysOf(value).length > 0)
  );
}

function block(value: object, depth: number): string {
  const margin = '  '.repeat(depth);
  if (Array.isArray(value)) return value.map((item) => `${margin}- ${element(item, depth)}`).join('');
  return keysOf(value)
    .map((key) => `${margin}${scalar(key, depth, true)}:${member((value as Record<string, unknown>)[key], depth)}`)
    .join('');
}

/** What follows `- `: a nested collection starts on the same line. */
function element(item: unknown, depth: number): string {
  if (isCollection(item)) return block(item, depth + 1).slice(2 * (depth + 1));
  return `${scalar(item, depth + 1, false)}\n`;
}

/** What follows `key:`. A list stays at the key's own depth. */
function member(item: unknown, depth: number): string {
  if (isCollection(item)) return `\n${block(item, Array.isArray(item) ? depth : depth + 1)}`;
  return ` ${scalar(item, depth + 1, false)}\n`;
}

function keysOf(value: object): string[] {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key]) => key)
    .sort(compareKeys);
}

/** go-yaml's keyList: runs of digits compare as numbers, letters sort behind everything else. */
export function compareKeys(left: string, right: string): number {
  const a = [...left];
  const b = [...right];
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a[i] ?? '';
    const y = b[i] ?? '';
    if (x === y) continue;
    const xLetter = /\p{L}/u.test(x);
    const yLetter = /\p{L}/u.test(y);
    if (xLetter && yLetter) return x < y ? -1 : 1;
    if (xLetter || yLetter) return yLetter ? -1 : 1;
    return compareDigits(a, b, i) || (x < y ? -1 : 1);
  }
  return a.length - b.length;
}

function compareDigits(a: readonly string[], b: readonly string[], at: number): number {
  let prefix = '';
  if (a[at] === '0' || b[at] === '0') {
    for (let j = at - 1; j >= 0 && isDigit(a[j]); j--) if (a[j] !== '0') prefix = '1';
  }
  const [x, y] = [digitsFrom(a, at), digitsFrom(b, at)];
  return Number(prefix + x || 0) - Number(prefix + y || 0) || x.length - y.length;
}

function digitsFrom(text: readonly string[], at: number): string {
  let end = at;
  while (isDigit(text[end])) end++;
  return text.slice(at, end).join('');
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && /\d/.test(char);
}

function scalar(value: unknown, depth: number, key: boolean): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return goNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'object') return Array.isArray(value) ? '[]' : '{}';
  return text(String(value), depth, key);
}

function text(value: string, depth: number, key: boolean): string {
  const allowed = analyse(value);
  if (value.includes('\n')) return allowed.literal && !key ? literal(value, depth) : doubleQuoted(value);
  if (resolvesToOther(value)) return doubleQuoted(value);
  if (allowed.plain) return value;
  return allowed.single ? `'${value.replaceAll("'", "''")}'` : doubleQuoted(value);
}

function literal(value: string, depth: number): string {
  const indent = '  '.repeat(Math.max(1, depth));
  const hint = /^[ \n]/.test(value) ? '2' : '';
  const chomp = !value.endsWith('\n') ? '-' : value === '\n' || value.endsWith('\n\n') ? '+' : '';
  const lines = (value.endsWith('\n') ? value.slice(0, -1) : value).split('\n');
  return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : indent + line)).join('\n')}`;
}

/** yaml_emitter_analyze_scalar: which styles can hold this text unchanged. */
function analyse(value: string): { plain: boolean; single: boolean; literal: boolean } {
  const special = /[^\n\x20-\x7e\x85\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u.test(value);
  const breakSpace = /\n /.test(value);
  const spaceBreak = / \n/.test(value);
  const indicator =
    /^(---|\.\.\.)/.test(value) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(value) ||
    /^[?:-](\s|$)/.test(value) ||
    /:(\s|$)/.test(value) ||
    /\s#/.test(value);
  const edges = /^[ \n]|[ \n]$/.test(value);
  return {
    plain: value !== '' && !special && !breakSpace && !spaceBreak && !indicator && !edges && !value.includes('\n'),
    single: !special && !breakSpace && !spaceBreak,
    literal: !special && !spaceBreak && !value.endsWith(' '),
  };
}

const words = new Set(
  ['y', 'yes', 'n', 'no', 'true', 'false', 'on', 'off', 'null'].flatMap((word) => [
    word,
    word.toUpperCase(),
    word[0]?.toUpperCase() + word.slice(1),
  ]),
);

/** Would a reader take the plain text for something else than a string? (go-yaml v2 resolve and isBase60Float) */
function resolvesToOther(value: string): boolean {
  if (value === '' || value === '~' || value === '<<' || words.has(value)) return true;
  if (/^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/.test(value)) return true;
  if (!/^[-+.\d]/.test(value)) return false;
  const plain = value.replaceAll('_', '');
  if (/^[-+]?(0b[01]+|0x[\da-fA-F]+|0o?[0-7]+|\d+)$/.test(plain)) return true;
  if (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(plain)) return true;
  if (/^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/.test(value)) return true;
  return /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\s*\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?\s*(Z|[-+]\d{1,2}(:\d{2})?)?)?$/.test(value);
}

const named: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u00a0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function doubleQuoted(value: string): string {
  let out = '"';
  for (const char of value) {
    const code = char.codePointAt(0) ?? 0;
    if (named[char] !== undefined) out += named[char];
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0))
      out += `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
    else if (code === 0xfeff || (code >= 0xd800 && code < 0xe000)) out += `\\u${code.toString(16).toUpperCase()}`;
    else out += char;
  }
  return `${out}"`;
}
