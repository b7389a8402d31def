/**
 * IP addresses and CIDR blocks. Strict: what Go's net/netip refuses (`010.0.0.1`, `1.2.3`, zones) is refused here, which is
 * why this is not a library; the popular ones read octal.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** An address as a number, with its family; `4` addresses are 32 bits wide, `6` 128. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface Cidr {
  readonly family: 4 | 6;
  /** Masked to the prefix. */
  readonly base: bigint;
  readonly prefix: number;
  /** False for `10.0.0.5/8`: bits are set beyond the prefix length. */
  readonly canonical: boolean;
}

/** undefined for anything that is not an address. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 4, value: BigInt(ipv4ToNumber(text)) };
  if (isIPv6(text) && !text.includes('%')) return { family: 6, value: parseIpv6(text) };
  return undefined;
}

/** undefined for anything that is not `address/prefix`. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const prefixText = text.slice(slash + 1);
  if (!address || !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return undefined;
  const bits = address.family === 4 ? 32 : 128;
  const prefix = Number(prefixText);
  if (prefix > bits) return undefined;
  const host = BigInt(bits - prefix);
  const base = (address.value >> host) << host;
  return { family: address.family, base, prefix, canonical: base === address.value };
}

/** A v4 block never holds a v6 address, and the other way round. */
export function cidrContains(cidr: Cidr, address: Address): boolean {
  if (cidr.family !== address.family) return false;
  const host = BigInt((cidr.family === 4 ? 32 : 128) - cidr.prefix);
  return address.value >> host === cidr.base >> host;
}

/** Dotted quad to an unsigned 32-bit number. The text must be a valid IPv4 address. */
export function ipv4ToNumber(text: string): number {
  let value = 0;
  for (const part of text.split('.')) value = value * 256 + Number(part);
  return value;
}

export function numberToIpv4(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}

function parseIpv6(text: string): bigint {
  let source = text;
  const lastColon = source.lastIndexOf(':');
  const tail = source.slice(lastColon + 1);
  if (tail.includes('.')) {
    const v4 = ipv4ToNumber(tail);
    source = `${source.slice(0, lastColon + 1)}${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`;
  }
  const [head = '', rest] = source.split('::');
  const left = head ? head.split(':') : [];
  const right = rest ? rest.split(':') : [];
  const zeros = rest === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(zeros).fill('0'), ...right].reduce(
    (sum, part) => (sum << 16n) | BigInt(`0x${part}`),
    0n,
  );
}
