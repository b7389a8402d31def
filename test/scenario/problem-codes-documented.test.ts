import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { problemMeanings } from '../../src/scenario/problem-codes.ts';

test('the table of problems says what the code says', () => {
  const text = readFileSync(new URL('../../docs/authoring.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([\w-]+)` \| (.+?) \| .+ \|$/gm)];
  const documented = Object.fromEntries(
    rows.flatMap(([, code = '', meaning]) => (code in problemMeanings ? [[code, meaning]] : [])),
  );
  expect(documented).toEqual(problemMeanings);
});
