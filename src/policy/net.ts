/**
 * Which addresses a CIDR block holds, fast enough to be asked per packet: IPv4 in numbers, IPv6 in bigints. Blocks with host
 * bits are masked, as Calico does (libcalico-go conversion.go, ParseCIDR); text that is no block holds nothing.
 */
import { isIPv4 } from 'node:net';
import { type Address, cidrContains, ipv4ToNumber, parseAddress, parseCidr } from '../kube/cidr.ts';

export interface Ip {
  readonly family: 4 | 6;
  /** The address as an unsigned number; 0 for IPv6, whose value is in `wide`. */
  readonly value: number;
  readonly wide: Address | undefined;
}

export interface Net {
  readonly family: 4 | 6;
  /** IPv4: first and last address, inclusive. */
  readonly first: number;
  readonly last: number;
  /** Canonical text, for comparing. */
  readonly key: string;
  contains(ip: Ip): boolean;
}

/** undefined for text that is no address. */
export function parseIp(text: string): Ip | undefined {
  if (isIPv4(text)) return { family: 4, value: ipv4ToNumber(text), wide: undefined };
  const wide = parseAddress(text);
  return wide && { family: 6, value: 0, wide };
}

/** The spelling under which an address is looked up: IPv6 has several spellings for one address, IPv4 one. */
export function ipKey(text: string): string {
  if (!text.includes(':')) return text;
  const address = parseAddress(text);
  return address ? `6:${address.value.toString(16)}` : text;
}

/** `address/prefix`, or a bare address as a block of one (Calico's `nets` accept both). undefined for other text. */
export function parseNet(text: string): Net | undefined {
  const bare = text.includes('/') ? undefined : parseAddress(text);
  const cidr = bare ? parseCidr(`${text}/${bare.family === 4 ? 32 : 128}`) : parseCidr(text);
  if (!cidr) return undefined;
  const key = `${cidr.base.toString(16)}/${cidr.family}/${cidr.prefix}`;
  if (cidr.family === 6) {
    return {
      family: 6,
      first: 0,
      last: 0,
      key,
      contains: (ip) => ip.wide !== undefined && cidrContains(cidr, ip.wide),
    };
  }
  const first = Number(cidr.base);
  const last = first + 2 ** (32 - cidr.prefix) - 1;
  return { family: 4, first, last, key, contains: (ip) => ip.family === 4 && ip.value >= first && ip.value <= last };
}

export function parseNets(texts: readonly string[]): readonly Net[] {
  return texts.map(parseNet).filter((net) => net !== undefined);
}
