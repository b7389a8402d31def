/** Which interfaces and routes a network namespace shows: Calico's /32 and 169.254.1.1 in a pod, eth0 and a tunnel on a node. */
import type { NetStack } from '../net/sockets.ts';

export interface Interface {
  readonly index: number;
  readonly name: string;
  /** Other end of a veth: `eth0@if899`. */
  readonly peer?: number;
  readonly kind: 'loopback' | 'ether';
  readonly mac: string;
  readonly mtu: number;
  readonly ip?: string;
  readonly prefix: number;
}

export interface Route {
  /** `default` or a destination with prefix; a host without. */
  readonly to: string;
  readonly via?: string;
  readonly device: string;
  readonly source?: string;
  readonly metric?: number;
}

const loopback: Interface = {
  index: 1,
  name: 'lo',
  kind: 'loopback',
  mac: '00:00:00:00:00:00',
  mtu: 65_536,
  ip: '127.0.0.1',
  prefix: 8,
};

export function interfacesOf(stack: NetStack): readonly Interface[] {
  const { ip, mac, kind } = stack;
  const base = { kind: 'ether', mac, ip } as const;
  if (kind !== 'pod') return [loopback, { ...base, index: 2, name: 'eth0', peer: 11, mtu: 1500, prefix: 16 }];
  const peer = 10 + ip.split('.').reduce((sum, part) => (sum * 31 + Number(part)) % 990, 7);
  return [loopback, { ...base, index: 2, name: 'eth0', peer, mtu: 1450, prefix: 32 }];
}

export function routesOf(stack: NetStack): readonly Route[] {
  if (stack.kind === 'pod') {
    return [
      { to: 'default', via: '169.254.1.1', device: 'eth0' },
      { to: '169.254.1.1', device: 'eth0' },
    ];
  }
  const network = `${stack.ip.split('.').slice(0, 2).join('.')}.0.0/16`;
  return [
    { to: 'default', via: network.replace('0.0/16', '0.1'), device: 'eth0' },
    { to: network, device: 'eth0', source: stack.ip },
  ];
}

/** Every interface with IPv6 has its link. */
export const routes6: readonly Route[] = [{ to: 'fe80::/64', device: 'eth0', metric: 256 }];

/** EUI-64 with the universal bit flipped (RFC 4291). */
export function linkLocal(mac: string): string {
  const bytes = mac.split(':').map((part) => Number.parseInt(part, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const words = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return `fe80::${words.map((word) => word.toString(16)).join(':')}`;
}

export function netmask(prefix: number): string {
  return [24, 16, 8, 0]
    .map((shift) => ((prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0) >>> shift) & 255)
    .join('.');
}
