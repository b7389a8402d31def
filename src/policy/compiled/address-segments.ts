/**
 * Cuts the IPv4 addresses at every bound of every block that policies name: between two cuts all addresses are alike. Answers
 * which slots a block with its exceptions holds by joining segments, without looking at addresses one by one.
 */
import type { Net } from '../net.ts';
import { type Bits, emptyBits, noBits, orInto, setBit } from './bits.ts';

export interface AddressSegments {
  /** Slots in some of `nets` and none of `notNets`; undefined where a bound is no cut. */
  hold(nets: readonly Net[], notNets: readonly Net[]): Bits | undefined;
}

/** `addresses` by slot, NaN where there is no IPv4 address. */
export function cutAddresses(nets: Iterable<Net>, addresses: Float64Array): AddressSegments {
  const cuts = new Set<number>([0]);
  for (const { family, first, last } of nets) {
    if (family === 6) continue;
    cuts.add(first);
    cuts.add(last + 1);
  }
  const bounds = Float64Array.from(cuts).sort();
  const segmentAt = (address: number): number => {
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((bounds[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  const segments = Array.from(bounds, () => undefined as Bits | undefined);
  for (let slot = 0; slot < addresses.length; slot++) {
    const address = addresses[slot] ?? Number.NaN;
    if (Number.isNaN(address)) continue;
    const segment = segmentAt(address);
    let bits = segments[segment];
    if (!bits) {
      bits = emptyBits(0, addresses.length);
      segments[segment] = bits;
    }
    setBit(bits, slot);
  }
  return {
    hold(holding, excepted) {
      if (![...holding, ...excepted].every(({ first, last }) => cuts.has(first) && cuts.has(last + 1)))
        return undefined;
      const held = noBits();
      for (const { first, last } of holding) {
        const end = segmentAt(last);
        for (let segment = segmentAt(first); segment <= end; segment++) {
          const from = bounds[segment] ?? 0;
          const bits = segments[segment];
          if (bits && !excepted.some((net) => from >= net.first && from <= net.last)) orInto(held, bits);
        }
      }
      return held;
    },
  };
}
