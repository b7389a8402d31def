/**
 * Sets of slots as words of 32 bits. A set keeps only the words between its first and its last member: most peers of a
 * NetworkPolicy are pods of one namespace, whose slots are neighbours, so most sets are one or two words long.
 */

export interface Bits {
  /** Index of the first word that is kept; all others are zero. */
  start: number;
  words: Uint32Array;
}

/** Collects slots in any order and makes a set that is no longer than need be. One is enough for a whole engine. */
export class Collector {
  readonly #words: Uint32Array;
  #first = Number.POSITIVE_INFINITY;
  #last = -1;

  constructor(wordCount: number) {
    this.#words = new Uint32Array(wordCount);
  }

  add(index: number): void {
    const word = index >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (index & 31));
    if (word < this.#first) this.#first = word;
    if (word > this.#last) this.#last = word;
  }

  /** The set of what was added; the collector is empty again. */
  take(): Bits {
    if (this.#last < 0) return noBits();
    const bits = { start: this.#first, words: this.#words.slice(this.#first, this.#last + 1) };
    this.#words.fill(0, this.#first, this.#last + 1);
    this.#first = Number.POSITIVE_INFINITY;
    this.#last = -1;
    return bits;
  }
}

export function noBits(): Bits {
  return { start: 0, words: new Uint32Array(0) };
}

/** Room for the slots from `first` to `last`, inclusive. */
export function emptyBits(first: number, last: number): Bits {
  const start = first >>> 5;
  return { start, words: new Uint32Array(Math.max(0, (last >>> 5) - start + 1)) };
}

export function fullBits(wordCount: number): Bits {
  return { start: 0, words: new Uint32Array(wordCount).fill(0xffffffff) };
}

export function hasBit({ start, words }: Bits, index: number): boolean {
  const word = (index >>> 5) - start;
  return word >= 0 && word < words.length && (((words[word] ?? 0) >>> (index & 31)) & 1) === 1;
}

export function setBit(bits: Bits, index: number): void {
  let word = (index >>> 5) - bits.start;
  if (word < 0 || word >= bits.words.length) {
    cover(bits, index >>> 5, (index >>> 5) + 1);
    word = (index >>> 5) - bits.start;
  }
  bits.words[word] = (bits.words[word] ?? 0) | (1 << (index & 31));
}

export function writeBit(bits: Bits, index: number, value: boolean): void {
  if (value) {
    setBit(bits, index);
    return;
  }
  const word = (index >>> 5) - bits.start;
  if (word >= 0 && word < bits.words.length) bits.words[word] = (bits.words[word] ?? 0) & ~(1 << (index & 31));
}

/** All 32 bits of a word at once. */
export function writeWord(bits: Bits, word: number, value: number): void {
  const place = word - bits.start;
  if (place >= 0 && place < bits.words.length) bits.words[place] = value;
  else if (value !== 0) {
    cover(bits, word, word + 1);
    bits.words[word - bits.start] = value;
  }
}

/** Makes room for the words from `from` up to, not including, `to`. */
export function cover(bits: Bits, from: number, to: number): void {
  const { start, words } = bits;
  const end = start + words.length;
  if (words.length > 0 && from >= start && to <= end) return;
  const newStart = words.length === 0 ? from : Math.min(start, from);
  const grown = new Uint32Array((words.length === 0 ? to : Math.max(end, to)) - newStart);
  grown.set(words, Math.max(0, start - newStart));
  bits.start = newStart;
  bits.words = grown;
}

export function orInto(target: Bits, source: Bits): void {
  if (source.words.length === 0) return;
  cover(target, source.start, source.start + source.words.length);
  const { words } = target;
  const shift = source.start - target.start;
  const other = source.words;
  for (let i = 0; i < other.length; i++) words[i + shift] = (words[i + shift] ?? 0) | (other[i] ?? 0);
}

export function andInto({ start, words }: Bits, source: Bits): void {
  const shift = start - source.start;
  for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) & (source.words[i + shift] ?? 0);
}

export function andNotInto({ start, words }: Bits, source: Bits): void {
  const shift = start - source.start;
  for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) & ~(source.words[i + shift] ?? 0);
}

export function copyBits({ start, words }: Bits): Bits {
  return { start, words: words.slice() };
}

/** In ascending order. */
export function forEachBit({ start, words }: Bits, visit: (index: number) => void): void {
  for (let word = 0; word < words.length; word++) {
    let value = words[word] ?? 0;
    const base = (start + word) << 5;
    while (value !== 0) {
      const lowest = value & -value;
      visit(base + 31 - Math.clz32(lowest));
      value ^= lowest;
    }
  }
}

/** How many of 32 bits are set. */
export function countOnes(word: number): number {
  let value = word - ((word >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
