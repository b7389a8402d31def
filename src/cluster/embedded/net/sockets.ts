/**
 * What a program can ask of its network: connect, listen, datagrams, echo requests. The shapes only; `stack.ts` answers
 * for one network namespace, and the data path decides what becomes of each first packet.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { Sink, Source } from '../../../shell/process.ts';

export interface SocketAddress {
  readonly ip: string;
  readonly port: number;
}

/** The other end sent RST. */
export class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset';
}

/** The port is taken: EADDRINUSE. */
export class AddressInUse extends Error {
  override readonly name = 'AddressInUse';
}

/** One end of an established connection. `close()` is FIN: the other end reads to the end, and may still write. */
export interface TcpConnection extends Source, Sink {
  readonly local: SocketAddress;
  /** As this end sees it: after DNAT undone for a client, after SNAT for a server. */
  readonly remote: SocketAddress;
  /** Done with it: FIN both ways, or RST where data was left unread, as the kernel does at the end of a process. */
  release(): void;
  /** RST: what is under way is lost. Idempotent. */
  abort(): void;
}

export type ConnectFailure =
  /** RST, or ICMP port unreachable. */
  | 'refused'
  /** The kernel gave up its SYN retries. */
  | 'timeout'
  | 'host-unreachable'
  | 'network-unreachable';

export type ConnectResult =
  | { readonly outcome: 'connected'; readonly connection: TcpConnection }
  | { readonly outcome: ConnectFailure; readonly local: SocketAddress };

export interface ConnectOptions {
  readonly clock: Clock;
  /** Gives up connecting; rejects with its reason. */
  readonly signal: AbortSignal;
  /** Closes the connection for its owner: a dead process has no sockets. */
  readonly lifetime: AbortSignal;
  /**
   * A connect() that blocks notices an ICMP error of its own node only at the second SYN, one second later: the kernel
   * holds the socket meanwhile (tcp_v4_err, `sock_owned_by_user`). BusyBox blocks, curl does not.
   */
  readonly blocking: boolean;
}

export interface ListenOptions {
  readonly signal: AbortSignal;
  /** Absent: any address. */
  readonly ip?: string;
  readonly program?: string;
  /** An IPv6 socket that takes IPv4 as well: netstat shows `:::80`. */
  readonly dual?: boolean;
}

export interface TcpListener {
  readonly port: number;
  /** The next connection; undefined once closed. */
  accept(): Promise<TcpConnection | undefined>;
  close(): void;
}

export type Datagram =
  | { readonly kind: 'data'; readonly from: SocketAddress; readonly bytes: Uint8Array }
  /** ICMP port unreachable for something that this socket sent. */
  | { readonly kind: 'refused' };

export interface UdpSocket {
  readonly local: SocketAddress;
  /** From now on only `peer` is heard; what others send is refused, as if nobody listened. */
  connect(peer: SocketAddress): void;
  /** Whether something sent was refused since; takes that out of what will be received. */
  takeRefusal(): boolean;
  send(to: SocketAddress, bytes: Uint8Array): void;
  /** Rejects with the signal's reason when it aborts first. */
  receive(signal: AbortSignal): Promise<Datagram>;
  close(): void;
}

export type EchoResult =
  | { readonly outcome: 'reply'; readonly ip: string; readonly ttl: number; readonly milliseconds: number }
  | {
      readonly outcome: 'expired' | 'host-unreachable' | 'port-unreachable';
      readonly ip: string;
      readonly milliseconds: number;
    }
  | { readonly outcome: 'none' }
  /** sendto() fails: no route. */
  | { readonly outcome: 'network-unreachable' };

/** A row of `netstat`. */
export interface SocketRow {
  readonly protocol: 'tcp' | 'udp';
  readonly local: SocketAddress;
  readonly remote?: SocketAddress;
  readonly state: 'LISTEN' | 'ESTABLISHED' | 'SYN_SENT' | 'CLOSE_WAIT' | '';
  readonly program?: string;
  readonly dual?: boolean;
}

/** A network namespace. */
export interface NetStack {
  /** Of eth0; a node's own for host networking. */
  readonly ip: string;
  readonly kind: 'pod' | 'node' | 'outside';
  /** Stable, for `ip addr`. */
  readonly mac: string;
  connect(to: SocketAddress, options: ConnectOptions): Promise<ConnectResult>;
  /** Throws AddressInUse. */
  listen(port: number, options: ListenOptions): TcpListener;
  /** Port 0: any. Throws AddressInUse. */
  udp(port: number, options: ListenOptions): UdpSocket;
  /** One echo request (or a UDP probe of traceroute: `port`) with the given time to live. */
  echo(ip: string, options?: { readonly ttl?: number; readonly port?: number }): EchoResult;
  sockets(): readonly SocketRow[];
}
