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
