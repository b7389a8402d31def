/**
 * Which address a new pod gets. Calico gives every node blocks of 64 addresses out of 10.244.0.0/16 and hands them out in
 * turn, a released one last; the other networks give every node a /24 by its number.
 */
import { numberToIpv4 } from '../../../kube/cidr.ts';

export interface Ipam {
  allocate(nodeName: string): string;
  release(ip: string): void;
  /** The node whose block holds the address, if any. */
  nodeOf(ip: string): string | undefined;
}

const podCidrBase = (10 << 24) | (244 << 16);
const blockBits = 6;

interface Pool {
  readonly free: number[];
  next: number;
  end: number;
}

export type BlockLayout = 'calico' | 'per-node';

export function createIpam(layout: BlockLayout): Ipam {
  const pools = new Map<string, Pool>();
  const blocks = new Map<number, string>();

  const claim = (nodeName: string): { first: number; end: number } => {
    if (layout === 'per-node') {
      const index = [...pools.keys()].indexOf(nodeName);
      for (let i = 0; i < 4; i++) blocks.set((podCidrBase + index * 256 + i * 64) >>> blockBits, nodeName);
      return { first: podCidrBase + index * 256 + 2, end: podCidrBase + index * 256 + 255 };
    }
    let candidate = hash(nodeName) % 1024;
    while (blocks.has((podCidrBase >>> blockBits) + candidate)) candidate = (candidate + 1) % 1024;
    const base = podCidrBase + (candidate << blockBits);
    blocks.set(base >>> blockBits, nodeName);
    return { first: base, end: base + (1 << blockBits) };
  };

  const poolOf = (nodeName: string): Pool => {
    const known = pools.get(nodeName);
    if (known) return known;
    const pool: Pool = { free: [], next: 0, end: 0 };
    pools.set(nodeName, pool);
    const { first, end } = claim(nodeName);
    // The first address of a node's first block is its VXLAN tunnel's.
    pool.next = layout === 'calico' ? first + 1 : first;
    pool.end = end;
    return pool;
  };

  return {
    allocate(nodeName) {
      const pool = poolOf(nodeName);
      if (pool.next < pool.end) return numberToIpv4(pool.next++);
      const reused = pool.free.shift();
      if (reused !== undefined) return numberToIpv4(reused);
      const { first, end } = claim(nodeName);
      pool.next = first + 1;
      pool.end = end;
      return numberToIpv4(first);
    },
    release(ip) {
      const owner = this.nodeOf(ip);
      if (owner !== undefined) poolOf(owner).free.push(toNumber(ip));
    },
    nodeOf: (ip) => blocks.get(toNumber(ip) >>> blockBits),
  };
}

function toNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
