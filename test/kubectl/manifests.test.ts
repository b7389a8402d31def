import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parseOne, readDocuments } from '../../src/kubectl/resources/yaml-input.ts';

const broken = [
  'a: b\nmetadata:\n\tname: x\n',
  'a: b\n\tc: d\n',
  'a:\n  b: c\n d: {}\n',
  'foo\nbar: x\n',
  'a: [1,2\nb: c\n',
  'a: "x',
  'a: b\n c: d\n',
  'x: *no',
  'a: {b: c',
  'key: value\n  bad\nother',
  'hello: [',
];

function problemIn(text: string): string {
  try {
    parseOne(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

test.skipIf(!hasKubectl)('a broken manifest is refused in the words of the real kubectl', () => {
  for (const text of broken) {
    const { stderr } = spawnSync('kubectl', ['create', '--dry-run=client', '-f', '-'], {
      input: text,
      encoding: 'utf8',
    });
    const said = /error converting YAML to JSON: (.*)\n/.exec(stderr)?.[1];
    expect([text, problemIn(text)]).toEqual([text, said]);
  }
});

test('manifests are YAML 1.1: y is true, 010 is eight, a repeated key is its last value, dates are text', () => {
  expect(parseOne('a: y\nb: 010\nc: 1\nc: 2\nd: 2026-01-01\ne: 1:30\nf: off\ng: .\n')).toEqual({
    a: true,
    b: 8,
    c: 2,
    d: '2026-01-01',
    e: '1:30',
    f: false,
    g: '.',
  });
});

test('documents split at three dashes, empty ones are skipped, CRLF and a byte order mark are accepted', () => {
  const values = [
    ...readDocuments('\ufeff---\r\na: 1\r\n---\r\n# nothing\r\n---\r\n{"b": 2}\r\n--- \r\nc: |\r\n  x\r\n'),
  ].map(({ value }) => value);
  expect(values).toEqual([{ a: 1 }, { b: 2 }, { c: 'x\n' }]);
});

test('anchors and merges are resolved', () => {
  expect(parseOne('base: &b {x: 1}\nown: {<<: *b, z: 2}\n')).toEqual({ base: { x: 1 }, own: { x: 1, z: 2 } });
});
