/**
 * Opening a TCP connection: SYN after SYN, each on its own way through the data path, until one is answered or the kernel
 * gives up. A change of policy while it tries shows at its next SYN.
 */
import { sleep } from '../../../kit/clock.ts';
import type { DataPath } from './data-path.ts';
import type { NetHost } from './net-host.ts';
import type { ConnectOptions, ConnectResult, SocketAddress } from './sockets.ts';
import { arpGiveUpMs, synGiveUpMs, synRetriesAtMs } from './syn-retries.ts';
import { createTcpPipe, type PipeEnd } from './tcp-pipe.ts';

export interface Attempt {
  readonly path: DataPath;
  readonly from: NetHost;
  readonly local: SocketAddress;
  readonly to: SocketAddress;
  readonly options: ConnectOptions;
  /** The client's end is over: its socket can be forgotten. */
  readonly onDone: () => void;
}

type Answer =
  | { readonly kind: 'result'; readonly result: ConnectResult | { outcome: 'connected'; connection: PipeEnd } }
  | { readonly kind: 'late'; readonly result: ConnectResult; readonly afterMs: number }
  | { readonly kind: 'silence' };

export type TcpOpened =
  | Exclude<ConnectResult, { outcome: 'connected' }>
  | { readonly outcome: 'connected'; readonly connection: PipeEnd };

/** Rejects with the signal's reason when it aborts first. */
export async function openTcp(attempt: Attempt): Promise<TcpOpened> {
  const { clock, signal } = attempt.options;
  signal.throwIfAborted();
  const startMs = clock.now();
  for (const atMs of [0, ...synRetriesAtMs]) {
    const waitMs = startMs + atMs - clock.now();
    if (waitMs > 0) await sleep(clock, waitMs, signal);
    const answer = sendSyn(attempt, atMs > 0);
    if (answer.kind === 'silence') continue;
    if (answer.kind === 'late') await sleep(clock, answer.afterMs, signal);
    return answer.result as TcpOpened;
  }
  await sleep(clock, startMs + synGiveUpMs - clock.now(), signal);
  return { outcome: 'timeout', local: attempt.local };
}

function sendSyn(attempt: Attempt, retry: boolean): Answer {
  const { from, local, to, options } = attempt;
  const path = attempt.path.send({ from, source: local, destination: to, protocol: 'TCP' });
  switch (path.kind) {
    case 'silence':
      return { kind: 'silence' };
    case 'network-unreachable':
      return { kind: 'result', result: { outcome: 'network-unreachable', local } };
    case 'host-unreachable':
      return { kind: 'late', result: { outcome: 'host-unreachable', local }, afterMs: arpGiveUpMs };
    case 'port-unreachable':
      // The ICMP error finds the socket locked by a blocking connect(), and counts only from the second SYN on.
      if (options.blocking && path.near && !retry) return { kind: 'silence' };
      return { kind: 'result', result: { outcome: 'refused', local } };
    case 'arrived': {
      const target = path.host.tcpTarget(path.destination.ip, path.destination.port);
      if (!target) return { kind: 'result', result: { outcome: 'refused', local } };
      const pipe = createTcpPipe({
        client: { local, remote: to },
        server: { local: path.destination, remote: path.seen },
        onDone: attempt.onDone,
      });
      target.deliver(pipe.server);
      return { kind: 'result', result: { outcome: 'connected', connection: pipe.client } };
    }
  }
}
