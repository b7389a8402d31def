/** find's tests of size and mode, as functions of what is known of an entry. */
import type { FileStat } from '../process.ts';

export type EntryTest = (found: { readonly stat: FileStat }) => Promise<boolean>;

/** `+10k`, `-1M`, `5` (in blocks of 512 bytes). */
export function sizeTest(text: string): EntryTest {
  const match = /^([-+]?)(\d+)([bckwMG]?)$/.exec(text);
  const unit = { '': 512, b: 512, c: 1, w: 2, k: 1024, M: 2 ** 20, G: 2 ** 30 }[(match?.[3] ?? '') as 'c'];
  const amount = Number(match?.[2] ?? 0);
  return async (found) => {
    const size = Math.ceil(found.stat.size / unit);
    return match?.[1] === '+' ? size > amount : match?.[1] === '-' ? size < amount : size === amount;
  };
}

/** `644` exactly, `-111` all of these bits, `/111` any of them. */
export function permTest(mode: string): EntryTest {
  const bits = Number.parseInt(mode.replace(/^[-/+]/, ''), 8);
  return async ({ stat }) => {
    if (mode.startsWith('-')) return (stat.mode & bits) === bits;
    return /^[/+]/.test(mode) ? (stat.mode & bits) !== 0 : (stat.mode & 0o7777) === bits;
  };
}
