import { describe, expect, test } from 'vitest';
import { parseManifests } from '../../src/kube/yaml.ts';

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
});
