/** `agnhost netexec`: an HTTP server that tells who asked, runs commands, and dials on request; and its UDP brother. */

import { openPipe } from '../../../../../shell/pipe.ts';
import type { Process } from '../../../../../shell/process.ts';
import { ByteReader } from '../../../net/byte-reader.ts';
import { type Exchange, type Reply, serveHttp } from '../../../net/http-server.ts';
import { fromUtf8, utf8 } from '../../../net/http-wire.ts';
import { timedOut, within } from '../../../net/within.ts';
import { type ContainerNet, connect, type NetProgram, print, resolve } from '../../net-program.ts';
import { goReply, goTime } from '../../simple-http.ts';
import { untilStopped } from '../../until-stopped.ts';
import { parseGoFlags } from './flags.ts';

export const netexec: NetProgram = (net) => async (process) => {
  const { values } = parseGoFlags(process.argv.slice(2));
  const httpPort = Number(values.get('http-port') ?? 8080);
  const udpPort = Number(values.get('udp-port') ?? 8081);
  const { signal } = process;
  const listener = net.stack.listen(httpPort, { signal, program: 'agnhost', dual: true });
  void serveHttp(listener, { handle: (exchange) => answer(net, process, exchange) });
  if (udpPort > 0) void serveUdp(net, process, udpPort).catch(() => undefined);
  await print(process.stderr, `${goTime(process)} Started HTTP server on port ${httpPort}\n`);
  if (udpPort > 0) await print(process.stderr, `${goTime(process)} Started UDP server on port ${udpPort}\n`);
  return untilStopped(process);
};

async function serveUdp(net: ContainerNet, process: Process, port: number): Promise<void> {
  const socket = net.stack.udp(port, { signal: process.signal, program: 'agnhost' });
  for (;;) {
    const datagram = await socket.receive(process.signal);
    if (datagram.kind !== 'data') continue;
    const text = fromUtf8(datagram.bytes).trim();
    const said =
      text === 'hostname' || text === 'hostName'
        ? process.hostname
        : text === 'clientip'
          ? `${datagram.from.ip}:${datagram.from.port}`
          : text.startsWith('echo ')
            ? text.slice(5)
            : '';
    socket.send(datagram.from, utf8(said));
  }
}

async function answer(net: ContainerNet, process: Process, { request, client }: Exchange): Promise<Reply> {
  if (request === 'bad') return goReply(process, '400 Bad Request', 400);
  const url = new URL(request.target, 'http://localhost');
  await print(process.stderr, `${goTime(process)} GET ${url.pathname}\n`);
  switch (url.pathname.toLowerCase()) {
    case '/':
      return goReply(process, `NOW: ${new Date(process.clock.now()).toISOString()}`);
    case '/clientip':
      return goReply(process, `${client.ip}:${client.port}`);
    case '/hostname':
      return goReply(process, process.hostname);
    case '/echo':
      return goReply(process, url.searchParams.get('msg') ?? '', Number(url.searchParams.get('code') ?? 200));
    case '/healthz':
    case '/readyz':
      return goReply(process, '');
    case '/header':
      return goReply(
        process,
        request.headers.find(([name]) => name.toLowerCase() === url.searchParams.get('key')?.toLowerCase())?.[1] ?? '',
      );
    case '/shell':
    case '/shellcommand':
      return goReply(
        process,
        await runShell(process, url.searchParams.get('cmd') ?? url.searchParams.get('shellCommand') ?? ''),
      );
    case '/dial':
      return goReply(process, await dial(net, process, url.searchParams));
    default:
      return goReply(process, '404 page not found\n', 404);
  }
}

async function runShell(process: Process, command: string): Promise<string> {
  const { source, sink } = openPipe();
  const child = process.spawn(['/bin/sh', '-c', command], { stdout: sink, stderr: sink });
  sink.close();
  const parts: string[] = [];
  for (let bytes = await source.read(); bytes; bytes = await source.read()) parts.push(fromUtf8(bytes));
  const status = (await child?.status) ?? 127;
  return JSON.stringify({ output: parts.join(''), ...(status !== 0 && { error: `exit status ${status}` }) });
}

async function dial(net: ContainerNet, process: Process, query: URLSearchParams): Promise<string> {
  const responses: string[] = [];
  const errors: string[] = [];
  for (let i = 0; i < Math.min(Number(query.get('tries') ?? 1), 50); i++) {
    const text = await within(process.clock, 5_000, process.signal, (signal) =>
      ask(
        net,
        process,
        signal,
        query.get('host') ?? '',
        Number(query.get('port') ?? 80),
        query.get('request') ?? 'hostname',
      ),
    );
    if (text === timedOut || text === undefined) errors.push('request failed');
    else responses.push(text);
  }
  return JSON.stringify(errors.length > 0 ? { errors, responses } : { responses });
}

async function ask(
  net: ContainerNet,
  process: Process,
  signal: AbortSignal,
  host: string,
  port: number,
  path: string,
): Promise<string | undefined> {
  const found = await resolve(net, { ...process, signal }, host);
  if (found.outcome !== 'found') return undefined;
  const opened = await connect(net, process, { ip: found.addresses[0] ?? '', port }, { blocking: false, signal });
  if (opened.outcome !== 'connected') return undefined;
  const { connection } = opened;
  try {
    await connection.write(utf8(`GET /${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`));
    const whole = fromUtf8(await new ByteReader(connection).rest());
    return whole.slice(whole.indexOf('\r\n\r\n') + 4);
  } finally {
    connection.release();
  }
}
