import { expect, test } from 'vitest';
import { editDistance, nearestName } from '../../src/scenario/nearest.ts';

test.each([
  ['kitten', 'sitting', 3],
  ['abcd', 'abdc', 1],
  ['', 'abc', 3],
  ['same', 'same', 0],
])('%s and %s are %i apart', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test('the nearest name is suggested only when it is near', () => {
  const known = ['firewall-restriction', 'selector-mismatch'];
  expect(nearestName('firewal-restrction', known)).toBe('firewall-restriction');
  expect(nearestName('mismatch', known)).toBe('selector-mismatch');
  expect(nearestName('moving-target', known)).toBeUndefined();
});
