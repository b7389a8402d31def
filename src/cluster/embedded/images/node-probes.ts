/** The kubelet's httpGet and tcpSocket probes: from the node, through the network, with one limit for the whole attempt. */
import type { Clock } from '../../../kit/clock.ts';
import { ByteReader } from '../net/byte-reader.ts';
import { fromUtf8, readBody, readResponseHead, writeMessage } from '../net/http-wire.ts';
import { ConnectionReset, type NetStack, type SocketAddress, type TcpConnection } from '../net/sockets.ts';
import { startTls } from '../net/tls-wire.ts';
import { timedOut, within } from '../net/within.ts';
import type { ProbeOutcome } from '../runtime.ts';

export interface ProbeUrl {
  readonly ip: string;
  readonly port: number;
  readonly path: string;
  readonly scheme: 'HTTP' | 'HTTPS';
  readonly headers: ReadonlyMap<string, string>;
}

export function tcpProbe(stack: NetStack, clock: Clock, to: SocketAddress, timeoutMs: number): Promise<ProbeOutcome> {
  return probe(stack, clock, to, timeoutMs, async () => ({ outcome: 'answered' }));
}

export function httpProbe(stack: NetStack, clock: Clock, url: ProbeUrl, timeoutMs: number): Promise<ProbeOutcome> {
  return probe(stack, clock, url, timeoutMs, (connection) => askHttp(connection, url));
}

async function probe(
  stack: NetStack,
  clock: Clock,
  to: SocketAddress,
  timeoutMs: number,
  use: (connection: TcpConnection) => Promise<ProbeOutcome>,
): Promise<ProbeOutcome> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    const result = await within(clock, timeoutMs, signal, async (limit) => {
      const opened = await stack.connect(to, { clock, signal: limit, lifetime: signal, blocking: false });
      if (opened.outcome === 'connected') return use(opened.connection);
      if (opened.outcome === 'refused' || opened.outcome === 'timeout') return { outcome: opened.outcome };
      return { outcome: 'unreachable' as const };
    });
    return result === timedOut ? { outcome: 'timeout' } : result;
  } catch (error) {
    if (error instanceof ConnectionReset) return { outcome: 'refused' };
    throw error;
  } finally {
    ended.abort();
  }
}

async function askHttp(connection: TcpConnection, url: ProbeUrl): Promise<ProbeOutcome> {
  const reader = new ByteReader(connection);
  if (url.scheme === 'HTTPS') {
    const certificate = await startTls(connection, reader, undefined);
    if (typeof certificate === 'string') return { outcome: 'refused' };
  }
  const given = [...url.headers];
  const has = (name: string) => given.some(([key]) => key.toLowerCase() === name);
  await writeMessage(connection, `GET ${url.path.startsWith('/') ? url.path : `/${url.path}`} HTTP/1.1`, [
    ...(has('host') ? [] : [['Host', `${url.ip}:${url.port}`] as const]),
    ...(has('user-agent') ? [] : [['User-Agent', 'kube-probe/1.36'] as const]),
    ...(has('accept') ? [] : [['Accept', '*/*'] as const]),
    ['Connection', 'close'],
    ...given,
  ]);
  const response = await readResponseHead(reader);
  if (response === undefined || response === 'bad') return { outcome: 'refused' };
  const body = await readBody(reader, response, 'GET');
  return { outcome: 'answered', status: response.status, body: fromUtf8(body) };
}
