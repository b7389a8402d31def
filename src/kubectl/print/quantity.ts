/** Quantities as numbers and back: `250m`, `16Mi`. Enough for sums and sorting; the API keeps the exact text. */

const units: Readonly<Record<string, number>> = {
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

/** undefined where the text is no quantity. */
export function quantityOf(text: string): number | undefined {
  const match = /^([-+]?\d+(?:\.\d*)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/.exec(text);
  return match ? Number(match[1]) * (units[match[2] ?? ''] ?? 1) : undefined;
}

export function parseQuantity(text: string): number {
  return quantityOf(text) ?? 0;
}

/** CPU in whole cores or `m`, everything else in the largest binary unit that divides it. */
export function formatQuantity(amount: number, resource: string): string {
  if (amount === 0) return '0';
  if (resource === 'cpu') {
    // To the nano-core, which is as fine as quantities are: a sum of tenths is no exact number.
    const milli = Math.ceil(Math.round(amount * 1e9) / 1e6);
    return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
  }
  for (const unit of ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
    const size = units[unit] ?? 1;
    if (amount % size === 0) return `${amount / size}${unit}`;
  }
  return String(amount);
}
