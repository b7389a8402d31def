/**
 * The outside world as one container: which addresses it holds, and the script that makes it answer on them. Pure.
 *
 * Every address is a /32 on the container's loopback; the nodes get a route to it (see outside.ts). Each listener is bound to
 * its address and port, so everything else on that address is refused by the kernel, as on a real host.
 */
import { LabError } from '../../kit/errors.ts';
import type { OutsideHost } from '../provider.ts';
import { serverFunctions } from './outside-server.ts';

export interface PlannedHost extends OutsideHost {
  readonly addresses: readonly string[];
}

/** Hosts without addresses of their own get some of the benchmark network, RFC 2544: nobody routes it. */
export function planHosts(hosts: readonly OutsideHost[]): readonly PlannedHost[] {
  return hosts.map((host, i) => ({ ...host, addresses: host.addresses ?? [`198.18.0.${i + 10}`] }));
}

/** Sorted, each once. */
export function addressesOf(hosts: readonly PlannedHost[]): readonly string[] {
  return [...new Set(hosts.flatMap(({ addresses }) => addresses))].sort();
}

export const readyFile = '/tmp/srv/ready';

/** Runs as `sh -c SCRIPT` in an image with sh, ip, and BusyBox's servers or Perl. Needs NET_ADMIN for the addresses. */
export function outsideScript(hosts: readonly PlannedHost[]): string {
  const lines = ['set -e', 'mkdir -p /tmp/srv', ...serverFunctions('/tmp/srv'), 'pids='];
  for (const address of addressesOf(hosts)) lines.push(`ip addr add ${quote(`${address}/32`)} dev lo`);
  hosts.forEach((host, i) => {
    lines.push(...firewall(host, i));
    for (const listener of host.listens) {
      const file = `/tmp/srv/${i}-${listener.port}`;
      if (listener.http) {
        lines.push(`printf %s ${quote(httpAnswer(listener.http))} > ${file}.answer`);
        lines.push(`printf %s ${quote(answerScript(`${file}.answer`))} > ${file}.sh`);
      }
      for (const address of host.addresses)
        lines.push(`${serve(host.name, address, listener, file)} &`, 'pids="$pids $!"');
    }
  });
  // A server that cannot bind, or is not in the image, has ended by then, and its message is in the container's log.
  lines.push('sleep 1', 'for pid in $pids; do kill -0 $pid; done', `touch ${readyFile}`);
  lines.push('trap "exit 0" TERM INT', 'while :; do sleep 3600 & wait $!; done');
  return `${lines.join('\n')}\n`;
}

function serve(
  name: string,
  address: string,
  { port, protocol, http }: OutsideHost['listens'][number],
  file: string,
): string {
  const place = `${quote(address)} ${port}`;
  if (protocol === 'UDP') return port === 53 ? `dns ${place} ${quote(name)}` : `udp ${place}`;
  return http ? `tcp ${place} sh ${file}.sh` : `tcp ${place} sh -c 'cat > /dev/null'`;
}

/** Reads the request's head, then answers; a connection that says nothing (a probe) is over when it closes. */
function answerScript(answer: string): string {
  return `while IFS= read -r line; do [ \${#line} -gt 1 ] || { cat ${answer}; exit; }; done\n`;
}

function httpAnswer({ body, status = 200 }: { readonly body: string; readonly status?: number }): string {
  const bytes = Buffer.byteLength(body, 'utf8');
  const type = body.trimStart().startsWith('<')
    ? 'text/html'
    : body.trimStart().startsWith('{')
      ? 'application/json'
      : 'text/plain';
  return `HTTP/1.1 ${status} ${reasons[status] ?? 'Status'}\r\nContent-Type: ${type}\r\nContent-Length: ${bytes}\r\nConnection: close\r\n\r\n${body}`;
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/**
 * Only some sources get an answer: replies from the host's addresses look up a table that has routes to these sources and a
 * black hole for everybody else. The image needs no iptables for that.
 */
function firewall({ allowsFrom, addresses }: PlannedHost, index: number): readonly string[] {
  if (!allowsFrom) return [];
  const table = 100 + index;
  return [
    ...allowsFrom.map((source) => `ip route add ${quote(`${source}/32`)} dev eth0 table ${table}`),
    `ip route add blackhole default table ${table}`,
    ...addresses.map((address) => `ip rule add from ${quote(address)} table ${table}`),
  ];
}

/** Scenario files are data from others: nothing of them may become shell. Throws LabError ERR_SCENARIO_INVALID for a NUL. */
function quote(text: string): string {
  if (text.includes('\0'))
    throw new LabError('ERR_SCENARIO_INVALID', 'a host beyond the cluster holds a NUL character');
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
