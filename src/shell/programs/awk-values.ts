/** awk's values: text, numbers, and input that looks like a number and is compared as one. */
import { formatFloat } from './printf-format.ts';

/** `input`: came from outside; a number when it looks like one. Undefined: never assigned. */
export type Value = number | string | { readonly input: string } | undefined;

const numeric = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/;

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  const text = typeof value === 'string' ? value : value.input;
  return Number(/^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(text)?.[1] ?? 0);
}

/** `format` is CONVFMT or OFMT; whole numbers need none. */
export function toText(value: Value, format = '%.6g'): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'object') return value.input;
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return value === 0 ? '0' : String(value);
  const match = /^%\.?(\d*)([efg])$/i.exec(format);
  return match
    ? formatFloat(match[2] ?? 'g', '', match[1] === '' ? 6 : Number(match[1]), value)
    : formatFloat('g', '', 6, value);
}

export function toBoolean(value: Value): boolean {
  if (value === undefined) return false;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  return looksNumeric(value) ? toNumber(value) !== 0 : value.input !== '';
}

function looksNumeric(value: Value): boolean {
  return value === undefined || typeof value === 'number' || (typeof value === 'object' && numeric.test(value.input));
}

/** Negative, zero, positive. Numbers when both sides are or look like numbers. */
export function compareValues(left: Value, right: Value): number {
  if (looksNumeric(left) && looksNumeric(right)) return toNumber(left) - toNumber(right);
  const [a, b] = [toText(left), toText(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}
