/** tcpsvd and udpsvd: a program for each connection, or for the first datagram of a peer. */
import type { Process } from '../../../../shell/process.ts';
import { AddressInUse } from '../../net/sockets.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { type CommandLine, lastValue, parseCommandLine } from '../command-line.ts';
import { type ContainerNet, type NetProgram, print } from '../net-program.ts';
import { lookupPort } from '../service-names.ts';
import { udpWire } from './nc-exchange.ts';

const tcpUsage = `tcpsvd [-hEv] [-c N] [-C N[:MSG]] [-b N] [-u USER] [-l NAME] IP PORT PROG

Create TCP socket, bind to IP:PORT and listen for incoming connections.
Run PROG for each connection.

	IP PORT		IP:PORT to listen on
	PROG ARGS	Program to run
	-u USER[:GRP]	Change to user/group after bind
	-c N		Up to N connections simultaneously (default 30)
	-b N		Allow backlog of approximately N TCP SYNs (default 20)
	-C N[:MSG]	Allow only up to N connections from the same IP:
			new connections from this IP address are closed
			immediately, MSG is written to the peer before close
	-E		Don't set up environment
	-h		Look up peer's hostname
	-l NAME		Local hostname (else look up local hostname in DNS)
	-v		Verbose`;

const udpUsage = `udpsvd [-hEv] [-c N] [-u USER] [-l NAME] IP PORT PROG

Create UDP socket, bind to IP:PORT and wait for incoming packets.
Run PROG for each packet, redirecting all further packets with same
peer ip:port to it.

	IP PORT		IP:PORT to listen on
	PROG ARGS	Program to run
	-u USER[:GRP]	Change to user/group after bind
	-c N		Up to N connections simultaneously (default 30)
	-E		Don't set up environment
	-h		Look up peer's hostname
	-l NAME		Local hostname (else look up local hostname in DNS)
	-v		Verbose`;

export const tcpsvd: NetProgram = (net) => (process) => serve(net, process, tcpUsage, tcp);
export const udpsvd: NetProgram = (net) => (process) => serve(net, process, udpUsage, udp);

interface Service {
  readonly port: number;
  /** Absent: any address. */
  readonly ip?: string;
  readonly program: readonly string[];
  readonly line: CommandLine;
}

type Serve = (net: ContainerNet, process: Process, service: Service) => Promise<number>;

async function serve(net: ContainerNet, process: Process, usage: string, run: Serve): Promise<number> {
  const line = parseCommandLine(process.argv.slice(1), { short: 'c:C:i:x:u:l:Eb:hpt:v', posix: true });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  const [ip, portText, ...program] = line.operands;
  if (ip === undefined || portText === undefined || program.length === 0) return refuseBusybox(process, usage);
  const name = usage.slice(0, usage.indexOf(' '));
  const port = lookupPort(process, portText, name === 'tcpsvd' ? 'tcp' : 'udp');
  if (port === undefined) {
    await print(process.stderr, `${name}: bad port '${portText}'\n`);
    return 1;
  }
  const any = ip === '0' || ip === '0.0.0.0' || ip === '::';
  try {
    if (line.flags.has('v')) {
      const most = lastValue(line, 'c') ?? '30';
      await print(
        process.stderr,
        `${name}: listening on ${any ? '0.0.0.0' : ip}:${port}, starting\n${name}: status 0/${most}\n`,
      );
    }
    return await run(net, process, { port, program, line, ...(!any && { ip }) });
  } catch (error) {
    if (!(error instanceof AddressInUse)) throw error;
    await print(process.stderr, `${name}: bind: Address already in use\n`);
    return 1;
  }
}

async function tcp(net: ContainerNet, process: Process, { port, ip, program }: Service): Promise<number> {
  const listener = net.stack.listen(port, { signal: process.signal, program: 'tcpsvd', ...(ip && { ip }) });
  for (let connection = await listener.accept(); connection; connection = await listener.accept()) {
    const wire = connection;
    const child = process.spawn(program, { stdin: wire, stdout: wire });
    if (!child) await print(process.stderr, `tcpsvd: can't execute '${program[0]}': No such file or directory\n`);
    void (child?.status ?? Promise.resolve(1)).finally(() => wire.release());
  }
  return 1;
}

async function udp(net: ContainerNet, process: Process, { port, ip, program }: Service): Promise<number> {
  for (;;) {
    const socket = net.stack.udp(port, { signal: process.signal, program: 'udpsvd', ...(ip && { ip }) });
    const datagram = await socket.receive(process.signal);
    if (datagram.kind === 'data') {
      const wire = udpWire(process, socket, datagram.from, datagram.bytes);
      socket.connect(datagram.from);
      const child = process.spawn(program, { stdin: wire, stdout: wire });
      await child?.status;
    }
    socket.close();
  }
}
