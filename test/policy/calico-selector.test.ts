import { describe, expect, test } from 'vitest';
import { parseCalicoSelector } from '../../src/policy/calico-selector.ts';

const labels: Readonly<Record<string, string>> = { role: 'db', 'k8s-app': 'x', in: 'yes', empty: '' };

function selects(text: string): boolean {
  const parsed = parseCalicoSelector(text);
  if ('error' in parsed) throw new Error(parsed.error);
  return parsed.test((key) => (Object.hasOwn(labels, key) ? labels[key] : undefined));
}

describe("Calico's selector language", () => {
  test.each([
    ['', true],
    ['all()', true],
    ['global()', true],
    ['!all()', false],
    ["role == 'db'", true],
    ['role == "db"', true],
    ["role=='web'", false],
    ["role != 'web'", true],
    ["absent != 'web'", true],
    ["absent == ''", false],
    ["empty == ''", true],
    ['has(role)', true],
    ['has( role )', true],
    ['!has(role)', false],
    ['!!has(role)', true],
    ["role in {'a', 'db'}", true],
    ['role in {}', false],
    ["role in {'a',}", false],
    ["role not in {'a'}", true],
    ["absent not in {'a'}", true],
    ["role contains 'b'", true],
    ["role starts with 'd'", true],
    ["role starts  with 'b'", false],
    ["role ends with 'b'", true],
    ["absent contains ''", false],
    ["k8s-app == 'x' && role == 'web' || has(role)", true],
    ["has(role) || role == 'web' && role == 'x'", true],
    ["(has(role) || role == 'web') && role == 'x'", false],
    ["!(role == 'web') && !has(absent)", true],
    ["in == 'yes'", true],
    ["in in {'yes'}", true],
    ['\thas(role)\t', true],
  ])('%s', (text, expected) => {
    expect(selects(text)).toBe(expected);
  });

  test.each([
    ["role = 'db'", 'cannot read'],
    ['role', 'expected an operator after role, found the end at offset 4'],
    ['role ==', 'expected a quoted string, found the end'],
    ["role == 'db", 'cannot read'],
    ["(role == 'db'", 'expected ), found the end'],
    ["role == 'db')", 'expected an operator or the end, found )'],
    ["role in 'db'", 'expected {'],
    ["role in {'db'", 'expected }'],
    ['has(', 'expected an operator after has'],
    ["role == 'a' &&", 'expected a label, has(…), all(), ! or (, found the end'],
    ["role is 'a'", 'cannot read'],
  ])('refuses %s', (text, message) => {
    const parsed = parseCalicoSelector(text);
    expect('error' in parsed && parsed.error).toContain(message);
  });
});
