/** Applets that rearrange lines and bytes: nl, paste, fold, comm, expand, shuf, factor, strings, xxd. */
import type { Process, Program } from '../process.ts';
import { complain, inputLines, openInput, parseOptions, print, readAll, readLines, usage } from './applet.ts';

/** The lines of all files as one text each; status 1 once a file is missing. */
async function linesOf(process: Process, files: readonly string[]): Promise<{ lines: string[]; status: number }> {
  let status = 0;
  const lines: string[] = [];
  for await (const { text } of inputLines(process, files, () => {
    status = 1;
  }))
    lines.push(text);
  return { lines, status };
}

export const nl: Program = async (process) => {
  const { values, operands } = await parseOptions(process, { short: 'pb:i:s:v:w:' });
  const { lines, status } = await linesOf(process, operands);
  const width = Number(values.get('w') ?? 6);
  const separator = values.get('s') ?? '\t';
  let number = Number(values.get('v') ?? 1);
  for (const line of lines) {
    const counts = line !== '' || values.get('b') === 'a';
    const label = counts ? `${String(number).padStart(width)}${separator}` : ' '.repeat(width + separator.length);
    await print(process, `${label}${line}\n`);
    if (counts) number += Number(values.get('i') ?? 1);
  }
  return status;
};

export const paste: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: 'd:s' });
  const between = values.get('d') ?? '\t';
  const columns: string[][] = [];
  for (const file of operands.length > 0 ? operands : ['-']) {
    const { lines, status } = await linesOf(process, [file]);
    if (status !== 0) return status;
    columns.push(lines);
  }
  const join = (cells: readonly string[]): string =>
    cells.reduce((text, cell, i) => (i === 0 ? cell : `${text}${between[(i - 1) % between.length] ?? ''}${cell}`), '');
  if (flags.has('s')) await print(process, columns.map((lines) => `${join(lines)}\n`).join(''));
  else {
    const rows = Math.max(...columns.map((lines) => lines.length));
    const texts = Array.from({ length: rows }, (_, row) => `${join(columns.map((lines) => lines[row] ?? ''))}\n`);
    await print(process, texts.join(''));
  }
  return 0;
};

export const fold: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: 'bsw:' });
  const width = Number(values.get('w') ?? 80);
  const { lines, status } = await linesOf(process, operands);
  for (const line of lines) {
    let rest = line;
    while (rest.length > width) {
      const blank = flags.has('s') ? rest.slice(0, width).lastIndexOf(' ') : -1;
      const at = blank > 0 ? blank + 1 : width;
      await print(process, `${rest.slice(0, at)}\n`);
      rest = rest.slice(at);
    }
    await print(process, `${rest}\n`);
  }
  return status;
};

export const comm: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: '123' });
  const [first, second] = operands;
  if (first === undefined || second === undefined) return usage(process);
  const left = await linesOf(process, [first]);
  const right = await linesOf(process, [second]);
  if (left.status + right.status > 0) return 1;
  const hidden = (column: number): boolean => flags.has(String(column));
  const indent = (column: number): string => '\t'.repeat([1, 2].filter((c) => c < column && !hidden(c)).length);
  const show = async (column: number, line = ''): Promise<void> => {
    if (!hidden(column)) await print(process, `${indent(column)}${line}\n`);
  };
  let [i, j] = [0, 0];
  while (i < left.lines.length || j < right.lines.length) {
    const [a, b] = [left.lines[i], right.lines[j]];
    if (b === undefined || (a !== undefined && a < b)) {
      await show(1, a);
      i++;
    } else if (a === undefined || b < a) {
      await show(2, b);
      j++;
    } else {
      await show(3, a);
      i++;
      j++;
    }
  }
  return 0;
};

export const factor: Program = async (process) => {
  const words = process.argv.slice(1);
  if (words.length === 0) {
    for await (const { text } of readLines(process.stdin)) words.push(...text.trim().split(/\s+/));
  }
  for (const word of words) {
    if (!/^\d+$/.test(word)) return usage(process);
    const factors: number[] = [];
    let rest = Number(word);
    for (let divisor = 2; divisor * divisor <= rest; divisor++) {
      for (; rest % divisor === 0; rest /= divisor) factors.push(divisor);
    }
    if (rest > 1) factors.push(rest);
    await print(process, `${word}:${factors.map((number) => ` ${number}`).join('')}\n`);
  }
  return 0;
};

export const strings: Program = async (process) => {
  const { values, operands } = await parseOptions(process, { short: 'fon:at:' });
  const least = Number(values.get('n') ?? 4);
  let status = 0;
  for (const file of operands.length > 0 ? operands : ['-']) {
    const source = await openInput(process, file);
    if (!source) {
      status = 1;
      continue;
    }
    const text = Buffer.from(await readAll(source)).toString('latin1');
    source.close();
    for (const [run] of text.matchAll(/[\x20-\x7e\t]+/g)) if (run.length >= least) await print(process, `${run}\n`);
  }
  return status;
};

export const xxd: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: 'pl:s:c:g:ri' });
  const source = await openInput(process, operands[0] ?? '-');
  if (!source) return 1;
  const all = await readAll(source);
  source.close();
  const from = Number(values.get('s') ?? 0);
  const bytes = all.slice(from, values.has('l') ? from + Number(values.get('l')) : undefined);
  const hex = (part: Uint8Array): string => Buffer.from(part).toString('hex');
  const columns = Number(values.get('c') ?? (flags.has('p') ? 30 : 16));
  for (let at = 0; at < bytes.length; at += columns) {
    const part = bytes.slice(at, at + columns);
    if (flags.has('p')) await print(process, `${hex(part)}\n`);
    else {
      const groups = hex(part).replace(/(.{4})(?=.)/g, '$1 ');
      const text = [...part].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
      const offset = (from + at).toString(16).padStart(8, '0');
      await print(process, `${offset}: ${groups.padEnd(Math.ceil(columns / 2) * 5 - 1)}  ${text}\n`);
    }
  }
  return 0;
};

/** `less` and `more` where nobody can press a key: they are cat. */
export const pager: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: 'EFIMmNSRh~+:' });
  let status = 0;
  if (operands.length === 0 && process.terminal) return usage(process);
  for (const file of operands.length > 0 ? operands : ['-']) {
    const source = await openInput(process, file);
    if (!source) {
      status = 1;
      continue;
    }
    await process.stdout.write(await readAll(source));
    source.close();
  }
  return status;
};

export const cmp: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'sl' });
  const [first, second = '-'] = operands;
  if (first === undefined) return usage(process);
  const [left, right] = [await openInput(process, first), await openInput(process, second)];
  if (!left || !right) return 2;
  const [a, b] = [await readAll(left), await readAll(right)];
  const at = a.findIndex((byte, i) => byte !== b[i]);
  if (at < 0 && a.length === b.length) return 0;
  if (flags.has('s')) return 1;
  if (at >= 0 && at < b.length) {
    const line = a.slice(0, at).filter((byte) => byte === 10).length + 1;
    await print(process, `${first} ${second} differ: char ${at + 1}, line ${line}\n`);
  } else await complain(process, `EOF on ${a.length < b.length ? first : second}`);
  return 1;
};
