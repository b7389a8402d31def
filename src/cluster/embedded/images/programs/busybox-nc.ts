/**
 * BusyBox nc (the big one): silent about a refusal even with -v, silent about a timeout without it, `open` on success.
 * -w bounds connect and idle reads, never the resolver. A signal makes it say "punt!".
 */
import { isIPv4 } from 'node:net';
import { sleep } from '../../../../kit/clock.ts';
import type { Process, Signal } from '../../../../shell/process.ts';
import { signalStatus } from '../../../../shell/signals.ts';
import { AddressInUse, type SocketAddress } from '../../net/sockets.ts';
import { timedOut, within } from '../../net/within.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { type CommandLine, lastValue, parseCommandLine } from '../command-line.ts';
import { type ContainerNet, connect, connectError, type NetProgram, print, resolve } from '../net-program.ts';
import { lookupPort } from '../service-names.ts';
import { exchange, tcpWire, udpWire, type Wire } from './nc-exchange.ts';

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
  const exec = words.findIndex((word) => /^-[nuvlkz]*e$/.test(word));
  const own =
    exec < 0 ? words : [...words.slice(0, exec), ...(words[exec] === '-e' ? [] : [words[exec]?.slice(0, -1) ?? ''])];
  const line = parseCommandLine(own, { short: 'lkp:s:w:i:nubvo:z' });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  const seconds = lastValue(line, 'w') ?? '0';
  if (!/^\d+$/.test(seconds)) return fail(process, `invalid number '${seconds}'`);
  const [host, port = '0'] = line.operands;
  const listens = line.flags.has('l');
  if (line.operands.length > 2 || (host === undefined && !listens)) return refuseBusybox(process, usage);
  const call: Call = {
    line,
    udp: line.flags.has('u'),
    verbosity: line.flags.get('v') ?? 0,
    waitMs: Number(seconds) * 1000 || Number.POSITIVE_INFINITY,
    program: exec < 0 ? undefined : words.slice(exec + 1),
  };
  return punting(process, () => (listens ? listen(net, process, call) : dial(net, process, call, host ?? '', port)));
};

interface Call {
  readonly line: CommandLine;
  readonly udp: boolean;
  readonly verbosity: number;
  readonly waitMs: number;
  readonly program: readonly string[] | undefined;
}

async function fail(process: Process, text: string): Promise<number> {
  await print(process.stderr, `nc: ${text}\n`);
  return 1;
}

async function punting(process: Process, work: () => Promise<number>): Promise<number> {
  const disposers: (() => void)[] = [];
  const punted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM'] satisfies Signal[]) {
      const punt = async (): Promise<void> => {
        await print(process.stderr, 'punt!\n').catch(() => undefined);
        for (const dispose of disposers) dispose();
        process.table.kill(process.pid, signal);
        resolve(signalStatus(signal));
      };
      disposers.push(process.onSignal(signal, () => void punt()));
    }
  });
  return Promise.race([work(), punted]);
}

async function dial(net: ContainerNet, process: Process, call: Call, host: string, portText: string): Promise<number> {
  const port = portText === '0' ? 0 : lookupPort(process, portText, call.udp ? 'udp' : 'tcp');
  if (port === undefined) return fail(process, `bad port '${portText}'`);
  const found = await resolve(net, process, host);
  if (found.outcome !== 'found') return fail(process, `bad address '${host}'`);
  const ip = found.addresses.find(isIPv4) ?? found.addresses[0] ?? '';
  const shown = `${host} (${ip}:${port})`;
  const opened = call.udp
    ? await dialUdp(net, process, call, { ip, port })
    : await dialTcp(net, process, call, { ip, port });
  if (typeof opened === 'string') {
    // "nc -v" tells of every failure but a refusal (OK, BusyBox: `if (o_verbose > 1 || errno != ECONNREFUSED)`).
    if (call.verbosity > 1 || (call.verbosity === 1 && opened !== 'refused')) {
      await print(process.stderr, `nc: ${shown}: ${connectError(net.libc, opened)}\n`);
    }
    return 1;
  }
  if (call.verbosity > 0) await print(process.stderr, `${shown} open\n`);
  if (!call.line.flags.has('z')) return serve(process, opened, call);
  opened.release();
  return 0;
}

type Failure = Parameters<typeof connectError>[1];

