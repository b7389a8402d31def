/**
 * One number for the answer of a whole matrix. It depends on which pod reaches which, by name, and not on the order of pods or
 * on how the matrix is kept: two engines agree when their hashes do.
 */
import { createHash } from 'node:crypto';
import type { TruthMatrix } from '../src/policy/compiled/truth-matrix.ts';

/** 16 hex digits. Pairs of a pod with itself are left out. */
export function hashMatrix({ pods = [], lines, lineOf, slots }: TruthMatrix): string {
  const identities = pods.map(({ namespace, name }) => identity(`${namespace}/${name}`));
  const bySlot = new Map<number, readonly [number, number]>();
  slots.forEach((slot, row) => void bySlot.set(slot, identities[row] ?? [0, 0]));
  const sums = lines.map((line) => sumLine(line, bySlot));
  let low = 0;
  let high = 0;
  slots.forEach((slot, row) => {
    const [own, other] = identities[row] ?? [0, 0];
    const line = lines[lineOf[row] ?? 0];
    const [a, b] = sums[lineOf[row] ?? 0] ?? [0, 0];
    const reachesItself = line !== undefined && (((line[slot >>> 5] ?? 0) >>> (slot & 31)) & 1) === 1;
    low = (low + mix(own, reachesItself ? (a - own) | 0 : a)) | 0;
    high = (high + mix(other, reachesItself ? (b - other) | 0 : b)) | 0;
  });
  return hex(high) + hex(low);
}

/** The same number from a plain list of answers: slow, and of another mind. */
export function hashAnswers(
  names: readonly string[],
  allowed: (source: number, destination: number) => boolean,
): string {
  const identities = names.map(identity);
  let low = 0;
  let high = 0;
  identities.forEach(([own, other], source) => {
    let a = 0;
    let b = 0;
    identities.forEach(([x, y], destination) => {
      if (source === destination || !allowed(source, destination)) return;
      a = (a + x) | 0;
      b = (b + y) | 0;
    });
    low = (low + mix(own, a)) | 0;
    high = (high + mix(other, b)) | 0;
  });
  return hex(high) + hex(low);
}

function sumLine(line: Uint32Array, bySlot: ReadonlyMap<number, readonly [number, number]>): readonly [number, number] {
  let a = 0;
  let b = 0;
  line.forEach((bits, word) => {
    for (let value = bits; value !== 0; value &= value - 1) {
      const [x, y] = bySlot.get((word << 5) + 31 - Math.clz32(value & -value)) ?? [0, 0];
      a = (a + x) | 0;
      b = (b + y) | 0;
    }
  });
  return [a, b];
}

function identity(name: string): readonly [number, number] {
  const digest = createHash('sha256').update(name).digest();
  return [digest.readInt32LE(0), digest.readInt32LE(4)];
}

function mix(a: number, b: number): number {
  let value = Math.imul(a ^ (b >>> 16), 0x85ebca6b) ^ b;
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) | 0;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
