/** cut, tr, sort: applets that rearrange what is inside lines, or the lines themselves. */
import { openForWrite } from '../files.ts';
import type { Process, Program } from '../process.ts';
import { die, inputLines, parseOptions, print, usage } from './applet.ts';
import { interpretEscapes } from './echo-text.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** `1,3-5,7-`; undefined: not a list. */
function parseRanges(text: string): readonly Range[] | undefined {
  const ranges = text.split(',').map((part) => {
    const match = /^(\d*)(-?)(\d*)$/.exec(part);
    if (!match || part === '' || part === '-') return undefined;
    const from = match[1] ? Number(match[1]) : 1;
    const to = match[2] ? (match[3] ? Number(match[3]) : Number.POSITIVE_INFINITY) : from;
    return from === 0 ? undefined : { from, to };
  });
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

export const cut: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, {
    short: 'b:c:f:d:snD',
    long: { delimiter: 'd', fields: 'f', characters: 'c', bytes: 'b', 'output-delimiter': 'O' },
  });
  const kind = (['b', 'c', 'f'] as const).find((letter) => values.has(letter));
  if (!kind) return die(process, 'expected a list of bytes, characters, or fields');
  const list = values.get(kind) ?? '';
  const ranges = parseRanges(list);
  if (!ranges) return die(process, 'invalid range');
  const delimiter = values.get('d') ?? '\t';
  if (kind !== 'f' && values.has('d'))
    return die(process, 'a delimiter may be specified only when operating on fields');
  const wanted = (i: number): boolean => ranges.some(({ from, to }) => i + 1 >= from && i + 1 <= to);
  let status = 0;
  const missing = (): void => {
    status = 1;
  };
  for await (const { text } of inputLines(process, operands, missing)) {
    if (kind !== 'f') await print(process, `${[...text].filter((_, i) => wanted(i)).join('')}\n`);
    else if (text.includes(delimiter))
      await print(
        process,
        `${text
          .split(delimiter)
          .filter((_, i) => wanted(i))
          .join(delimiter)}\n`,
      );
    else if (!flags.has('s')) await print(process, `${text}\n`);
  }
  return status;
};

const sets: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: '0-9A-Za-z',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\t-\r ',
  blank: '\t ',
  punct: '!-/:-@[-`{-~',
  xdigit: '0-9A-Fa-f',
  cntrl: '\0-\x1f\x7f',
  print: ' -~',
  graph: '!-~',
};

/** Ranges, classes and escapes of a tr string, written out. */
function expandSet(text: string): readonly string[] {
  const plain = text.replace(/\[:([a-z]+):\]/g, (whole, name: string) => sets[name] ?? whole);
  const escaped = new TextDecoder('latin1').decode(interpretEscapes(plain, false).bytes);
  const chars = [...Buffer.from(escaped, 'latin1').toString('utf8')];
  const result: string[] = [];
  for (let at = 0; at < chars.length; at++) {
    const from = chars[at] ?? '';
    const to = chars[at + 1] === '-' ? chars[at + 2] : undefined;
    if (to === undefined) result.push(from);
    else {
      for (let code = from.codePointAt(0) ?? 0; code <= (to.codePointAt(0) ?? 0); code++)
        result.push(String.fromCodePoint(code));
      at += 2;
    }
  }
  return result;
}

export const tr: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: '+Ccdst' });
  const [first, second] = operands;
  if (first === undefined || (second === undefined && !flags.has('d') && !flags.has('s'))) return usage(process);
  const complement = flags.has('c') || flags.has('C');
  const from = expandSet(first);
  const to = second === undefined ? [] : expandSet(second);
  const members = new Set(from);
  const isMember = (char: string): boolean => members.has(char) !== complement;
  const mapping = new Map(from.map((char, i) => [char, to[i] ?? to.at(-1) ?? char] as const));
  const squeezed = new Set(flags.has('d') || to.length > 0 ? to : []);
  const isSqueezed = (char: string): boolean => (to.length > 0 ? squeezed.has(char) : isMember(char));
  const decoder = new TextDecoder();
  let last: string | undefined;
  for (let chunk = await process.stdin.read(); chunk; chunk = await process.stdin.read()) {
    let result = '';
    for (const char of decoder.decode(chunk, { stream: true })) {
      if (flags.has('d') && isMember(char)) continue;
      const mapped =
        flags.has('d') || to.length === 0 || !isMember(char)
          ? char
          : complement
            ? (to.at(-1) ?? char)
            : (mapping.get(char) ?? char);
      if (flags.has('s') && mapped === last && isSqueezed(mapped)) continue;
      last = mapped;
      result += mapped;
    }
    if (result !== '') await print(process, result);
  }
  return 0;
};

interface SortKey {
  readonly start: readonly [field: number, char: number];
  readonly end: readonly [field: number, char: number] | undefined;
  readonly flags: string;
}

