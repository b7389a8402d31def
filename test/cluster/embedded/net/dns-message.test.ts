/** DNS messages survive the wire, and what does not fit into a datagram says so. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DnsMessage,
  decodeDns,
  encodeDns,
  maxUdpBytes,
  query,
} from '../../../../src/cluster/embedded/net/dns-message.ts';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));
const address = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 })
  .map((parts) => parts.join('.'));

function answerWith(records: number, owner = 'db.shop.svc.cluster.local'): DnsMessage {
  const answers = Array.from({ length: records }, (_, i) => ({
    name: owner,
    type: 'A' as const,
    ttl: 30,
    data: `10.244.1.${i}`,
  }));
  return { ...query(7, owner, 'A'), response: true, authoritative: true, recursionAvailable: true, answers };
}

test('any question comes back as it was asked', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 65_535 }), name, (id, asked) => {
      const decoded = decodeDns(encodeDns(query(id, asked, 'AAAA')));
      expect(decoded?.id).toBe(id);
      expect(decoded?.question).toEqual({ name: asked, type: 'AAAA' });
    }),
  );
});

test('any set of records comes back with its names, types and data', () => {
  const record = fc.oneof(
    fc.record({ name, type: fc.constant('A' as const), ttl: fc.nat(86_400), data: address }),
    fc.record({ name, type: fc.constantFrom('CNAME' as const, 'PTR' as const), ttl: fc.nat(86_400), data: name }),
    fc.record({
      name,
      type: fc.constant('SRV' as const),
      ttl: fc.nat(86_400),
      data: name.map((host) => `0 50 8080 ${host}`),
    }),
    fc.record({ name, type: fc.constant('TXT' as const), ttl: fc.nat(86_400), data: label }),
  );
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12 }), (answers) => {
      const decoded = decodeDns(encodeDns({ ...query(1, 'a.b', 'ANY'), response: true, answers }));
      expect(decoded?.answers).toEqual(answers);
    }),
  );
});

test('an answer that does not fit into 512 bytes is cut short and marked as truncated', () => {
  const bytes = encodeDns(answerWith(60), maxUdpBytes);
  expect(bytes.length).toBeLessThanOrEqual(maxUdpBytes);
  const decoded = decodeDns(bytes);
  expect(decoded?.truncated).toBe(true);
  expect(decoded?.answers.length).toBeGreaterThan(10);
  expect(decodeDns(encodeDns(answerWith(60)))?.answers.length).toBe(60);
});

test('bytes that are no DNS message are no message', () => {
  expect(decodeDns(new TextEncoder().encode('hello'))).toBeUndefined();
});
