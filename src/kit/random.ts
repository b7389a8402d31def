/** Seeded randomness: one seed, one run. Nothing in the embedded cluster asks Math.random or crypto for an identity. */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
  pick<T>(items: readonly T[]): T;
  /** RFC 9562 version 4 shaped. */
  uuid(): string;
  /** Lower-case hex, for container ids and digests. */
  hex(length: number): string;
  /** The suffix of generated names: no vowels, no 0, 1, 3, as k8s.io/apimachinery/pkg/util/rand. */
  suffix(length: number): string;
}

const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** `seed` any string or number; equal seeds give equal sequences on every platform. */
export function seededRandom(seed: string | number): Random {
  let state = hash(String(seed));
  const next = (): number => {
    // mulberry32: small, fast, good enough for names and load balancing
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (below: number): number => Math.floor(next() * below);
  const from = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet[integer(alphabet.length)]).join('');
  return {
    next,
    integer,
    pick(items) {
      const item = items[integer(items.length)];
      if (item === undefined) throw new Error('assertion failed: pick from an empty list');
      return item;
    },
    uuid() {
      const h = from('0123456789abcdef', 32);
      const variant = '89ab'[integer(4)];
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20)}`;
    },
    hex: (length) => from('0123456789abcdef', length),
    suffix: (length) => from(suffixAlphabet, length),
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
