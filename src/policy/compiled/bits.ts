/** Sets of small numbers as words of 32 bits. All sets of one engine have the same length. */

export type Bits = Uint32Array<ArrayBuffer>;

export function wordsFor(capacity: number): number {
  return (capacity + 31) >>> 5;
}

export function hasBit(bits: Bits, index: number): boolean {
  return (((bits[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}

export function setBit(bits: Bits, index: number): void {
  const word = index >>> 5;
  bits[word] = (bits[word] ?? 0) | (1 << (index & 31));
}

export function clearBit(bits: Bits, index: number): void {
  const word = index >>> 5;
  bits[word] = (bits[word] ?? 0) & ~(1 << (index & 31));
}

export function writeBit(bits: Bits, index: number, value: boolean): void {
  if (value) setBit(bits, index);
  else clearBit(bits, index);
}

export function orInto(target: Bits, source: Bits): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) | (source[i] ?? 0);
}

export function andInto(target: Bits, source: Bits): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) & (source[i] ?? 0);
}

export function andNotInto(target: Bits, source: Bits): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) & ~(source[i] ?? 0);
}

export function fullBits(words: number): Bits {
  return new Uint32Array(words).fill(0xffffffff);
}

export function forEachBit(bits: Bits, visit: (index: number) => void): void {
  for (let word = 0; word < bits.length; word++) {
    let value = bits[word] ?? 0;
    while (value !== 0) {
      const lowest = value & -value;
      visit((word << 5) + 31 - Math.clz32(lowest));
      value ^= lowest;
    }
  }
}
