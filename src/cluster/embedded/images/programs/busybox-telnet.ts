/** BusyBox telnet: connects without a limit of its own, then relays. */
import { isIPv4 } from 'node:net';
import { refuseBusybox } from '../busybox-usage.ts';
import { parseCommandLine } from '../command-line.ts';
import { connect, connectError, type NetProgram, print, resolve } from '../net-program.ts';
import { relay } from '../relay.ts';

const usage = `telnet [-a] [-l USER] HOST [PORT]

Connect to telnet server

	-a	Automatic login with $USER
	-l USER	Automatic login as USER`;

export const busyboxTelnet: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: 'al:' });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  const [host, port = '23'] = line.operands;
  if (host === undefined) return refuseBusybox(process, usage);
  const found = await resolve(net, process, host);
  const ip = found.outcome === 'found' ? (found.addresses.find(isIPv4) ?? found.addresses[0]) : undefined;
  if (ip === undefined) {
    await print(process.stderr, `telnet: bad address '${host}'\n`);
    return 1;
  }
  const opened = await connect(net, process, { ip, port: Number(port) }, { blocking: true });
  if (opened.outcome !== 'connected') {
    await print(
      process.stderr,
      `telnet: can't connect to remote host (${ip}): ${connectError(net.libc, opened.outcome)}\n`,
    );
    return 1;
  }
  await print(process.stderr, `Connected to ${host}\n\nEntering character mode\nEscape character is '^]'.\n\n`);
  try {
    await relay(process, opened.connection, { stopAtInputEnd: false });
  } finally {
    opened.connection.release();
  }
  await print(process.stderr, 'Connection closed by foreign host\n');
  return 1;
};
