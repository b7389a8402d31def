import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../src/kubectl/template/execute.ts';

const data = {
  kind: 'List',
  n: 3,
  items: [{ name: 'a', labels: { app: 'web', 'x.y': 'z' } }, { name: 'b' }],
  empty: [],
};

describe('a Go template', () => {
  test.each([
    ['{{.kind}}', 'List'],
    ['{{.nothing}}', '<no value>'],
    ['{{range .items}}{{.name}} {{end}}', 'a b '],
    ['{{range $i, $e := .items}}{{$i}}={{$e.name}};{{end}}', '0=a;1=b;'],
    ['{{range $k, $v := (index .items 0).labels}}{{$k}}={{$v}};{{end}}', 'app=web;x.y=z;'],
    ['{{range .empty}}x{{else}}none{{end}}', 'none'],
    ['{{index (index .items 0).labels "x.y"}}', 'z'],
    ['{{if eq .kind "List"}}yes{{else}}no{{end}}', 'yes'],
    ['{{if .nothing}}a{{else if gt .n 2}}b{{else}}c{{end}}', 'b'],
    ['{{with .items}}{{len .}}{{end}}', '2'],
    ['{{ .kind | printf "%-6s|" }}', 'List  |'],
    ['{{printf "%s:%d %q" .kind .n .kind}}', 'List:3 "List"'],
    ['a {{- " b " -}} c', 'a b c'],
    ['{{/* hidden */}}shown', 'shown'],
    ['{{$x := .n}}{{if and $x (not .nothing)}}{{$x}}{{end}}', '3'],
    ['{{range .items}}{{if eq .name "b"}}{{break}}{{end}}{{.name}}{{end}}', 'a'],
    ['{{(index .items 0).labels}}', 'map[app:web x.y:z]'],
  ])('%s', (template, expected) => {
    expect(compileTemplate(template, { allowMissing: true }).execute(data)).toBe(expected);
  });

  test.each(['{{define "x"}}{{end}}', '{{template "x"}}', '{{html .kind}}'])(
    '%s is left to the real kubectl, and says so',
    (template) => {
      expect(() => compileTemplate(template, { allowMissing: true }).execute(data)).toThrow(
        'the built-in kubectl does not do',
      );
    },
  );

  test.each(['{{.a', '{{if}}', '{{end}}', '{{range .items}}', '{{nosuch .a}}'])('%s is an error', (template) => {
    expect(() => compileTemplate(template, { allowMissing: true }).execute(data)).toThrow();
  });
});
