/** Ncat of the Nmap project: short answers, `TIMEOUT.`, `Connection refused.` */
import type { Process } from '../../../../shell/process.ts';
import { AddressInUse } from '../../net/sockets.ts';
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
import { udpChat, udpServe } from './udp-chat.ts';

const longOptions = {
  listen: 'l',
  'keep-open': 'k',
  verbose: 'v',
  zero: 'z',
  udp: 'u',
  nodns: 'n',
  'wait=': 'w',
  'exec=': 'e',
  'sh-exec=': 'c',
  'source-port=': 'p',
  'send-only': 'send-only',
  'recv-only': 'recv-only',
};

export const ncat: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: 'lkvzun46Ce:c:w:p:s:i:', long: longOptions });
  if ('complaint' in line) {
    await print(
      process.stderr,
      `ncat: ${line.complaint}\nNcat: Try \`--help' or man(1) ncat for more information, usage options and help. QUITTING.\n`,
    );
    return 2;
  }
  if (line.flags.has('v')) await print(process.stderr, 'Ncat: Version 7.93 ( https://nmap.org/ncat )\n');
  if (line.flags.has('l')) return listen(net, process, line);
  const [host, port = '31337'] = line.operands;
  if (host === undefined) {
    await print(process.stderr, 'Ncat: You must specify a host to connect to. QUITTING.\n');
    return 2;
  }
  return dial(net, process, line, host, Number(port));
};

async function dial(
  net: ContainerNet,
  process: Process,
  line: CommandLine,
  host: string,
  port: number,
): Promise<number> {
  const found = await resolve(net, process, host);
  if (found.outcome !== 'found') {
    await print(
      process.stderr,
      `Ncat: Could not resolve hostname "${host}": ${resolutionError(net.libc, found.outcome)}. QUITTING.\n`,
    );
    return 2;
  }
  const ip = found.addresses[0] ?? '';
  if (line.flags.has('u')) return udpChat(net, process, { ip, port }, Number.POSITIVE_INFINITY);
  const seconds = Number(lastValue(line, 'w') ?? 10);
  const opened = await within(process.clock, seconds * 1000, process.signal, (signal) =>
    connect(net, process, { ip, port }, { blocking: false, signal }),
  );
  if (opened === timedOut || opened.outcome !== 'connected') {
    const reason =
      opened === timedOut
        ? 'TIMEOUT'
        : connectError(net.libc, opened.outcome as Exclude<typeof opened.outcome, 'connected'>);
    await print(process.stderr, `Ncat: ${reason}.\n`);
    return 1;
  }
  if (line.flags.has('v')) await print(process.stderr, `Ncat: Connected to ${ip}:${port}.\n`);
  try {
    if (!line.flags.has('z'))
      await relay(process, opened.connection, { stopAtInputEnd: line.flags.has('send-only'), shutdown: true });
    else if (line.flags.has('v'))
      await print(process.stderr, 'Ncat: 0 bytes sent, 0 bytes received in 0.01 seconds.\n');
    return 0;
  } finally {
    opened.connection.release();
  }
}

async function listen(net: ContainerNet, process: Process, line: CommandLine): Promise<number> {
  const port = Number(lastValue(line, 'p') ?? line.operands.at(-1) ?? 31_337);
  if (line.flags.has('u')) return udpServe(net, process, port, 'ncat');
  try {
    const listener = net.stack.listen(port, { signal: process.signal, program: 'ncat' });
    if (line.flags.has('v')) await print(process.stderr, `Ncat: Listening on 0.0.0.0:${port}\n`);
    for (;;) {
      const connection = await listener.accept();
      if (!connection) return 1;
      if (!line.flags.has('k')) listener.close();
      const words =
        lastValue(line, 'e')?.split(' ') ??
        (line.values.has('c') ? ['/bin/sh', '-c', lastValue(line, 'c') ?? ''] : undefined);
      const serve = async (): Promise<void> => {
        if (words) await process.spawn(words, { stdin: connection, stdout: connection })?.status;
        else await relay(process, connection, { stopAtInputEnd: false, shutdown: true });
        connection.release();
      };
      if (!line.flags.has('k')) {
        await serve();
        return 0;
      }
      void serve().catch(() => connection.release());
    }
  } catch (error) {
    if (!(error instanceof AddressInUse)) throw error;
    await print(process.stderr, `Ncat: bind to 0.0.0.0:${port}: Address already in use. QUITTING.\n`);
    return 2;
  }
}
