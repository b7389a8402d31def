import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../src/scenario/command-line.ts';

describe('parseCommand', () => {
  const good: readonly [string, readonly string[], string?][] = [
    ['kubectl get pods', ['kubectl', 'get', 'pods']],
    ["kubectl exec web -- sh -c 'echo hi; exit 3'", ['kubectl', 'exec', 'web', '--', 'sh', '-c', 'echo hi; exit 3']],
    ['kubectl get pod "a b" -o name', ['kubectl', 'get', 'pod', 'a b', '-o', 'name']],
    ['kubectl get pods \\\n  -A', ['kubectl', 'get', 'pods', '-A']],
    [`kubectl patch x -p '{"a":"b"}'`, ['kubectl', 'patch', 'x', '-p', '{"a":"b"}']],
    ['kubectl x "a\\"b\\n"', ['kubectl', 'x', 'a"b\\n']],
    ["kubectl apply -f - <<'EOF'\na: 1\n  b: '$x'\nEOF", ['kubectl', 'apply', '-f', '-'], "a: 1\n  b: '$x'\n"],
    ['kubectl apply -f - <<EOF\r\na: 1\r\nEOF\r\n', ['kubectl', 'apply', '-f', '-'], 'a: 1\n'],
    ["kubectl x ''", ['kubectl', 'x', '']],
  ];
  test.each(good)('reads %j', (text, argv, stdin) => {
    expect(parseCommand(text)).toEqual({ command: stdin === undefined ? { argv } : { argv, stdin } });
  });

  const bad: readonly [string, RegExp][] = [
    ['kubectl get pods | grep web', /"\|" is not supported/],
    ['kubectl get pods; rm -rf /', /";" is not supported/],
    ['kubectl get $POD', /"\$" is not supported/],
    ['kubectl get pods\nkubectl get svc', /more than one command/],
    ["kubectl exec web -- sh -c 'echo", /quote \('\) is not closed/],
    ['kubectl apply -f - <<EOF\na: 1\n', /not closed by EOF/],
    ['kubectl apply -f - <<EOF\na\nEOF\nkubectl get pods', /something follows EOF/],
    ['', /holds no command/],
  ];
  test.each(bad)('refuses %j', (text, message) => {
    const parsed = parseCommand(text);
    expect('problem' in parsed && parsed.problem).toMatch(message);
  });
});
