/**
 * A network namespace as the data path sees it: its addresses, where it is, and the sockets that packets can arrive at.
 */
import type { Datagram, SocketAddress } from './sockets.ts';
import type { PipeEnd } from './tcp-pipe.ts';

/** What a SYN meets. */
export interface TcpTarget {
  /** Hands the server's end to whoever listens; the pipe is made by the caller. */
  deliver(end: PipeEnd): void;
}

/** What a datagram meets. */
export interface UdpTarget {
  readonly local: SocketAddress;
  /** False: connected to somebody else. */
  hears(from: SocketAddress): boolean;
  deliver(datagram: Datagram): void;
}

export interface NetHost {
  readonly kind: 'pod' | 'node' | 'outside';
  /** First the one that it sends from. */
  readonly ips: readonly string[];
  /** Pod, node or outside host. */
  readonly name: string;
  readonly namespace?: string;
  /** Where a pod runs, or which node this is. Undefined outside. */
  readonly nodeName?: string;
  /** A firewall of its own: undefined lets everybody in. */
  readonly allowsFrom?: ReadonlySet<string>;
  tcpTarget(ip: string, port: number): TcpTarget | undefined;
  udpTarget(ip: string, port: number): UdpTarget | undefined;
}

export function primaryIp(host: NetHost): string {
  return host.ips[0] ?? '0.0.0.0';
}
