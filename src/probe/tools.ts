/**
 * The programs that may be in a container and can tell whether a flow gets through, best first. Each connects without sending
 * anything of its own where it can, and limits the connection (not the name lookup: none of them can) to a number of seconds.
 */
import { isIP } from 'node:net';
import type { ProbeRequest } from './observation.ts';

export type ToolName = 'nc' | 'curl' | 'wget' | 'agnhost' | 'nslookup' | 'dig';

export interface ToolRun {
  readonly tool: ToolName;
  readonly argv: readonly string[];
}

/** A name that every cluster's DNS knows: an answer about it proves that DNS is reachable. */
export const knownName = 'kubernetes.default.svc.cluster.local.';

export function toolsFor(request: ProbeRequest, timeoutSeconds: number): readonly ToolRun[] {
  return request.protocol === 'UDP' ? dnsTools(request.host) : tcpTools(request.host, request.port, timeoutSeconds);
}

function tcpTools(host: string, port: number, seconds: number): readonly ToolRun[] {
  const url = `http://${host}:${port}/`;
  const s = String(seconds);
  return [
    { tool: 'nc', argv: ['nc', '-zv', '-w', s, host, String(port)] },
    { tool: 'curl', argv: ['curl', '-sS', '-o', '/dev/null', '--connect-timeout', s, '-m', String(seconds * 2), url] },
    { tool: 'wget', argv: ['wget', '-q', '-O', '/dev/null', '-T', s, url] },
    { tool: 'agnhost', argv: ['/agnhost', 'connect', `--timeout=${s}s`, `${host}:${port}`] },
  ];
}

/** Over UDP only DNS can be probed: anything else may be silent by nature. `server` is the address that is asked. */
export function dnsTools(server?: string): readonly ToolRun[] {
  return [
    { tool: 'nslookup', argv: ['nslookup', '-type=a', knownName, ...(server ? [server] : [])] },
    { tool: 'dig', argv: ['dig', '+time=2', '+tries=1', ...(server ? [`@${server}`] : []), knownName] },
  ];
}

export function isName(host: string): boolean {
  return isIP(host) === 0;
}
