/** Raw output in, observation out. The texts are recordings of the real programs: ../shared/fidelity and its client-outputs.txt. */
import { describe, expect, test } from 'vitest';
import { interpret } from '../../src/probe/interpret.ts';
import type { Attempt } from '../../src/probe/observation.ts';
import type { ToolName } from '../../src/probe/tools.ts';

interface Row {
  readonly tool: ToolName;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode: number;
  readonly sees: string;
}

const rows: readonly Row[] = [
  { tool: 'nc', stderr: '10.96.0.1 (10.96.0.1:443) open\n', exitCode: 0, sees: 'allowed connected' },
  {
    tool: 'nc',
    stderr: 'nc: web.shop (10.96.74.218:80): Connection timed out\n',
    exitCode: 1,
    sees: 'blocked no-answer',
  },
  {
    tool: 'nc',
    stderr: 'nc: web.shop (10.96.74.218:80): Operation timed out\n',
    exitCode: 1,
    sees: 'blocked no-answer',
  },
  { tool: 'nc', stderr: "nc: bad address 'nosuch'\n", exitCode: 1, sees: 'unresolved name-failed' },
  { tool: 'nc', exitCode: 1, sees: 'refused refused' },
  {
    tool: 'nc',
    stderr: 'Connection to 10.244.2.10 8080 port [tcp/http-alt] succeeded!\n',
    exitCode: 0,
    sees: 'allowed connected',
  },
  {
    tool: 'nc',
    stderr: 'nc: connect to 10.244.2.10 port 9999 (tcp) failed: Connection refused\n',
    exitCode: 1,
    sees: 'refused refused',
  },
  {
    tool: 'nc',
    stderr: 'nc: connect to 10.96.0.60 port 80 (tcp) timed out: Operation now in progress\n',
    exitCode: 1,
    sees: 'blocked no-answer',
  },
  {
    tool: 'nc',
    stderr: 'nc: getaddrinfo for host "nosuch.shop" port 80: Temporary failure in name resolution\n',
    exitCode: 1,
    sees: 'unresolved name-failed',
  },
  {
    tool: 'nc',
    stderr: '(UNKNOWN) [10.244.2.10] 9999 (?) : Connection refused\n',
    exitCode: 1,
    sees: 'refused refused',
  },
  {
    tool: 'nc',
    stderr: 'nosuch.shop: forward host lookup failed: Host name lookup failure : Resource temporarily unavailable\n',
    exitCode: 1,
    sees: 'unresolved name-failed',
  },
  { tool: 'nc', stderr: 'Ncat: TIMEOUT.\n', exitCode: 1, sees: 'blocked no-answer' },
  { tool: 'curl', exitCode: 0, sees: 'allowed connected' },
  {
    tool: 'curl',
    stderr: 'curl: (28) Connection timed out after 3002 milliseconds\n',
    exitCode: 28,
    sees: 'blocked no-answer',
  },
  {
    tool: 'curl',
    stderr: 'curl: (28) Resolving timed out after 3001 milliseconds\n',
    exitCode: 28,
    sees: 'unresolved dns-silent',
  },
  {
    tool: 'curl',
    stderr: 'curl: (7) Failed to connect to web port 80 after 1 ms: Could not connect to server\n',
    exitCode: 7,
    sees: 'refused refused',
  },
  { tool: 'curl', stderr: 'curl: (6) Could not resolve host: nosuch\n', exitCode: 6, sees: 'unresolved name-failed' },
  {
    tool: 'curl',
    stderr: 'curl: (28) Failed to connect to 10.244.40.201 port 80 after 134393 ms: Could not connect to server\n',
    exitCode: 28,
    sees: 'blocked no-answer',
  },
  { tool: 'curl', stderr: 'curl: (52) Empty reply from server\n', exitCode: 52, sees: 'allowed connected' },
  { tool: 'wget', stderr: 'wget: download timed out\n', exitCode: 1, sees: 'blocked no-answer' },
  {
    tool: 'wget',
    stderr: "wget: can't connect to remote host (10.244.40.223): Connection refused\n",
    exitCode: 1,
    sees: 'refused refused',
  },
  {
    tool: 'wget',
    stderr: "wget: can't connect to remote host (10.96.0.60): Network is unreachable\n",
    exitCode: 1,
    sees: 'refused unreachable',
  },
  { tool: 'wget', stderr: "wget: bad address 'web'\n", exitCode: 1, sees: 'unresolved name-failed' },
  {
    tool: 'wget',
    stderr: 'wget: server returned error: HTTP/1.1 404 Not Found\n',
    exitCode: 1,
    sees: 'allowed connected',
  },
  {
    tool: 'wget',
    stderr: 'wget: server returned error: HTTP/1.0 400 Bad Request\n',
    exitCode: 1,
    sees: 'allowed connected',
  },
  { tool: 'agnhost', stderr: 'TIMEOUT\n', exitCode: 1, sees: 'blocked no-answer' },
  { tool: 'agnhost', stderr: 'REFUSED\n', exitCode: 1, sees: 'refused refused' },
  {
    tool: 'agnhost',
    stderr: 'DNS: lookup nosuch on 10.96.0.10:53: no such host\n',
    exitCode: 1,
    sees: 'unresolved no-such-name',
  },
  {
    tool: 'nslookup',
    stdout:
      'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\nName:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n\n',
    exitCode: 0,
    sees: 'allowed connected',
  },
  {
    tool: 'nslookup',
    stdout: ';; connection timed out; no servers could be reached\n\n',
    exitCode: 1,
    sees: 'blocked no-answer',
  },
  {
    tool: 'nslookup',
    stdout: "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n** server can't find nosuch: NXDOMAIN\n\n",
    exitCode: 1,
    sees: 'allowed connected',
  },
  {
    tool: 'nslookup',
    stdout: "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n** server can't find nosuch.shop: REFUSED\n",
    exitCode: 1,
    sees: 'allowed connected',
  },
  { tool: 'wget', stderr: 'something that nobody has seen before\n', exitCode: 3, sees: 'unknown unreadable' },
];

