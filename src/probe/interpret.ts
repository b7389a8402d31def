/**
 * From the raw output of a program to an observation. A pure function: the texts are those of BusyBox, OpenBSD and traditional
 * nc, ncat, curl, BusyBox and GNU wget, agnhost, BusyBox and bind nslookup, dig; exit codes decide where texts are absent.
 */
import type { Attempt, Observation, Outcome, Reason } from './observation.ts';
import type { ToolName } from './tools.ts';

export interface Question {
  readonly tool: ToolName;
  /** The destination is a name that the pod has to resolve. */
  readonly byName: boolean;
  readonly timeoutSeconds: number;
}

/** undefined when the program is not in the container: try the next one. */
export function interpret(question: Question, attempt: Attempt): Observation | undefined {
  if (isMissingProgram(attempt)) return undefined;
  const observed = (outcome: Outcome, reason: Reason, detail: string): Observation => ({
    outcome,
    reason,
    detail,
    evidence: [attempt],
  });
  if (attempt.error !== undefined) return observed('unknown', 'exec-failed', attempt.error);
  if (attempt.cutOff) {
    // The connection itself is limited to fewer seconds than the deadline: what still runs then is looking up the name.
    if (question.byName)
      return observed(
        'unresolved',
        'dns-silent',
        'DNS gave no answer; the name was still being looked up when the probe was stopped',
      );
    return observed('unknown', 'cut-off', 'the program did not end in time and was stopped');
  }
  const found =
    question.tool === 'nslookup' || question.tool === 'dig' ? readDns(attempt) : readConnection(question, attempt);
  const [outcome, reason, detail] = found ?? [
    'unknown',
    'unreadable',
    `cannot read the output of ${question.tool} (exit code ${attempt.exitCode})`,
  ];
  return observed(outcome, reason, detail);
}

type Finding = readonly [Outcome, Reason, string];

const missingProgram = /executable file not found|no such file or directory|not found in \$PATH/i;

/** containerd's words for a program that is not in the image; 126 and 127 when a shell says so. */
export function isMissingProgram({ error, exitCode, stderr }: Attempt): boolean {
  if (error !== undefined) return missingProgram.test(error);
  return (
    (exitCode === 127 || exitCode === 126) &&
    /not found|missing|can't execute|unable to start container process/i.test(stderr)
  );
}

function readDns({ stdout, stderr }: Attempt): Finding | undefined {
  const text = `${stdout}\n${stderr}`;
  if (/^Name:\s/m.test(text) || /status: NOERROR/.test(text)) return ['allowed', 'connected', 'DNS answered'];
  if (/NXDOMAIN|SERVFAIL|No answer/.test(text)) return ['allowed', 'connected', 'DNS answered'];
  if (/connection refused/i.test(text)) return ['refused', 'refused', 'the query was refused'];
  if (/timed out|no servers could be reached/.test(text)) return ['blocked', 'no-answer', 'no answer from DNS'];
  if (/REFUSED/.test(text)) return ['allowed', 'connected', 'DNS answered'];
  if (/unreachable/i.test(text)) return ['refused', 'unreachable', 'no route'];
  return undefined;
}

const nameFailures: readonly RegExp[] = [
  /bad address/,
  /could not resolve host/i,
  /resolving timed out/i,
  /getaddrinfo for host|forward host lookup failed|could not resolve hostname/i,
  /unable to resolve host address/,
  /temporary failure in name resolution|name or service not known|name does not resolve/i,
  /^DNS: /m,
];

function readConnection(
  { tool, timeoutSeconds }: Question,
  { stdout, stderr, exitCode }: Attempt,
): Finding | undefined {
  const text = `${stdout}\n${stderr}`;
  const silent: Finding = ['blocked', 'no-answer', `no answer in ${timeoutSeconds.toFixed(1)} s`];
  const refused: Finding = ['refused', 'refused', 'connection refused'];
  if (exitCode === 0) return ['allowed', 'connected', 'connected'];
  if (/NXDOMAIN|no such host/i.test(text)) return ['unresolved', 'no-such-name', 'there is no such name'];
  if (nameFailures.some((pattern) => pattern.test(text))) {
    const timedOut = /resolving timed out/i.test(text);
    return timedOut
      ? ['unresolved', 'dns-silent', 'DNS gave no answer']
      : ['unresolved', 'name-failed', 'the name could not be resolved'];
  }
  if (/refused/i.test(text)) return refused;
  if (/timed? ?out/i.test(text)) return silent;
  if (/unreachable|no route to host/i.test(text)) return ['refused', 'unreachable', 'no route to the address'];
  if (tool === 'curl') return readCurlExit(exitCode, silent, refused);
  // An answer of any kind, even an error page, came through the connection.
  if (tool === 'wget')
    return /server returned error|error getting response|TLS error|unexpected|bad header/i.test(text)
      ? ['allowed', 'connected', 'connected']
      : undefined;
  // BusyBox nc says nothing at all when it is refused, even with -v.
  if (tool === 'nc' && exitCode === 1 && text.trim() === '') return refused;
  return undefined;
}

/** `man curl`, EXIT CODES: everything but these happens after the connection. */
function readCurlExit(exitCode: number | undefined, silent: Finding, refused: Finding): Finding | undefined {
  switch (exitCode) {
    case 5:
    case 6:
      return ['unresolved', 'name-failed', 'the name could not be resolved'];
    case 7:
      return refused;
    case 28:
      return silent;
    case 1:
    case 8:
    case 22:
    case 35:
    case 52:
    case 56:
    case 60:
      return ['allowed', 'connected', 'connected'];
    default:
      return undefined;
  }
}