async function dialTcp(net: ContainerNet, process: Process, call: Call, to: SocketAddress): Promise<Wire | Failure> {
  const opened = await within(process.clock, call.waitMs, process.signal, (signal) =>
    connect(net, process, to, { blocking: true, signal }),
  );
  if (opened === timedOut) return 'timeout';
  return opened.outcome === 'connected' ? tcpWire(opened.connection) : opened.outcome;
}

/** The port to which a scan without `-w` connects by TCP, only to learn how long a round trip takes. */
const sleazePort = 31_337;
const sleazeLimitMs = 5_000;

/** A scan sends one byte, waits, and learns from its second one whether the first was refused. */
async function dialUdp(net: ContainerNet, process: Process, call: Call, to: SocketAddress): Promise<Wire | Failure> {
  const { clock, signal } = process;
  const socket = net.stack.udp(0, { signal });
  socket.connect(to);
  const wire = udpWire(process, socket, to);
  if (!call.line.flags.has('z')) return wire;
  socket.send(to, new Uint8Array(1));
  if (call.waitMs !== Number.POSITIVE_INFINITY) await sleep(clock, call.waitMs, signal);
  else {
    const ping = { ip: to.ip, port: sleazePort };
    const opened = await within(clock, sleazeLimitMs, signal, (limit) =>
      connect(net, process, ping, { blocking: true, signal: limit }),
    );
    if (opened !== timedOut && opened.outcome === 'connected') opened.connection.release();
  }
  if (!socket.takeRefusal()) return wire;
  wire.release();
  return 'refused';
}

async function listen(net: ContainerNet, process: Process, call: Call): Promise<number> {
  const text = lastValue(call.line, 'p') ?? '0';
  const port = text === '0' ? 0 : lookupPort(process, text, call.udp ? 'udp' : 'tcp');
  if (port === undefined) return fail(process, `bad local port '${text}'`);
  try {
    return await (call.udp ? listenUdp(net, process, call, port) : listenTcp(net, process, call, port));
  } catch (error) {
    if (!(error instanceof AddressInUse)) throw error;
    return fail(process, 'bind: Address already in use');
  }
}

async function listenTcp(net: ContainerNet, process: Process, call: Call, port: number): Promise<number> {
  const listener = net.stack.listen(port, { signal: process.signal, program: 'nc', dual: true });
  const local = `[::]:${listener.port}`;
  if (call.verbosity > 0) await print(process.stderr, `listening on ${local} ...\n`);
  for (;;) {
    const connection = await within(process.clock, call.waitMs, process.signal, () => listener.accept());
    if (connection === timedOut) return fail(process, 'timeout');
    if (!connection) return 1;
    // Only with a program does -k serve more than one.
    const persists = call.line.flags.has('k') && call.program !== undefined;
    if (!persists) listener.close();
    await tellPeer(process, call, { ip: connection.local.ip, port: listener.port }, connection.remote);
    const served = serve(process, tcpWire(connection), call);
    if (!persists) return served;
    served.catch(() => undefined);
  }
}

/** The first datagram ties the socket to its sender: anybody else is refused from then on. */
async function listenUdp(net: ContainerNet, process: Process, call: Call, port: number): Promise<number> {
  const socket = net.stack.udp(port, { signal: process.signal, program: 'nc', dual: true });
  if (call.verbosity > 0) await print(process.stderr, `listening on [::]:${socket.local.port} ...\n`);
  for (;;) {
    const datagram = await within(process.clock, call.waitMs, process.signal, (signal) => socket.receive(signal));
    if (datagram === timedOut) return fail(process, 'timeout');
    if (datagram.kind !== 'data') continue;
    socket.connect(datagram.from);
    await tellPeer(process, call, socket.local, datagram.from);
    return serve(process, udpWire(process, socket, datagram.from, datagram.bytes), call);
  }
}

async function tellPeer(process: Process, call: Call, local: SocketAddress, remote: SocketAddress): Promise<void> {
  if (call.verbosity === 0) return;
  const from = `[::ffff:${remote.ip}]:${remote.port}`;
  await print(process.stderr, `connect to [::ffff:${local.ip}]:${local.port} from ${from} (${from})\n`);
}

async function serve(process: Process, wire: Wire, { program, waitMs, verbosity }: Call): Promise<number> {
  try {
    if (!program) return await exchange(process, wire, { idleMs: waitMs, verbosity });
    const child = process.spawn(program, { stdin: wire, stdout: wire });
    if (child) return await child.status;
    await print(process.stderr, `nc: can't execute '${program[0]}': No such file or directory\n`);
    return 127;
  } finally {
    wire.release();
  }
}
