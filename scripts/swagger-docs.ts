/**
 * Which field descriptions does a kubectl binary carry? Go's `SwaggerDoc` maps (type description under the empty key, then
 * one text per field), read out of the machine code and tables that fill them. client-node's generator drops the text of
 * every field whose type is another model; this is where it still stands. amd64 ELF only.
 */
import { readFileSync } from 'node:fs';

export interface SwaggerDoc {
  /** The type's own description. */
  readonly type: string;
  readonly fields: ReadonlyMap<string, string>;
}

interface Section {
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

export function readSwaggerDocs(path: string): readonly SwaggerDoc[] {
  const image = new Image(readFileSync(path));
  return [...docsInCode(image), ...docsInTables(image)];
}

class Image {
  readonly bytes: Buffer;
  readonly #sections = new Map<string, Section>();

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    const table = Number(bytes.readBigUInt64LE(0x28));
    const [entrySize, count, names] = [bytes.readUInt16LE(0x3a), bytes.readUInt16LE(0x3c), bytes.readUInt16LE(0x3e)];
    const namesAt = Number(bytes.readBigUInt64LE(table + names * entrySize + 0x18));
    for (let i = 0; i < count; i++) {
      const at = table + i * entrySize;
      const nameAt = namesAt + bytes.readUInt32LE(at);
      const name = bytes.toString('latin1', nameAt, bytes.indexOf(0, nameAt));
      this.#sections.set(name, {
        address: Number(bytes.readBigUInt64LE(at + 0x10)),
        offset: Number(bytes.readBigUInt64LE(at + 0x18)),
        size: Number(bytes.readBigUInt64LE(at + 0x20)),
      });
    }
  }

  section(name: string): Section {
    const found = this.#sections.get(name);
    if (!found) throw new Error(`the binary has no section ${name}`);
    return found;
  }

  /** The string constant at an address; undefined outside of the constants. */
  text(address: number, length: number): string | undefined {
    const { address: start, offset, size } = this.section('.rodata');
    if (address < start || address + length > start + size) return undefined;
    return this.bytes.toString('utf8', offset + address - start, offset + address - start + length);
  }
}

/** Maps of up to 25 entries are filled by straight code: key, mapassign, length and address of the value. */
function docsInCode(image: Image): SwaggerDoc[] {
  const { address, offset, size } = image.section('.text');
  const code = image.bytes.toString('latin1', offset, offset + size);
  const docs: { type: string; fields: Map<string, string> }[] = [];
  // lea rcx,[key]; mov edi,length | xor ecx,ecx; xor edi,edi … mov [rax+8],length … lea rdx,[value]; mov [rax],rdx
  const entry =
    /(?:\x48\x8d\x0d(.{4})\xbf(.{4})|\x31\xc9\x31\xff).{5,40}?\x48\xc7\x40\x08(.{4}).{4,90}?\x48\x8d\x15(.{4})\x48\x89\x10/gs;
  const number = (bytes: string): number => Buffer.from(bytes, 'latin1').readInt32LE(0);
  for (const match of code.matchAll(entry)) {
    const [all, keyAt, keyLength, valueLength = '', valueAt = ''] = match;
    const valueEnd = address + match.index + all.length - 3;
    const value = image.text(valueEnd + number(valueAt), number(valueLength));
    const key =
      keyAt === undefined ? '' : image.text(address + match.index + 7 + number(keyAt), number(keyLength ?? ''));
    if (value === undefined || key === undefined) continue;
    if (key === '') docs.push({ type: value, fields: new Map() });
    else docs.at(-1)?.fields.set(key, value);
  }
  return docs;
}

/** Larger maps are filled from two arrays of strings, keys and values in the same order. */
function docsInTables(image: Image): SwaggerDoc[] {
  const arrays: string[][] = [];
  for (const name of ['.rodata', '.data', '.noptrdata']) arrays.push(...stringArrays(image, image.section(name)));
  const docs: SwaggerDoc[] = [];
  for (const keys of arrays) {
    for (const [at, key] of keys.entries()) {
      if (key !== '') continue;
      const names = takeWhile(keys.slice(at + 1), (text) => /^[a-z][A-Za-z0-9]{1,40}$/.test(text));
      if (names.length < 25) continue;
      for (const values of arrays) {
        const start = values.findIndex((_text, index) =>
          describes(values.slice(index + 1, index + 1 + names.length), names),
        );
        const type = values[start];
        if (type === undefined) continue;
        docs.push({ type, fields: new Map(names.map((name, index) => [name, values[start + 1 + index] ?? ''])) });
      }
    }
  }
  return docs;
}

/** Go's comments begin with the field's name often enough to know the values of a list of keys. */
function describes(values: readonly string[], names: readonly string[]): boolean {
  if (values.length < names.length || values.some((value) => value.length < 12)) return false;
  const named = names.filter((name, index) => values[index]?.toLowerCase().includes(name.toLowerCase().slice(0, 5)));
  return named.length > names.length / 2;
}

/** Runs of (address, length) pairs that are all strings. */
function stringArrays(image: Image, { offset, size }: Section): string[][] {
  const found: string[][] = [];
  const { address: low, size: span } = image.section('.rodata');
  for (const phase of [0, 8]) {
    let run: string[] = [];
    for (let at = offset + phase; at + 16 <= offset + size; at += 16) {
      const pointer = Number(image.bytes.readBigUInt64LE(at));
      const length = Number(image.bytes.readBigUInt64LE(at + 8));
      const isText = length === 0 || (pointer >= low && pointer < low + span && length > 0 && length < 8000);
      const text = isText ? (length === 0 ? '' : image.text(pointer, length)) : undefined;
      if (text !== undefined) run.push(text);
      else {
        if (run.length > 25) found.push(run);
        run = [];
      }
    }
  }
  return found;
}

function takeWhile<T>(items: readonly T[], test: (item: T) => boolean): readonly T[] {
  const end = items.findIndex((item) => !test(item));
  return end < 0 ? items : items.slice(0, end);
}
