/** Sums of quantities as `describe node` prints them; reading one is in kube/quantity.ts. */

const binaryUnits = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** CPU in whole cores or `m`, everything else in the largest binary unit that divides it. */
export function formatQuantity(amount: number, resource: string): string {
  if (amount === 0) return '0';
  if (resource === 'cpu') {
    // To the nano-core, which is as fine as quantities are: a sum of tenths is no exact number.
    const milli = Math.ceil(Math.round(amount * 1e9) / 1e6);
    return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
  }
  for (let power = binaryUnits.length; power > 0; power--) {
    const size = 1024 ** power;
    if (amount % size === 0) return `${amount / size}${binaryUnits[power - 1]}`;
  }
  return String(amount);
}
