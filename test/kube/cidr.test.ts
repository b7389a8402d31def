import { describe, expect, test } from 'vitest';
import { cidrContains, parseAddress, parseCidr } from '../../src/kube/cidr.ts';

describe('addresses and CIDR blocks', () => {
  test.each(['010.0.0.1', '1.2.3', '1.2.3.4.5', '256.0.0.1', 'fe80::1%eth0', '', ' 1.2.3.4', '0x7f.0.0.1'])(
    '%j is no address',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );

  test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/-1', '::/129', '/8', '10.0.0.0/8/8'])(
    '%j is no CIDR',
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '1.2.3.4', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['::ffff:1.2.3.0/120', '::ffff:1.2.3.4', true],
    ['10.1.2.3/32', '10.1.2.3', true],
  ] as const)('%s holds %s: %s', (block, address, expected) => {
    const cidr = parseCidr(block);
    const parsed = parseAddress(address);
    expect(cidr && parsed && cidrContains(cidr, parsed)).toBe(expected);
  });

  test('bits beyond the prefix are masked, and told', () => {
    expect(parseCidr('10.0.0.5/24')).toMatchObject({ base: 0x0a000000n, canonical: false });
    expect(parseCidr('10.0.0.0/24')).toMatchObject({ canonical: true });
  });
});
