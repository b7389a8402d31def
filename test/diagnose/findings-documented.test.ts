import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findingMeanings } from '../../src/diagnose/finding.ts';

test('docs/findings.md lists every code with its meaning, and no other', () => {
  const page = readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z-]+)` \| (.*) \|\r?$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(documented).toEqual(Object.entries(findingMeanings));
});
