/** Pod addresses: a block per node, every address once, released ones last. */
import { expect, test } from 'vitest';
import { createIpam } from '../../../../src/cluster/embedded/net/ipam.ts';

test('two nodes never share an address, also when a node needs more than one block', () => {
  const ipam = createIpam('calico');
  const given = ['a', 'b'].flatMap((node) => Array.from({ length: 150 }, () => ipam.allocate(node)));
  expect(new Set(given).size).toBe(300);
  expect(given.every((ip) => /^10\.244\.\d+\.\d+$/.test(ip))).toBe(true);
  expect(ipam.nodeOf(given[0] ?? '')).toBe('a');
  expect(ipam.nodeOf(given[299] ?? '')).toBe('b');
});

test('a released address is not the next one to be given', () => {
  const ipam = createIpam('calico');
  const first = ipam.allocate('a');
  ipam.release(first);
  const next = Array.from({ length: 62 }, () => ipam.allocate('a'));
  expect(next).not.toContain(first);
  expect(ipam.allocate('a')).toBe(first);
});

test('networks other than Calico number their nodes: a /24 each', () => {
  const ipam = createIpam('per-node');
  expect(ipam.allocate('a')).toBe('10.244.0.2');
  expect(ipam.allocate('b')).toBe('10.244.1.2');
});
