/** BusyBox traceroute: UDP probes (ICMP with -I) with growing time to live; the routers of the path answer, policy or not. */
import { isIPv4 } from 'node:net';
import { sleep } from '../../../../kit/clock.ts';
import type { Process } from '../../../../shell/process.ts';
import { resolveAddress } from '../../net/resolver-reverse.ts';
import type { EchoResult } from '../../net/sockets.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { lastValue, parseCommandLine } from '../command-line.ts';
import { type ContainerNet, connectError, type NetProgram, print, resolve } from '../net-program.ts';

const usage = `traceroute [-46IFlnrv] [-f 1ST_TTL] [-m MAXTTL] [-q PROBES] [-p PORT]
	[-t TOS] [-w WAIT_SEC] [-s SRC_IP] [-i IFACE]
	[-z PAUSE_MSEC] HOST [BYTES]

Trace the route to HOST

	-4,-6	Force IP or IPv6 name resolution
	-F	Set don't fragment bit
	-I	Use ICMP ECHO instead of UDP datagrams
	-l	Display TTL value of the returned packet
	-n	Print numeric addresses
	-r	Bypass routing tables, send directly to HOST
	-v	Verbose
	-f N	First number of hops (default 1)
	-m N	Max number of hops
	-q N	Number of probes per hop (default 3)
	-p N	Base UDP port number used in probes
		(default 33434)
	-s IP	Source address
	-i IFACE Source interface
	-t N	Type-of-service in probe packets (default 0)
	-w SEC	Wait for a response (default 3)
	-z MSEC	Wait before each send`;

const firstPort = 33_434;

export const traceroute: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: '46IFlnrvf:m:q:p:t:w:s:i:z:g:d' });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  const [host, bytes = '46'] = line.operands;
  if (host === undefined) return refuseBusybox(process, usage);
  const found = await resolve(net, process, host);
  const ip = found.outcome === 'found' ? (found.addresses.find(isIPv4) ?? found.addresses[0]) : undefined;
  if (ip === undefined) {
    await print(process.stderr, `traceroute: bad address '${host}'\n`);
    return 1;
  }
  const number = (key: string, fallback: number): number => Number(lastValue(line, key) ?? fallback);
  const most = number('m', 30);
  if (net.stack.echo(ip).outcome === 'network-unreachable') {
    const reason = connectError(net.libc, 'network-unreachable');
    await print(process.stderr, `traceroute: can't connect to remote host (${ip}): ${reason}\n`);
    return 1;
  }
  await print(process.stdout, `traceroute to ${host} (${ip}), ${most} hops max, ${bytes} byte packets\n`);
  let port = number('p', firstPort);
  for (let ttl = number('f', 1); ttl <= most; ttl++) {
    const results: EchoResult[] = [];
    await print(process.stdout, String(ttl).padStart(2));
    for (let i = 0; i < number('q', 3); i++) {
      const result = net.stack.echo(ip, { ttl, ...(!line.flags.has('I') && { port: port++ }) });
      await tell(net, process, result, results.at(-1), line.flags.has('n'), number('w', 3) * 1000);
      results.push(result);
    }
    await print(process.stdout, '\n');
    if (results.some(({ outcome }) => outcome !== 'expired' && outcome !== 'none')) break;
  }
  return 0;
};

async function tell(
  net: ContainerNet,
  process: Process,
  result: EchoResult,
  before: EchoResult | undefined,
  numeric: boolean,
  waitMs: number,
): Promise<void> {
  if (result.outcome === 'none' || result.outcome === 'network-unreachable') {
    await sleep(process.clock, waitMs, process.signal);
    await print(process.stdout, '  *');
    return;
  }
  const known = before !== undefined && 'ip' in before && before.ip === result.ip;
  const name = known ? '' : `  ${numeric ? result.ip : await fullName(net, process, result.ip)}`;
  const mark = result.outcome === 'host-unreachable' ? ' !H' : '';
  await print(process.stdout, `${name}  ${result.milliseconds.toFixed(3)} ms${mark}`);
}

async function fullName(net: ContainerNet, process: Process, ip: string): Promise<string> {
  const { clock, signal, fs } = process;
  const { stack, libc, random } = net;
  const names = await resolveAddress({ stack, libc, random, clock, signal, fs }, ip);
  return `${names?.[0] ?? ip} (${ip})`;
}
