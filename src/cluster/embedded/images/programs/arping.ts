/** arping: only the gateway is on a pod's link, and Calico's proxy ARP answers for it and for everybody else. */
import { isIPv4 } from 'node:net';
import { sleep } from '../../../../kit/clock.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { lastValue, parseCommandLine } from '../command-line.ts';
import { type NetProgram, print, resolve } from '../net-program.ts';

const usage = `arping [-fqbDUA] [-c CNT] [-w TIMEOUT] [-I IFACE] [-s SRC_IP] DST_IP

Send ARP requests/replies

	-f		Quit on first ARP reply
	-q		Quiet
	-b		Keep broadcasting, don't go unicast
	-D		Exit with 1 if DST_IP replies
	-U		Unsolicited ARP mode, update your neighbors
	-A		ARP answer mode, update your neighbors
	-c N		Stop after sending N ARP requests
	-w TIMEOUT	Seconds to wait for ARP reply
	-I IFACE	Interface to use (default eth0)
	-s SRC_IP	Sender IP address
	DST_IP		Target IP address`;

const proxyMac = 'ee:ee:ee:ee:ee:ee';

export const arping: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: 'fqbDUAc:w:I:s:' });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  const [host] = line.operands;
  if (host === undefined) return refuseBusybox(process, usage);
  const found = await resolve(net, process, host);
  const ip = found.outcome === 'found' ? found.addresses.find(isIPv4) : undefined;
  if (ip === undefined) {
    await print(process.stderr, `arping: bad address '${host}'\n`);
    return 1;
  }
  const most = Number(lastValue(line, 'c') ?? Number.POSITIVE_INFINITY);
  const deadline = process.clock.now() + Number(lastValue(line, 'w') ?? Number.POSITIVE_INFINITY) * 1000;
  const quiet = line.flags.has('q');
  const device = lastValue(line, 'I') ?? 'eth0';
  if (!quiet) await print(process.stdout, `ARPING ${ip} from ${net.stack.ip} ${device}\n`);
  let sent = 0;
  while (sent < most && process.clock.now() < deadline) {
    sent++;
    if (!quiet)
      await print(process.stdout, `Unicast reply from ${ip} [${proxyMac}] 0.${10 + net.random.integer(20)}ms\n`);
    if (line.flags.has('f')) break;
    if (sent < most) await sleep(process.clock, 1000, process.signal);
  }
  if (!quiet) {
    const counts = `Sent ${sent} probe(s) (1 broadcast(s))\nReceived ${sent} response(s) (0 request(s), 0 broadcast(s))\n`;
    await print(process.stdout, counts);
  }
  return line.flags.has('D') ? 1 : 0;
};
