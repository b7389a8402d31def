/** nc of OpenBSD, as Debian and netshoot have it: says `succeeded!`, `failed: Connection refused`, and keeps trying addresses. */
import { isIPv4 } from 'node:net';
import type { Process } from '../../../../shell/process.ts';
import { AddressInUse, ConnectionReset } from '../../net/sockets.ts';
import { timedOut, within } from '../../net/within.ts';
import { type CommandLine, lastValue, parseCommandLine } from '../command-line.ts';
import {
  type ContainerNet,
  connect,
  connectError,
  type NetProgram,
  print,
  resolutionError,
  resolve,
} from '../net-program.ts';
import { relay } from '../relay.ts';
import { serviceName } from '../service-names.ts';
import { udpChat, udpServe } from './udp-chat.ts';

const usage = `usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
	  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
	  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
	  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
	  [destination] [port]
`;

export const openbsdNc: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: '46CDdFhklNnrStUuvZzI:i:M:m:O:P:p:q:s:T:V:W:w:X:x:b' });
  if ('complaint' in line) {
    await print(process.stderr, `nc: ${line.complaint}\n${usage}`);
    return 1;
  }
  if (line.flags.has('l')) return listen(net, process, line);
  const [host, ports] = line.operands;
  if (host === undefined || ports === undefined) {
    await print(process.stderr, usage);
    return 1;
  }
  const found = await resolve(net, process, host, line.flags.has('6') ? 'v6' : line.flags.has('4') ? 'v4' : 'any');
  if (found.outcome !== 'found') {
    await print(
      process.stderr,
      `nc: getaddrinfo for host "${host}" port ${ports}: ${resolutionError(net.libc, found.outcome)}\n`,
    );
    return 1;
  }
  let status = 1;
  for (const port of range(ports)) {
    for (const ip of found.addresses) {
      const result = await dial(net, process, line, { host, ip, port });
      if (result === undefined) continue;
      status = result;
      break;
    }
  }
  return status;
};

interface Target {
  readonly host: string;
  readonly ip: string;
  readonly port: number;
}

/** undefined: no connection; the next address is tried. */
async function dial(
  net: ContainerNet,
  process: Process,
  line: CommandLine,
  target: Target,
): Promise<number | undefined> {
  const { host, ip, port } = target;
  const where = isIPv4(host) ? `${ip} port ${port}` : `${host} (${ip}) port ${port}`;
  const verbose = line.flags.has('v');
  const protocol = line.flags.has('u') ? 'udp' : 'tcp';
  const success = `Connection to ${isIPv4(host) ? host : `${host} (${ip})`} ${port} port [${protocol}/${serviceName(port, protocol) ?? '*'}] succeeded!\n`;
  if (protocol === 'udp') {
    if (verbose) await print(process.stderr, success);
    return line.flags.has('z') ? 0 : udpChat(net, process, { ip, port }, waitMs(line));
  }
  const opened = await within(process.clock, waitMs(line), process.signal, (signal) =>
    connect(net, process, { ip, port }, { blocking: false, signal }),
  );
  if (opened === timedOut) {
    if (verbose) await print(process.stderr, `nc: connect to ${where} (tcp) timed out: Operation now in progress\n`);
    return undefined;
  }
  if (opened.outcome !== 'connected') {
    if (verbose)
      await print(process.stderr, `nc: connect to ${where} (tcp) failed: ${connectError(net.libc, opened.outcome)}\n`);
    return undefined;
  }
  if (verbose) await print(process.stderr, success);
  const { connection } = opened;
  try {
    if (line.flags.has('z')) return 0;
    return await relay(process, connection, { stopAtInputEnd: line.flags.has('N') || line.values.has('q') });
  } catch (error) {
    if (error instanceof ConnectionReset) return 1;
    throw error;
  } finally {
    connection.release();
  }
}

async function listen(net: ContainerNet, process: Process, line: CommandLine): Promise<number> {
  const port = Number(lastValue(line, 'p') ?? line.operands.at(-1) ?? 0);
  if (line.flags.has('u')) return udpServe(net, process, port, 'nc');
  try {
    const listener = net.stack.listen(port, { signal: process.signal, program: 'nc' });
    if (line.flags.has('v')) await print(process.stderr, `Listening on 0.0.0.0 ${listener.port}\n`);
    for (;;) {
      const connection = await listener.accept();
      if (!connection) return 1;
      if (!line.flags.has('k')) listener.close();
      const { ip, port: from } = connection.remote;
      if (line.flags.has('v')) await print(process.stderr, `Connection received on ${ip} ${from}\n`);
      try {
        await relay(process, connection, { stopAtInputEnd: false });
      } finally {
        connection.release();
      }
      if (!line.flags.has('k')) return 0;
    }
  } catch (error) {
    if (!(error instanceof AddressInUse)) throw error;
    await print(process.stderr, 'nc: Address already in use\n');
    return 1;
  }
}

function waitMs(line: CommandLine): number {
  const seconds = Number(lastValue(line, 'w') ?? 0);
  return seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY;
}

function range(text: string): readonly number[] {
  const [first = 0, last = first] = text.split('-').map(Number);
  return Array.from({ length: Math.min(Math.max(0, last - first), 1024) + 1 }, (_, i) => first + i);
}
