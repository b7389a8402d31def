/** Applets that count and pick lines: head, wc, tee, rev, tac, uniq. */
import { openForWrite } from '../files.ts';
import { FileError, type Process, type Program, type Sink } from '../process.ts';
import { complain, die, inputLines, openInput, parseOptions, print, readAll, readLines, reasonOf } from './applet.ts';

/** `5`, `1k`, `2M`; undefined: no number. */
export function parseSize(text: string): number | undefined {
  const match = /^([-+]?\d+)([bkKmMgG]?)(?:iB)?$/.exec(text);
  const factor: Readonly<Record<string, number>> = {
    '': 1,
    b: 512,
    k: 1024,
    K: 1024,
    m: 2 ** 20,
    M: 2 ** 20,
    g: 2 ** 30,
    G: 2 ** 30,
  };
  return match ? Number(match[1]) * (factor[match[2] ?? ''] ?? 1) : undefined;
}

/** `head -5`: the old way to write `-n 5`. */
export function withOldNumbers(process: Process): Process {
  const argv = process.argv.flatMap((arg, i) => {
    const isValue = /^-[nc]$/.test(process.argv[i - 1] ?? '');
    const match = i > 0 && !isValue ? /^([-+])(\d+)([a-zA-Z]*)$/.exec(arg) : null;
    if (!match) return [arg];
    const flags = match[3] ? [`-${match[3]}`] : [];
    return [...flags, '-n', match[1] === '+' ? `+${match[2]}` : (match[2] ?? '')];
  });
  return { ...process, argv };
}

export const head: Program = async (given) => {
  const process = withOldNumbers(given);
  const { flags, values, operands } = await parseOptions(process, {
    short: 'n:c:qv',
    long: { lines: 'n', bytes: 'c', quiet: 'q', silent: 'q' },
  });
  const text = values.get('c') ?? values.get('n') ?? '10';
  const count = parseSize(text);
  if (count === undefined) return die(process, `invalid number '${text}'`);
  let status = 0;
  const files = operands.length === 0 ? ['-'] : operands;
  let shown = 0;
  for (const file of files) {
    const source = await openInput(process, file);
    if (!source) {
      status = 1;
      continue;
    }
    if ((files.length > 1 && !flags.has('q')) || flags.has('v'))
      await print(process, `${shown++ > 0 ? '\n' : ''}==> ${file === '-' ? 'standard input' : file} <==\n`);
    if (count < 0) await headBytes(process, await readAll(source), count, values.has('c'));
    else if (values.has('c')) await copyBytes(process, source, count);
    else await headLines(process, source, count);
    source.close();
  }
  return status;
};

async function headLines(process: Process, source: Parameters<typeof readLines>[0], count: number): Promise<void> {
  let left = count;
  if (left <= 0) return;
  for await (const line of readLines(source)) {
    await print(process, line.ended ? `${line.text}\n` : line.text);
    if (--left <= 0) break;
  }
}

/** As they come: the source may have no end. */
async function copyBytes(process: Process, source: Parameters<typeof readLines>[0], count: number): Promise<void> {
  let left = count;
  while (left > 0) {
    const chunk = await source.read(left);
    if (!chunk) return;
    await process.stdout.write(chunk.subarray(0, left));
    left -= chunk.length;
  }
}

/** A negative count leaves that much off the end. */
async function headBytes(process: Process, bytes: Uint8Array, count: number, bytewise: boolean): Promise<void> {
  if (bytewise) {
    await process.stdout.write(bytes.subarray(0, count < 0 ? Math.max(0, bytes.length + count) : count));
    return;
  }
  const lines = new TextDecoder().decode(bytes).split(/(?<=\n)/);
  await print(process, lines.slice(0, Math.max(0, lines.length + count)).join(''));
}

interface Counts {
  readonly l: number;
  readonly w: number;
  readonly m: number;
  readonly c: number;
  readonly L: number;
}

