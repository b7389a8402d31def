/**
 * Which addresses a CIDR block holds, fast enough to be asked per packet: IPv4 in numbers, IPv6 in bigints. Blocks with host
 * bits are masked, as Calico does (libcalico-go conversion.go, ParseCIDR); text that is no block holds nothing.
 */
import { type Address, cidrContains, parseAddress, parseCidr } from '../kube/cidr.ts';

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
  const value = parseIpv4(text, 0, text.length);
  if (value >= 0) return { family: 4, value, wide: undefined };
  const wide = parseAddress(text);
  return wide && { family: 6, value: 0, wide };
}

/** The number of a dotted quad between two offsets, -1 for anything else (leading zeros are something else, as in Go). */
function parseIpv4(text: string, from: number, to: number): number {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (part < 0 || ++dots > 3) return -1;
      value = value * 256 + part;
      part = -1;
    } else {
      if (code < 48 || code > 57 || part === 0) return -1;
      part = (part < 0 ? 0 : part * 10) + code - 48;
      if (part > 255) return -1;
    }
  }
  return dots === 3 && part >= 0 ? value * 256 + part : -1;
}

/** The spelling under which an address is looked up: IPv6 has several spellings for one address, IPv4 one. */
export function ipKey(text: string): string {
  if (!text.includes(':')) return text;
  const address = parseAddress(text);
  return address ? `6:${address.value.toString(16)}` : text;
}

/** `address/prefix`, or a bare address as a block of one (Calico's `nets` accept both). undefined for other text. */
export function parseNet(text: string): Net | undefined {
  const slash = text.indexOf('/');
  const address = parseIpv4(text, 0, slash < 0 ? text.length : slash);
  if (address >= 0) {
    const prefix = slash < 0 ? 32 : parsePrefix(text, slash + 1);
    return prefix < 0 ? undefined : ipv4Net(address, prefix);
  }
  const cidr = parseCidr(slash < 0 ? `${text}/128` : text);
  if (cidr?.family !== 6) return undefined;
  const key = `${cidr.base.toString(16)}/${cidr.prefix}/6`;
  return {
    family: 6,
    first: 0,
    last: 0,
    key,
    contains: (ip) => ip.wide !== undefined && cidrContains(cidr, ip.wide),
  };
}

function ipv4Net(address: number, prefix: number): Net {
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  const last = first + size - 1;
  return {
    family: 4,
    first,
    last,
    key: `${first}/${prefix}`,
    contains: (ip) => ip.family === 4 && ip.value >= first && ip.value <= last,
  };
}

/** 0 to 32 without leading zeros, -1 for anything else. */
function parsePrefix(text: string, from: number): number {
  const digits = text.slice(from);
  return /^(0|[1-9]\d?)$/.test(digits) && Number(digits) <= 32 ? Number(digits) : -1;
}

export function parseNets(texts: readonly string[]): readonly Net[] {
  return texts.map(parseNet).filter((net) => net !== undefined);
}
