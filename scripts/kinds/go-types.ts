/**
 * Which struct types does a Go program know? Read from the reflection data of a statically linked linux/amd64 ELF, such as the
 * official kubectl: names, fields, tags and pointers, exactly as its encoder sees them.
 */
import { readFileSync } from 'node:fs';

export type GoType =
  | { readonly kind: 'pointer' | 'list' | 'map'; readonly of: GoType }
  | { readonly kind: 'struct'; readonly path: string; readonly name: string }
  /** `name` is Go's: `v1.Protocol`, or the basic type itself. */
  | { readonly kind: 'basic'; readonly basic: string; readonly name: string };

export interface GoField {
  readonly name: string;
  readonly tag: string;
  readonly embedded: boolean;
  readonly type: GoType;
}

export interface GoStruct {
  /** `k8s.io/api/core/v1` */
  readonly path: string;
  readonly name: string;
  readonly fields: readonly GoField[];
}

interface Section {
  readonly name: string;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

/** internal/abi: the numbers of reflect.Kind. */
const basics: Readonly<Record<number, string>> = {
  1: 'bool',
  2: 'int',
  5: 'int32',
  6: 'int64',
  8: 'uint8',
  10: 'uint32',
  11: 'uint64',
  13: 'float32',
  14: 'float64',
  20: 'interface',
  24: 'string',
};
const kinds = { map: 21, pointer: 22, slice: 23, struct: 25 } as const;
const flags = { uncommon: 1, extraStar: 2, named: 4 } as const;

/** Keyed by `path.Name`. */
export function readGoStructs(file: string): ReadonlyMap<string, GoStruct> {
  return new GoBinary(readFileSync(file)).structs();
}

/** Stands in while a type that contains itself is being read. */
const unknownYet: GoType = { kind: 'basic', basic: 'interface', name: 'interface' };

function compositeOf(kind: number): 'pointer' | 'list' | 'map' | undefined {
  if (kind === kinds.pointer) return 'pointer';
  if (kind === kinds.slice) return 'list';
  return kind === kinds.map ? 'map' : undefined;
}

class GoBinary {
  readonly #bytes: Buffer;
  readonly #sections: readonly Section[];
  readonly #seen = new Map<number, GoType>();
  readonly #structs = new Map<string, GoStruct>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#sections = readSections(bytes);
  }

  /** `.typelink` lists composite types; structs are found behind pointers and slices. */
  structs(): ReadonlyMap<string, GoStruct> {
    const links = this.#section('.typelink');
    const base = this.#section('.rodata').address;
    for (let at = 0; at < links.size; at += 4) this.#type(base + this.#bytes.readInt32LE(links.offset + at));
    return this.#structs;
  }

  #section(name: string): Section {
    const found = this.#sections.find((section) => section.name === name);
    if (!found) throw new Error(`no section ${name}: not a Go program?`);
    return found;
  }

  #offset(address: number): number {
    const home = this.#sections.find((s) => s.name !== '.bss' && address >= s.address && address < s.address + s.size);
    if (!home) throw new Error(`address ${address.toString(16)} lies outside the file`);
    return home.offset + address - home.address;
  }

  #pointer(offset: number): number {
    return Number(this.#bytes.readBigUInt64LE(offset));
  }

  #type(address: number): GoType {
    const known = this.#seen.get(address);
    if (known) return known;
    const offset = this.#offset(address);
    const kind = this.#bytes.readUInt8(offset + 23) & 31;
    const flag = this.#bytes.readUInt8(offset + 20);
    const text = this.#name(this.#section('.rodata').address + this.#bytes.readInt32LE(offset + 40)).text;
    const name = flag & flags.extraStar ? text.slice(1) : text;
    if (kind === kinds.struct)
      return this.#struct(address, offset, name, (flag & flags.uncommon) !== 0, (flag & flags.named) !== 0);
    const composite = compositeOf(kind);
    if (composite) {
      const made: { kind: typeof composite; of: GoType } = { kind: composite, of: unknownYet };
      this.#seen.set(address, made);
      made.of = this.#type(this.#pointer(offset + (composite === 'map' ? 56 : 48)));
      return made;
    }
    const basic = basics[kind] ?? 'interface';
    const made: GoType = { kind: 'basic', basic, name: flag & flags.named ? name : basic };
    this.#seen.set(address, made);
    return made;
  }

  #struct(address: number, offset: number, name: string, uncommon: boolean, named: boolean): GoType {
    const pathOffset = uncommon ? this.#bytes.readInt32LE(offset + 80) : 0;
    const path = pathOffset === 0 ? '' : this.#name(this.#section('.rodata').address + pathOffset).text;
    const short = name.slice(name.lastIndexOf('.') + 1);
    const made: GoType = { kind: 'struct', path, name: short };
    this.#seen.set(address, made);
    const fields: GoField[] = [];
    const count = this.#pointer(offset + 64);
    const list = count === 0 ? 0 : this.#offset(this.#pointer(offset + 56));
    for (let index = 0; index < count; index++) {
      const at = list + index * 24;
      const { text, tag, embedded } = this.#name(this.#pointer(at));
      fields.push({ name: text, tag, embedded, type: this.#type(this.#pointer(at + 8)) });
    }
    if (named) this.#structs.set(`${path}.${short}`, { path, name: short, fields });
    return made;
  }

  /** A byte of flags, a varint and the name; with bit 1 a second one for the tag; bit 3 says embedded. */
  #name(address: number): { text: string; tag: string; embedded: boolean } {
    const start = this.#offset(address);
    const flag = this.#bytes.readUInt8(start);
    const [text, end] = this.#string(start + 1);
    return { text, tag: flag & 2 ? this.#string(end)[0] : '', embedded: (flag & 8) !== 0 };
  }

  #string(offset: number): [text: string, end: number] {
    let length = 0;
    let at = offset;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(at++);
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    return [this.#bytes.toString('utf8', at, at + length), at + length];
  }
}

function readSections(bytes: Buffer): readonly Section[] {
  const table = Number(bytes.readBigUInt64LE(0x28));
  const entry = bytes.readUInt16LE(0x3a);
  const names = bytes.readUInt16LE(0x3e);
  const raw = Array.from({ length: bytes.readUInt16LE(0x3c) }, (_, index) => {
    const at = table + index * entry;
    const number = (offset: number): number => Number(bytes.readBigUInt64LE(at + offset));
    return { nameAt: bytes.readUInt32LE(at), address: number(16), offset: number(24), size: number(32) };
  });
  const text = raw[names]?.offset ?? 0;
  return raw.map(({ nameAt, ...section }) => {
    const start = text + nameAt;
    return { ...section, name: bytes.toString('utf8', start, bytes.indexOf(0, start)) };
  });
}