export const wc: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, {
    short: 'cmlwL',
    long: { lines: 'l', words: 'w', bytes: 'c', chars: 'm' },
  });
  const columns = (['l', 'w', 'm', 'c', 'L'] as const).filter((letter) =>
    flags.size === 0 ? 'lwc'.includes(letter) : flags.has(letter),
  );
  const files = operands.length === 0 ? ['-'] : operands;
  let total: Counts = { l: 0, w: 0, m: 0, c: 0, L: 0 };
  let status = 0;
  const row = (counts: Counts, name: string): string => {
    const numbers = columns.map((column) => String(counts[column]));
    // One column of one file stands alone; otherwise they are aligned as BusyBox does.
    const text =
      columns.length === 1 && files.length === 1
        ? numbers.join('')
        : numbers.map((number) => number.padStart(9)).join(' ');
    return `${text}${name === '' ? '' : ` ${name}`}\n`;
  };
  for (const file of files) {
    const source = await openInput(process, file);
    if (!source) {
      status = 1;
      continue;
    }
    const counts = countBytes(await readAll(source));
    source.close();
    await print(process, row(counts, operands.length === 0 ? '' : file));
    total = {
      l: total.l + counts.l,
      w: total.w + counts.w,
      m: total.m + counts.m,
      c: total.c + counts.c,
      L: Math.max(total.L, counts.L),
    };
  }
  if (files.length > 1) await print(process, row(total, 'total'));
  return status;
};

function countBytes(bytes: Uint8Array): Counts {
  const text = new TextDecoder().decode(bytes);
  const lines = text.split('\n');
  return {
    l: lines.length - 1,
    w: text.split(/[ \t\n\r\v\f]+/).filter((word) => word !== '').length,
    m: [...text].length,
    c: bytes.length,
    L: lines.reduce((longest, line) => Math.max(longest, line.length), 0),
  };
}

export const tee: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'ai' });
  if (flags.has('i')) process.ignoreSignal('SIGINT');
  let status = 0;
  const sinks: Sink[] = [];
  for (const file of operands) {
    try {
      sinks.push(openForWrite(process, file, { append: flags.has('a') }));
    } catch (error) {
      await complain(process, `${file}: ${reasonOf(error)}`);
      status = 1;
    }
  }
  for (let chunk = await process.stdin.read(); chunk; chunk = await process.stdin.read()) {
    await process.stdout.write(chunk);
    for (const sink of sinks) await sink.write(chunk);
  }
  return status;
};

export const rev: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: '' });
  let status = 0;
  const missing = (): void => {
    status = 1;
  };
  for await (const { text, ended } of inputLines(process, operands, missing))
    await print(process, [...text].reverse().join('') + (ended ? '\n' : ''));
  return status;
};

/** The last line first. */
export const tac: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: '' });
  let status = 0;
  for (const file of operands.length === 0 ? ['-'] : operands) {
    const source = await openInput(process, file);
    if (!source) {
      status = 1;
      continue;
    }
    const lines = new TextDecoder().decode(await readAll(source)).split(/(?<=\n)/);
    source.close();
    await print(process, lines.reverse().join(''));
  }
  return status;
};

export const uniq: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: 'cduf:s:w:iz' });
  const [input = '-', output] = operands;
  const source = await openInput(process, input);
  if (!source) return 1;
  const skip = {
    fields: Number(values.get('f') ?? 0),
    chars: Number(values.get('s') ?? 0),
    width: values.has('w') ? Number(values.get('w')) : undefined,
  };
  const keyOf = (text: string): string => {
    const rest = text.replace(new RegExp(`^(?:\\s*\\S+){0,${skip.fields}}`), '').slice(skip.chars);
    const key = skip.width === undefined ? rest : rest.slice(0, skip.width);
    return flags.has('i') ? key.toLowerCase() : key;
  };
  const sink = output === undefined ? process.stdout : openOutput(process, output);
  let last: { readonly text: string; readonly key: string; count: number } | undefined;
  const flush = async (): Promise<void> => {
    if (!last || (flags.has('d') && last.count < 2) || (flags.has('u') && last.count > 1)) return;
    const count = flags.has('c') ? `${String(last.count).padStart(7)} ` : '';
    await sink.write(new TextEncoder().encode(`${count}${last.text}\n`));
  };
  for await (const { text } of readLines(source)) {
    const key = keyOf(text);
    if (last?.key === key) last.count++;
    else {
      await flush();
      last = { text, key, count: 1 };
    }
  }
  await flush();
  return 0;
};

function openOutput(process: Process, path: string): Sink {
  try {
    return openForWrite(process, path);
  } catch (error) {
    if (error instanceof FileError) throw new FileError(error.code, path);
    throw error;
  }
}
