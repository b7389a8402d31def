/**
 * BusyBox nc (the big one): silent about a refusal even with -v, silent about a timeout without it, `open` on success.
 * -w bounds connect and idle reads, never the resolver.
 */
import { isIPv4 } from 'node:net';
import type { Process } from '../../../../shell/process.ts';
import { AddressInUse, ConnectionReset, type TcpConnection } from '../../net/sockets.ts';
import { timedOut, within } from '../../net/within.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { type CommandLine, lastValue, parseCommandLine } from '../command-line.ts';
import { type ContainerNet, connect, connectError, type NetProgram, print, resolve } from '../net-program.ts';
import { relay } from '../relay.ts';
import { udpChat, udpServe } from './udp-chat.ts';

const usage = `nc [OPTIONS] HOST PORT  - connect
nc [OPTIONS] -l -p PORT [HOST] [PORT]  - listen

	-e PROG	Run PROG after connect (must be last)
	-l	Listen mode, for inbound connects
	-lk	With -e, provides persistent server
	-p PORT	Local port
	-s ADDR	Local address
	-w SEC	Timeout for connects and final net reads
	-i SEC	Delay interval for lines sent
	-n	Don't do DNS resolution
	-u	UDP mode
	-b	Allow broadcasts
	-v	Verbose
	-o FILE	Hex dump traffic
	-z	Zero-I/O mode (scanning)`;

export const busyboxNc: NetProgram = (net) => async (process) => {
  const words = process.argv.slice(1);
  const exec = words.indexOf('-e');
  const line = parseCommandLine(exec < 0 ? words : words.slice(0, exec), { short: 'lkp:s:w:i:nubvo:ze:' });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  const program = exec < 0 ? undefined : words.slice(exec + 1);
  if (line.flags.has('l')) return listen(net, process, line, program);
  const [host, port] = line.operands;
  if (host === undefined || port === undefined) return refuseBusybox(process, usage);
  return dial(net, process, line, { host, port, program });
};

interface Target {
  readonly host: string;
  readonly port: string;
  readonly program: readonly string[] | undefined;
}

async function dial(net: ContainerNet, process: Process, line: CommandLine, target: Target): Promise<number> {
  const { host } = target;
  const port = portNumber(process, target.port);
  if (port === undefined) {
    await print(process.stderr, `nc: bad port '${target.port}'\n`);
    return 1;
  }
  const found = await resolve(net, process, host);
  if (found.outcome !== 'found') {
    await print(process.stderr, `nc: bad address '${host}'\n`);
    return 1;
  }
  const ip = found.addresses.find(isIPv4) ?? found.addresses[0] ?? '';
  const shown = `${host} (${ip}:${port})`;
  const verbose = line.flags.has('v');
  if (line.flags.has('u')) {
    if (verbose) await print(process.stderr, `${shown} open\n`);
    return line.flags.has('z') ? 0 : udpChat(net, process, { ip, port }, waitMs(line));
  }
  const opened = await within(process.clock, waitMs(line), process.signal, (signal) =>
    connect(net, process, { ip, port }, { blocking: true, signal }),
  );
  if (opened === timedOut || opened.outcome !== 'connected') {
    const outcome = opened === timedOut ? 'timeout' : opened.outcome;
    // "nc -v" tells of every failure but a refusal (OK, BusyBox: `if (o_verbose > 1 || errno != ECONNREFUSED)`).
    if (verbose && (outcome !== 'refused' || (line.flags.get('v') ?? 0) > 1)) {
      await print(process.stderr, `nc: ${shown}: ${connectError(net.libc, outcome)}\n`);
    }
    return 1;
  }
  if (verbose) await print(process.stderr, `${shown} open\n`);
  if (line.flags.has('z')) {
    opened.connection.release();
    return 0;
  }
  return serve(process, opened.connection, target.program);
}

async function listen(
  net: ContainerNet,
  process: Process,
  line: CommandLine,
  program: readonly string[] | undefined,
): Promise<number> {
  const port = portNumber(process, lastValue(line, 'p') ?? line.operands.at(-1) ?? '0') ?? 0;
  if (line.flags.has('u')) return udpServe(net, process, port, 'nc');
  try {
    const listener = net.stack.listen(port, { signal: process.signal, program: 'nc' });
    if (line.flags.has('v')) await print(process.stderr, `listening on [::]:${listener.port} ...\n`);
    for (;;) {
      const connection = await listener.accept();
      if (!connection) return 1;
      if (!line.flags.has('k')) listener.close();
      if (line.flags.has('v')) {
        const { ip, port: from } = connection.remote;
        await print(
          process.stderr,
          `connect to [::ffff:${connection.local.ip}]:${listener.port} from [::ffff:${ip}]:${from} ([::ffff:${ip}]:${from})\n`,
        );
      }
      const status = await serve(process, connection, program);
      if (!line.flags.has('k')) return status;
    }
  } catch (error) {
    if (!(error instanceof AddressInUse)) throw error;
    await print(process.stderr, 'nc: bind: Address already in use\n');
    return 1;
  }
}

async function serve(
  process: Process,
  connection: TcpConnection,
  program: readonly string[] | undefined,
): Promise<number> {
  try {
    if (!program) return await relay(process, connection, { stopAtInputEnd: false });
    const child = process.spawn(program, { stdin: connection, stdout: connection });
    if (!child) {
      await print(process.stderr, `nc: can't execute '${program[0]}': No such file or directory\n`);
      return 127;
    }
    return await child.status;
  } catch (error) {
    if (error instanceof ConnectionReset) {
      await print(process.stderr, 'nc: read: Connection reset by peer\n');
      return 1;
    }
    throw error;
  } finally {
    connection.release();
  }
}

function waitMs(line: CommandLine): number {
  const seconds = Number(lastValue(line, 'w') ?? 0);
  return seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY;
}

/** A number, or a name out of /etc/services as far as people use them. */
function portNumber(_process: Process, text: string): number | undefined {
  const names: Readonly<Record<string, number>> = { http: 80, https: 443, ssh: 22, domain: 53, telnet: 23, smtp: 25 };
  const number = names[text] ?? Number(text);
  return Number.isInteger(number) && number > 0 && number < 65_536 ? number : undefined;
}