export const sort: Program = async (process) => {
  const { flags, values, lists, operands } = await parseOptions(process, {
    short: 'nrughMcszbdfimS:T:o:k:t:V',
    long: { reverse: 'r', 'numeric-sort': 'n', unique: 'u', key: 'k', 'field-separator': 't' },
  });
  const keys: SortKey[] = [];
  for (const text of lists.get('k') ?? []) {
    const key = parseKey(text);
    if (!key) return die(process, `bad field specification`, 2);
    keys.push(key);
  }
  const globalFlags = [...flags].filter((letter) => 'nrghMdfibV'.includes(letter)).join('');
  let status = 0;
  const lines: string[] = [];
  const missing = (): void => {
    status = 2;
  };
  for await (const { text } of inputLines(process, operands, missing)) lines.push(text);
  if (status !== 0) return status;
  const compare = comparator(keys, globalFlags, values.get('t'));
  const strict = (a: string, b: string): number =>
    compare(a, b) || (flags.has('s') || flags.has('u') ? 0 : (globalFlags.includes('r') ? -1 : 1) * byBytes(a, b));
  if (flags.has('c')) {
    const wrong = lines.findIndex((line, i) => i > 0 && compare(lines[i - 1] ?? '', line) > 0);
    if (wrong < 0) return 0;
    await process.stderr.write(new TextEncoder().encode(`Check line ${wrong}\n`));
    return 1;
  }
  lines.sort(strict);
  const result = flags.has('u') ? lines.filter((line, i) => i === 0 || compare(lines[i - 1] ?? '', line) !== 0) : lines;
  const output = values.get('o');
  const sink = output === undefined ? process.stdout : openForWrite(process, output);
  await sink.write(new TextEncoder().encode(result.map((line) => `${line}\n`).join('')));
  return 0;
};

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function parseKey(text: string): SortKey | undefined {
  const match = /^(\d+)(?:\.(\d+))?([nrghMdfibV]*)(?:,(\d+)(?:\.(\d+))?([nrghMdfibV]*))?$/.exec(text);
  if (!match || match[1] === '0') return undefined;
  return {
    start: [Number(match[1]), Number(match[2] ?? 1)],
    end: match[4] === undefined ? undefined : [Number(match[4]), Number(match[5] ?? 0)],
    flags: `${match[3] ?? ''}${match[6] ?? ''}`,
  };
}

function comparator(
  keys: readonly SortKey[],
  globalFlags: string,
  separator: string | undefined,
): (a: string, b: string) => number {
  const all: readonly SortKey[] = keys.length > 0 ? keys : [{ start: [1, 1], end: undefined, flags: globalFlags }];
  return (a, b) => {
    for (const key of all) {
      const flags = key.flags || globalFlags;
      const order = compareValues(
        keyText(a, key, separator, keys.length > 0),
        keyText(b, key, separator, keys.length > 0),
        flags,
      );
      if (order !== 0) return flags.includes('r') ? -order : order;
    }
    return 0;
  };
}

function keyText(line: string, key: SortKey, separator: string | undefined, hasKeys: boolean): string {
  if (!hasKeys) return line;
  // Without a separator a field begins with the blanks in front of it.
  const fields = separator === undefined ? (line.match(/[ \t]*[^ \t]+|[ \t]+$/g) ?? []) : line.split(separator);
  const [startField, startChar] = key.start;
  const [endField, endChar] = key.end ?? [Number.POSITIVE_INFINITY, 0];
  const picked = fields.slice(startField - 1, endField);
  if (endChar > 0 && picked.length === endField - startField + 1)
    picked[picked.length - 1] = (picked.at(-1) ?? '').slice(0, endChar);
  const text = picked.join(separator ?? '').slice(Math.max(0, startChar - 1));
  return key.flags.includes('b') ? text.trimStart() : text;
}

const suffixes = 'KMGTPEZY';

function compareValues(a: string, b: string, flags: string): number {
  if (flags.includes('n')) return numberOf(a) - numberOf(b);
  if (flags.includes('g')) return (Number.parseFloat(a) || 0) - (Number.parseFloat(b) || 0);
  if (flags.includes('h')) return humanOf(a) - humanOf(b);
  if (flags.includes('M')) return monthOf(a) - monthOf(b);
  if (flags.includes('V')) return versionOrder(a, b);
  const fold = (text: string): string => {
    let result = flags.includes('b') ? text.trimStart() : text;
    if (flags.includes('d')) result = result.replace(/[^A-Za-z0-9 \t]/g, '');
    return flags.includes('f') ? result.toUpperCase() : result;
  };
  return byBytes(fold(a), fold(b));
}

function numberOf(text: string): number {
  return Number(/^\s*(-?\d*\.?\d*)/.exec(text)?.[1] || 0) || 0;
}

function humanOf(text: string): number {
  const match = /^\s*(-?[\d.]+)([KMGTPEZY]?)/i.exec(text);
  return match ? Number(match[1]) * 1024 ** (suffixes.indexOf((match[2] ?? '').toUpperCase() || '-') + 1) : 0;
}

function monthOf(text: string): number {
  return ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].indexOf(
    text.trim().slice(0, 3).toLowerCase(),
  );
}

function versionOrder(a: string, b: string): number {
  const parts = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]];
    const order = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : byBytes(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

/** Kept here for programs that only need to know whether a process talks to a person. */
export function isTerminalOutput(process: Process): boolean {
  return (process.stdout as { readonly isTerminal?: boolean }).isTerminal === true;
}
