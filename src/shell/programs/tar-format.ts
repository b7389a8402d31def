/** The tar format (ustar, and the GNU and pax ways to write long names) as `kubectl cp` and GNU tar write and read it. */

export interface TarEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  readonly modifiedMs: number;
  readonly bytes: Uint8Array;
  readonly target: string;
}

const blockSize = 512;

export function packEntry(entry: TarEntry): Uint8Array {
  const long = new TextEncoder().encode(entry.name).length > 100;
  const parts: Uint8Array[] = [];
  if (long)
    parts.push(
      header('././@LongLink', 'L', 0o644, 0, new TextEncoder().encode(`${entry.name}\0`).length, ''),
      padded(new TextEncoder().encode(`${entry.name}\0`)),
    );
  const flag = { file: '0', directory: '5', symlink: '2' }[entry.type];
  parts.push(
    header(entry.name, flag, entry.mode, Math.floor(entry.modifiedMs / 1000), entry.bytes.length, entry.target),
    padded(entry.bytes),
  );
  return new Uint8Array(Buffer.concat(parts));
}

/** Two blocks of zeros, filled up to ten kilobytes as tar writes them. */
export function endOfArchive(written: number): Uint8Array {
  const record = 20 * blockSize;
  return new Uint8Array(
    record -
      (written % record) +
      ((written + 2 * blockSize) % record > 0 && record - (written % record) < 2 * blockSize ? record : 0),
  );
}

function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.ceil(bytes.length / blockSize) * blockSize);
  result.set(bytes);
  return result;
}

function header(name: string, flag: string, mode: number, seconds: number, size: number, target: string): Uint8Array {
  const block = Buffer.alloc(blockSize);
  block.write(name, 0, 100);
  block.write(`${(mode & 0o7777).toString(8).padStart(7, '0')}\0`, 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write(`${seconds.toString(8).padStart(11, '0')}\0`, 136);
  block.write('        ', 148);
  block.write(flag, 156);
  block.write(target, 157, 100);
  block.write('ustar  \0', 257);
  block.write('root', 265);
  block.write('root', 297);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return new Uint8Array(block);
}

export class TarProblem extends Error {}

/** Throws TarProblem for what is no tar archive, or one that ends too early. */
export function* unpackEntries(archive: Uint8Array): Generator<TarEntry> {
  let longName: string | undefined;
  let longTarget: string | undefined;
  for (let at = 0; at + blockSize <= archive.length; ) {
    const block = archive.subarray(at, at + blockSize);
    if (block.every((byte) => byte === 0)) return;
    if (!checksumFits(block)) throw new TarProblem('invalid tar header checksum');
    const size = octal(block, 124, 12);
    const bytes = archive.subarray(at + blockSize, at + blockSize + size);
    if (bytes.length < size) throw new TarProblem('short read');
    at += blockSize + Math.ceil(size / blockSize) * blockSize;
    const flag = String.fromCharCode(block[156] ?? 0);
    const text = (): string => new TextDecoder().decode(bytes).replace(/\0[\s\S]*$/, '');
    if (flag === 'L') longName = text();
    else if (flag === 'K') longTarget = text();
    else if (flag === 'x') {
      const records = paxRecords(bytes);
      longName = records.get('path') ?? longName;
      longTarget = records.get('linkpath') ?? longTarget;
    } else if (flag !== 'g') {
      yield entryOf(block, flag, bytes, longName, longTarget);
      longName = undefined;
      longTarget = undefined;
    }
  }
}

function entryOf(
  block: Uint8Array,
  flag: string,
  bytes: Uint8Array,
  longName: string | undefined,
  longTarget: string | undefined,
): TarEntry {
  const prefix = field(block, 257, 5) === 'ustar' && block[263] === 48 ? field(block, 345, 155) : '';
  const name = longName ?? (prefix ? `${prefix}/${field(block, 0, 100)}` : field(block, 0, 100));
  const type = flag === '5' || name.endsWith('/') ? 'directory' : flag === '2' ? 'symlink' : 'file';
  return {
    name,
    type,
    mode: octal(block, 100, 8) & 0o7777,
    modifiedMs: octal(block, 136, 12) * 1000,
    bytes: type === 'file' ? bytes : new Uint8Array(),
    target: longTarget ?? field(block, 157, 100),
  };
}

function field(block: Uint8Array, start: number, length: number): string {
  return new TextDecoder().decode(block.subarray(start, start + length)).replace(/\0[\s\S]*$/, '');
}

function octal(block: Uint8Array, start: number, length: number): number {
  return Number.parseInt(field(block, start, length).trim() || '0', 8) || 0;
}

function checksumFits(block: Uint8Array): boolean {
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return sum === octal(block, 148, 8);
}

/** `LENGTH KEY=VALUE\n`, again and again. */
function paxRecords(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  let rest = new TextDecoder().decode(bytes);
  for (let match = /^(\d+) /.exec(rest); match; match = /^(\d+) /.exec(rest)) {
    const record = rest.slice(match[0].length, Number(match[1])).replace(/\n$/, '');
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    rest = rest.slice(Number(match[1]));
  }
  return records;
}