describe('interpret', () => {
  test.each(rows)(
    'reads $tool $exitCode $stderr$stdout as $sees',
    ({ tool, stdout = '', stderr = '', exitCode, sees }) => {
      const attempt: Attempt = { argv: [tool], stdout, stderr, exitCode, cutOff: false };
      const observation = interpret({ tool, byName: true, timeoutSeconds: 2 }, attempt);
      expect(`${observation?.outcome} ${observation?.reason}`).toBe(sees);
      expect(observation?.evidence).toEqual([attempt]);
    },
  );

  const missing: readonly Partial<Attempt>[] = [
    { exitCode: 127, stderr: 'sh: curl: not found\n' },
    {
      error:
        'Internal error occurred: error executing command in container: failed to start exec "c4": OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH',
    },
    { error: 'exec: "/agnhost": stat /agnhost: no such file or directory' },
  ];
  test.each(missing)('a program that is not in the container says nothing about the flow: %o', (parts) => {
    const attempt: Attempt = { argv: ['curl'], stdout: '', stderr: '', exitCode: undefined, cutOff: false, ...parts };
    expect(interpret({ tool: 'curl', byName: false, timeoutSeconds: 2 }, attempt)).toBeUndefined();
  });

  test('a program that is still looking up the name when it is stopped did not get past DNS', () => {
    const attempt: Attempt = { argv: ['nc'], stdout: '', stderr: '', exitCode: undefined, cutOff: true };
    expect(interpret({ tool: 'nc', byName: true, timeoutSeconds: 2 }, attempt)).toMatchObject({
      outcome: 'unresolved',
      reason: 'dns-silent',
    });
  });

  test('a program that was stopped although it had an address proves nothing', () => {
    const attempt: Attempt = { argv: ['nc'], stdout: '', stderr: '', exitCode: undefined, cutOff: true };
    expect(interpret({ tool: 'nc', byName: false, timeoutSeconds: 2 }, attempt)).toMatchObject({
      outcome: 'unknown',
      reason: 'cut-off',
    });
  });

  test('an API that refuses the exec is no observation of the flow', () => {
    const attempt: Attempt = {
      argv: ['nc'],
      stdout: '',
      stderr: '',
      exitCode: undefined,
      cutOff: false,
      error: 'pods "web" is forbidden',
    };
    expect(interpret({ tool: 'nc', byName: false, timeoutSeconds: 2 }, attempt)).toMatchObject({
      outcome: 'unknown',
      reason: 'exec-failed',
      detail: 'pods "web" is forbidden',
    });
  });
});
