import { describe, expect, test } from 'vitest';
import { parseManifests, printManifests } from '../../src/kube/yaml.ts';

describe('manifests', () => {
  test('several documents, CRLF, empty documents and lists', () => {
    const text = [
      '---',
      '# nothing here',
      '---',
      'apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: a}\r',
      '---',
      'apiVersion: v1',
      'kind: List',
      'items:',
      '- {apiVersion: v1, kind: Service, metadata: {name: b}}',
      '- {apiVersion: v1, kind: Service, metadata: {name: c}}',
      '',
    ].join('\n');
    const { manifests, problems } = parseManifests(text, 'x.yaml');
    expect(problems).toEqual([]);
    expect(manifests.map(({ object, line }) => [object.kind, object.metadata.name, line])).toEqual([
      ['Pod', 'a', 4],
      ['Service', 'b', 8],
      ['Service', 'c', 8],
    ]);
  });

  test('every problem at once, with line and column', () => {
    const text = 'apiVersion: v1\nkind: Pod\n---\nkind: Pod\nmetadata: {name: x}\n---\na: [1, 2\n---\n- 1\n';
    const { problems } = parseManifests(text, 'bad.yaml');
    expect(problems.map(({ line, message }) => [line, message.slice(0, 45)])).toEqual([
      [1, 'not a Kubernetes object: metadata missing'],
      [4, 'not a Kubernetes object: apiVersion missing'],
      [8, expect.any(String)],
      [9, 'not a Kubernetes object: expected a mapping'],
    ]);
  });

  test('numbers and words mean what they mean to kubectl', () => {
    const text = 'apiVersion: v1\nkind: X\nmetadata: {name: x}\nmode: 0755\non: yes\ntime: 12:30\ndate: 2026-11-21\n';
    const [object] = parseManifests(text, 'x.yaml').manifests.map((manifest) => manifest.object);
    expect(object).toMatchObject({ mode: 493, true: true, time: '12:30', date: '2026-11-21' });
  });

  test('what is printed is read back the same by such a reader', () => {
    const labels = { a: 'yes', b: '0755', c: 'off', d: '1e3', e: 'null', f: '' };
    const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', labels } };
    const [read] = parseManifests(printManifests([object]), 'x.yaml').manifests.map((manifest) => manifest.object);
    expect(read).toEqual(object);
  });
});
