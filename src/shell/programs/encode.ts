/** base64, md5sum, sha*sum, hexdump, od: bytes as text. */
import { createHash } from 'node:crypto';
import type { Process, Program } from '../process.ts';
import { complain, die, openInput, parseOptions, print, readAll, usage } from './applet.ts';

async function wholeInput(process: Process, files: readonly string[]): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  for (const file of files.length === 0 ? ['-'] : files) {
    const source = await openInput(process, file);
    if (!source) return undefined;
    parts.push(await readAll(source));
    source.close();
  }
  return new Uint8Array(Buffer.concat(parts));
}

export const base64: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: 'dw:', long: { decode: 'd', wrap: 'w' } });
  const bytes = await wholeInput(process, operands);
  if (!bytes) return 1;
  if (flags.has('d')) {
    const text = new TextDecoder('latin1').decode(bytes).replace(/\s/g, '');
    await process.stdout.write(new Uint8Array(Buffer.from(text, 'base64')));
    return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? 0 : die(process, 'truncated base64 input');
  }
  const text = Buffer.from(bytes).toString('base64');
  const width = Number(values.get('w') ?? 76);
  const lines = width === 0 ? [text] : (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []);
  await print(process, width === 0 ? text : lines.map((line) => `${line}\n`).join(''));
  return 0;
};

export function digestProgram(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512'): Program {
  const digest = (bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest('hex');
  return async (process) => {
    const { flags, operands } = await parseOptions(process, { short: 'csw' });
    const files = operands.length === 0 ? ['-'] : operands;
    let status = 0;
    for (const file of files) {
      const bytes = await wholeInput(process, [file]);
      if (!bytes) status = 1;
      else if (!flags.has('c')) await print(process, `${digest(bytes)}  ${file}\n`);
      else if (!(await checkDigests(process, new TextDecoder().decode(bytes), digest, flags.has('s')))) status = 1;
    }
    return status;
  };
}

async function checkDigests(
  process: Process,
  list: string,
  digest: (bytes: Uint8Array) => string,
  silent: boolean,
): Promise<boolean> {
  let failed = 0;
  const lines = list.split('\n').filter((line) => line !== '');
  for (const line of lines) {
    const [expected, file = ''] = line.split(/\s+\*?/, 2);
    const bytes = await wholeInput(process, [file]);
    const good = bytes !== undefined && digest(bytes) === expected;
    if (!good) failed++;
    if (!silent) await print(process, `${file}: ${good ? 'OK' : 'FAILED'}\n`);
  }
  if (failed > 0 && !silent)
    await complain(process, `WARNING: ${failed} of ${lines.length} computed checksums did NOT match`);
  return failed === 0;
}

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');

export const hexdump: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: 'bcdoxCve:f:n:s:' });
  const all = await wholeInput(process, operands);
  if (!all) return 1;
  const start = Number(values.get('s') ?? 0);
  const bytes = all.subarray(start, values.has('n') ? start + Number(values.get('n')) : undefined);
  const canonical = flags.has('C') || /(?:^|\/)hd$/.test(process.argv[0] ?? '');
  const width = canonical ? 8 : 7;
  let previous = '';
  let starred = false;
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const key = row.join();
    if (key === previous && !flags.has('v') && row.length === 16) {
      if (!starred) await print(process, '*\n');
      starred = true;
      continue;
    }
    previous = key;
    starred = false;
    await print(process, `${hex(start + at, width)}${canonical ? canonicalRow(row) : wordsRow(row)}\n`);
  }
  if (bytes.length > 0) await print(process, `${hex(start + bytes.length, width)}\n`);
  return 0;
};

function canonicalRow(row: Uint8Array): string {
  const cells = Array.from(
    { length: 16 },
    (_, i) => `${i % 8 === 0 ? ' ' : ''} ${row[i] === undefined ? '  ' : hex(row[i] ?? 0, 2)}`,
  ).join('');
  return `${cells}  |${printable(row)}|`;
}

function wordsRow(row: Uint8Array): string {
  const words = Array.from(
    { length: Math.ceil(row.length / 2) },
    (_, i) => ` ${hex((row[2 * i] ?? 0) | ((row[2 * i + 1] ?? 0) << 8), 4)}`,
  );
  return words.join('').padEnd(40);
}

function printable(row: Uint8Array): string {
  return [...row].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
}

const charNames: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};

export const od: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: 'abcdfhilovxst:A:N:j:S:w::' });
  const all = await wholeInput(process, operands);
  if (!all) return 1;
  const skip = Number(values.get('j') ?? 0);
  const bytes = all.subarray(skip, values.has('N') ? skip + Number(values.get('N')) : undefined);
  const radix = values.get('A') ?? 'o';
  const address = (at: number): string =>
    radix === 'n'
      ? ''
      : radix === 'x'
        ? hex(at, 6)
        : radix === 'd'
          ? String(at).padStart(7, '0')
          : at.toString(8).padStart(7, '0');
  const type =
    values.get('t') ??
    (flags.has('c')
      ? 'c'
      : flags.has('b')
        ? 'o1'
        : flags.has('x') || flags.has('h')
          ? 'x2'
          : flags.has('d')
            ? 'u2'
            : 'o2');
  if (!/^(?:c|a|[doux][1248]?)/.test(type)) return usage(process);
  for (let at = 0; at < bytes.length; at += 16)
    await print(process, `${address(skip + at)}${odRow(bytes.subarray(at, at + 16), type)}\n`);
  if (radix !== 'n') await print(process, `${address(skip + bytes.length)}\n`);
  return 0;
};

function odRow(row: Uint8Array, type: string): string {
  if (type.startsWith('c') || type.startsWith('a')) {
    return [...row]
      .map((byte) =>
        (
          charNames[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'))
        ).padStart(4),
      )
      .join('');
  }
  const size = Number(type[1] ?? 4);
  const kind = type[0] ?? 'o';
  const groups = Array.from({ length: Math.ceil(row.length / size) }, (_, i) => row.subarray(i * size, (i + 1) * size));
  return groups.map((group) => odNumber(group, kind, size)).join('');
}

function odNumber(group: Uint8Array, kind: string, size: number): string {
  const value = [...group].reduce((sum, byte, i) => sum + (BigInt(byte) << BigInt(8 * i)), 0n);
  const largest = (1n << BigInt(8 * size)) - 1n;
  if (kind === 'x') return ` ${value.toString(16).padStart(2 * size, '0')}`;
  if (kind === 'o') return ` ${value.toString(8).padStart(largest.toString(8).length, '0')}`;
  const shown = kind === 'd' ? BigInt.asIntN(8 * size, value) : value;
  return ` ${shown.toString().padStart(largest.toString().length + (kind === 'd' ? 1 : 0))}`;
}
