/** How much is `100m` or `1Gi`? Kubernetes quantities as plain numbers, good enough to compare, add and print. */

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** NaN for a text that is no quantity. */
export function quantityToNumber(text: string): number {
  const match = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return Number.NaN;
  const [, digits = '', suffix = '', exponent = '0'] = match;
  return Number(digits) * (factors[suffix] ?? 1) * 10 ** Number(exponent);
}

const suffixes = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;
const binaryUnits = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimalUnits = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Why a text is no quantity: k8s.io/apimachinery/pkg/api/resource has two sentences for it. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

/**
 * As Go writes it: `1000m` is `1`, `0.5` is `500m`, `1024Mi` is `1Gi`. The unit's kind (binary, decimal, exponent) stays, no
 * fraction is left, and what is finer than a nano is rounded up. Throws QuantityError.
 */
export function canonicalQuantity(text: string): string {
  const match = suffixes.exec(text);
  if (!match || text === '') {
    throw new QuantityError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  const binary = binaryUnits.indexOf(suffix);
  const exponent = exponentOf(suffix);
  if (binary < 1 && exponent === undefined) throw new QuantityError("unable to parse quantity's suffix");
  const scale = BigInt(10) ** BigInt(fraction.length);
  const mantissa = BigInt(whole + fraction || '0');
  const nanos = ceilDivide(
    binary > 0
      ? mantissa * 1024n ** BigInt(binary) * 10n ** 9n
      : mantissa * 10n ** BigInt(Math.max(0, 9 + (exponent ?? 0))),
    binary > 0 ? scale : scale * 10n ** BigInt(Math.max(0, -9 - (exponent ?? 0))),
  );
  const minus = sign === '-' && nanos > 0n ? '-' : '';
  if (binary > 0 && nanos >= 1024n * 10n ** 9n)
    return minus + inUnits(ceilDivide(nanos, 10n ** 9n), 1024n, binaryUnits);
  const decimal = inUnits(nanos, 1000n, decimalUnits);
  return minus + (/^[eE]/.test(suffix) && suffix.length > 1 ? withExponent(decimal) : decimal);
}

/** Of ten; undefined for a suffix that means nothing. */
function exponentOf(suffix: string): number | undefined {
  const at = decimalUnits.indexOf(suffix);
  if (at >= 0) return (at - 3) * 3;
  return /^[eE][-+]?\d+$/.test(suffix) ? Number(suffix.slice(1)) : undefined;
}

function ceilDivide(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

/** In the largest unit that leaves a whole number. */
function inUnits(value: bigint, base: bigint, units: readonly string[]): string {
  let rest = value;
  let at = 0;
  while (rest !== 0n && at < units.length - 1 && rest % base === 0n) {
    rest /= base;
    at += 1;
  }
  return rest === 0n ? '0' : `${rest}${units[at]}`;
}

function withExponent(decimal: string): string {
  const unit = /[a-zA-Z]$/.exec(decimal)?.[0] ?? '';
  const exponent = (decimalUnits.indexOf(unit) - 3) * 3;
  return exponent === 0 ? decimal : `${decimal.slice(0, decimal.length - 1)}e${exponent}`;
}
