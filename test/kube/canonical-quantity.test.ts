import { expect, test } from 'vitest';
import { canonicalQuantity } from '../../src/kube/quantity.ts';

test.each([
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1.5', '1500m'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['100000', '100k'],
  ['128974848', '128974848'],
  ['1e3', '1e3'],
  ['12E6', '12e6'],
  ['1E', '1E'],
  ['0', '0'],
  ['-1', '-1'],
  ['1n', '1n'],
  ['0.1n', '1n'],
  ['.5', '500m'],
])('%s is written %s', (given, written) => {
  expect(canonicalQuantity(given)).toBe(written);
});

test.each([
  ['abc', 'quantities must match'],
  ['1GB', 'quantities must match'],
  ['100 m', 'quantities must match'],
  ['', 'quantities must match'],
  ['1mi', "unable to parse quantity's suffix"],
  ['1K', "unable to parse quantity's suffix"],
])('%s is no quantity', (given, why) => {
  expect(() => canonicalQuantity(given)).toThrow(why);
});
