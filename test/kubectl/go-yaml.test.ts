import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { goJson, goPrint } from '../../src/kubectl/print/go-json.ts';
import { compareKeys, goYaml } from '../../src/kubectl/print/go-yaml.ts';
import { parseOne } from '../../src/kubectl/resources/yaml-input.ts';

const recordings = new URL('../fidelity/kubectl/', import.meta.url);

interface Step {
  readonly run: readonly string[];
  readonly stdout: string;
  readonly exitCode: number;
}

function recordedOutputs(format: 'yaml' | 'json'): { command: string; text: string }[] {
  const files = readdirSync(recordings).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => {
    const { steps = [] } = JSON.parse(readFileSync(new URL(file, recordings), 'utf8')) as { steps?: Step[] };
    return steps
      .filter(
        ({ run, exitCode }) =>
          exitCode === 0 && run[0] === 'kubectl' && run[1] === 'get' && run[run.indexOf('-o') + 1] === format,
      )
      .map(({ run, stdout }) => ({ command: run.join(' '), text: stdout }));
  });
}

test('what kubectl printed as YAML comes out the same when it is read and printed again', () => {
  const outputs = recordedOutputs('yaml');
  expect(outputs.length).toBeGreaterThan(5);
  for (const { command, text } of outputs) expect(goYaml(parse(text)), command).toBe(text);
});

test('what kubectl printed as JSON comes out the same when it is read and printed again', () => {
  const outputs = recordedOutputs('json');
  expect(outputs.length).toBeGreaterThan(1);
  for (const { command, text } of outputs) expect(`${goJson(JSON.parse(text), '    ')}\n`, command).toBe(text);
});

test.each([
  ['3', '"3"'],
  ['1.5', '"1.5"'],
  ['0x1f', '"0x1f"'],
  ['true', '"true"'],
  ['y', '"y"'],
  ['No', '"No"'],
  ['null', '"null"'],
  ['~', '"~"'],
  ['', '""'],
  ['2026-11-21T01:52:14Z', '"2026-11-21T01:52:14Z"'],
  ['10.0.0.1', '10.0.0.1'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['1:30', '"1:30"'],
  ['a: b', "'a: b'"],
  ['a #b', "'a #b'"],
  ['- a', "'- a'"],
  ['-a', '-a'],
  ['*', "'*'"],
  ['{}', "'{}'"],
  ['@x', "'@x'"],
  ["it's", "it's"],
  [' x', "' x'"],
  ['\tx', '"\\tx"'],
  ['a\nb\n', '|\n  a\n  b'],
  ['a\nb', '|-\n  a\n  b'],
  ['a\n\n', '|+\n  a\n'],
  [' a\nb', '|2-\n   a\n  b'],
])('%j is written as %s', (value, written) => {
  expect(goYaml({ k: value })).toBe(`k: ${written}\n`);
});

test('keys sort naturally: digits as numbers, letters behind the rest', () => {
  const keys = ['a10', 'a2', 'B', 'a', 'a-b', 'ab', '.x', 'f:b', '1'];
  expect([...keys].sort(compareKeys)).toEqual(['.x', '1', 'B', 'a', 'a-b', 'a2', 'a10', 'ab', 'f:b']);
});

test('any JSON survives being written as YAML and read as YAML 1.1', () => {
  const text = fc.string({
    unit: fc.constantFrom(
      'a',
      'y',
      '1',
      '0',
      ':',
      ' ',
      '-',
      '#',
      '\n',
      '\t',
      '"',
      "'",
      '\\',
      '{',
      '[',
      '.',
      '~',
      'é',
      '|',
      '>',
    ),
  });
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        text.filter((key) => !key.includes('\n')),
        tie('value'),
        { maxKeys: 3, noNullPrototype: true },
      ),
    ),
  }));
  fc.assert(
    fc.property(value, (json) => {
      expect(parseOne(goYaml({ v: json }))).toEqual({ v: json });
    }),
    { numRuns: 500 },
  );
});

test('values print as Go prints them', () => {
  expect(goPrint({ b: [1, 'x', null], a: { c: true } })).toBe('map[a:map[c:true] b:[1 x <nil>]]');
  expect(goJson({ html: '<a&b>', n: 1e21 })).toBe('{"html":"\\u003ca\\u0026b\\u003e","n":1e+21}');
});
