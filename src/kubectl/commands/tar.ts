/** Just enough of ustar for kubectl cp: files and folders, names up to 255 characters, GNU and pax long names when reading. */

export interface TarEntry {
  readonly name: string;
  readonly mode: number;
  /** undefined: a folder. */
  readonly bytes: Uint8Array | undefined;
}

const block = 512;

export function writeTar(entries: readonly TarEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { name, mode, bytes } of entries) {
    if (Buffer.byteLength(name) > 100)
      parts.push(header('././@LongLink', 0, Buffer.byteLength(name) + 1, 'L'), padded(Buffer.from(`${name}\0`)));
    parts.push(header(name, mode, bytes?.length ?? 0, bytes ? '0' : '5'));
    if (bytes) parts.push(padded(bytes));
  }
  parts.push(new Uint8Array(2 * block));
  return Buffer.concat(parts);
}

function header(name: string, mode: number, size: number, type: string): Uint8Array {
  const out = Buffer.alloc(block);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  out.write(name.slice(0, 100), 0, 'utf8');
  out.write(octal(mode, 8), 100);
  out.write(octal(0, 8), 108);
  out.write(octal(0, 8), 116);
  out.write(octal(size, 12), 124);
  out.write(octal(0, 12), 136);
  out.write('        ', 148);
  out.write(type, 156);
  out.write('ustar\0' + '00', 257);
  const sum = out.reduce((total, byte) => total + byte, 0);
  out.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return out;
}

function padded(bytes: Uint8Array): Uint8Array {
  const rest = bytes.length % block;
  return rest === 0 ? bytes : Buffer.concat([bytes, new Uint8Array(block - rest)]);
}

export function* readTar(archive: Uint8Array): Generator<TarEntry> {
  const data = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  let longName: string | undefined;
  for (let at = 0; at + block <= data.length; ) {
    const field = (from: number, length: number): string =>
      data.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    if (field(0, 100) === '') return;
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const type = field(156, 1) || '0';
    const start = at + block;
    const bytes = data.subarray(start, start + size);
    at = start + Math.ceil(size / block) * block;
    if (type === 'L') longName = bytes.toString('utf8').replace(/\0.*$/s, '');
    else if (type === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(bytes.toString('utf8'))?.[1] ?? longName;
    else {
      const prefix = field(345, 155);
      const name =
        longName ??
        (prefix && field(257, 5) === 'ustar'
          ? `${prefix}/${readName(data, start - block)}`
          : readName(data, start - block));
      longName = undefined;
      const mode = Number.parseInt(data.toString('utf8', start - block + 100, start - block + 107).trim() || '644', 8);
      if (type === '0' || type === '5') yield { name, mode, bytes: type === '5' ? undefined : bytes };
    }
  }
}

function readName(data: Buffer, at: number): string {
  return data.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
}
