import { describe, expect, test } from 'vitest';
import { compileJsonPath } from '../../src/kubectl/jsonpath/evaluate.ts';

const data = {
  kind: 'List',
  items: [
    { metadata: { name: 'a', labels: { app: 'web', rank: '2' } }, ports: [{ port: 80 }, { port: 443 }], ready: true },
    {
      metadata: { name: 'b', labels: { app: 'api', rank: '1', 'x.y/z': 'dotted' } },
      ports: [{ port: 8080 }],
      ready: false,
    },
    { metadata: { name: 'c', labels: {} }, ports: [], data: { 'app.properties': 'x=1' } },
  ],
};

function print(template: string, allowMissing = true): string {
  return compileJsonPath(template, { allowMissing }).print(data);
}

describe('a JSONPath template', () => {
  test.each([
    ['{.kind}', 'List'],
    ['{.items[*].metadata.name}', 'a b c'],
    ['{.items[0].metadata.name} {.items[-1].metadata.name}', 'a c'],
    ['{.items[0:2].metadata.name}', 'a b'],
    ['{.items[1:].metadata.name}', 'b c'],
    ['{.items[::2].metadata.name}', 'a c'],
    ['{.items[0,2].metadata.name}', 'a c'],
    ["{.items[*]['metadata.name']}", 'a b c'],
    ['{range .items[*]}{.metadata.name}{"\\t"}{.metadata.labels.app}{"\\n"}{end}', 'a\tweb\nb\tapi\nc\t\n'],
    ["{range .items[*]}{.metadata.name}{'\\n'}{end}", 'a\nb\nc\n'],
    ['{range .items[*]}{.metadata.name}:{range .ports[*]} {.port}{end};{end}', 'a: 80 443;b: 8080;c:;'],
    ['{range .none[*]}x{end}behind', 'behind'],
    ['{.items[?(@.metadata.name=="b")].ports[0].port}', '8080'],
    ['{.items[?(@.metadata.labels.rank>"1")].metadata.name}', 'a'],
    ['{.items[?(@.metadata.name!="b")].metadata.name}', 'a c'],
    ['{.items[?(@.data)].metadata.name}', 'c'],
    ['{.items[?(@.ready==true)].metadata.name}', 'a'],
    ['{.items[?(@.ports[0].port<443)].metadata.name}', /array index out of bounds: index 0, length 0/],
    ['{.items[2].data.app\\.properties}', 'x=1'],
    ['{.items[1].metadata.labels.x\\.y/z}', 'dotted'],
    ['{.items[0].metadata.labels}', '{"app":"web","rank":"2"}'],
    ['{..port}', '80 443 8080'],
    ['{..metadata.name}', 'a b c'],
    ['{.items[0].metadata.labels.*}', 'web 2'],
    ['{.nothing.here}', ''],
    ['{.items[7].metadata.name}', /array index out of bounds: index 7, length 3/],
    ['plain text', 'plain text'],
    ['.kind', '.kind'],
    ['{$.kind}', 'List'],
    ['{@.kind}', 'List'],
    ['{.items[*].ready}', 'true false'],
  ])('%s', (template, expected) => {
    if (typeof expected === 'string') expect(print(template)).toBe(expected);
    else expect(() => print(template)).toThrow(expected);
  });

  test.each([
    ['{', 'unclosed action'],
    ['{.data[}', 'unterminated array'],
    ['{.items[?(@.a=="b"}', 'unterminated filter'],
    ['{"abc}', 'unterminated quoted string'],
    ['{.items[x]}', 'invalid array index x'],
    ['{.a....b}', 'invalid multiple recursive descent'],
    ['{%}', "unrecognized character in action: U+0025 '%'"],
    ['{nonsense}', 'unrecognized identifier nonsense'],
    ['{end}', 'not in range, nothing to end'],
    ['{.kind[0]}', 'string is not array or slice'],
  ])('%s is refused in the words of client-go', (template, message) => {
    expect(() => print(template)).toThrow(message);
  });

  test('a missing key is an error when that is asked for', () => {
    expect(() => print('{.nothing}', false)).toThrow('nothing is not found');
  });
});
