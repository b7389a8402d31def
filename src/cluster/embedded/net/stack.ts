/**
 * One network namespace: its ports, its connections, its datagrams. Loopback stays inside; everything else goes down the
 * data path.
 */

import { onAbort } from '../../../kit/on-abort.ts';
import type { Random } from '../../../kit/random.ts';
import { type DataPath, isLoopback } from './data-path.ts';
import { type NetHost, primaryIp, type TcpTarget, type UdpTarget } from './net-host.ts';
import { PortTable } from './port-table.ts';
import type {
  ConnectOptions,
  ConnectResult,
  EchoResult,
  ListenOptions,
  NetStack,
  SocketAddress,
  SocketRow,
  TcpListener,
  UdpSocket,
} from './sockets.ts';
import { openTcp } from './tcp-connect.ts';
import { Listener } from './tcp-listener.ts';
import type { UdpConntrack } from './udp-conntrack.ts';
import { Udp } from './udp-socket.ts';

export interface StackOptions {
  readonly kind: NetHost['kind'];
  readonly ips: readonly string[];
  readonly name: string;
  readonly namespace?: string;
  readonly nodeName?: string;
  readonly allowsFrom?: ReadonlySet<string>;
  readonly path: DataPath;
  readonly conntrack: UdpConntrack;
  readonly random: Random;
}

/** A TCP socket that connects or is connected, for netstat. */
interface Connected {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  state: 'SYN_SENT' | 'ESTABLISHED';
  /** The namespace is gone. */
  end: (reason: unknown) => void;
}

export class Stack implements NetStack, NetHost {
  readonly kind: NetHost['kind'];
  readonly ips: readonly string[];
  readonly name: string;
  readonly namespace?: string;
  readonly nodeName?: string;
  readonly allowsFrom?: ReadonlySet<string>;
  readonly #options: StackOptions;
  readonly #listeners = new PortTable<Listener>();
  readonly #datagrams = new PortTable<Udp>();
  readonly #connected = new Set<Connected>();
  #mac: string | undefined;

  constructor(options: StackOptions) {
    this.kind = options.kind;
    this.ips = options.ips;
    this.name = options.name;
    if (options.namespace !== undefined) this.namespace = options.namespace;
    if (options.nodeName !== undefined) this.nodeName = options.nodeName;
    if (options.allowsFrom !== undefined) this.allowsFrom = options.allowsFrom;
    this.#options = options;
  }

  get ip(): string {
    return primaryIp(this);
  }

  get mac(): string {
    this.#mac ??= `${'26ae'[this.#options.random.integer(4)]}2:${(this.#options.random.hex(10).match(/../g) ?? []).join(':')}`;
    return this.#mac;
  }

  async connect(to: SocketAddress, options: ConnectOptions): Promise<ConnectResult> {
    const destination =
      to.ip === '0.0.0.0' ? { ip: '127.0.0.1', port: to.port } : to.ip === '::' ? { ip: '::1', port: to.port } : to;
    const local = { ip: this.#sourceFor(destination.ip), port: this.#listeners.ephemeral(this.#options.random) };
    const attempt = new AbortController();
    const socket: Connected = { local, remote: destination, state: 'SYN_SENT', end: (reason) => attempt.abort(reason) };
    const disposers = [...new Set([options.signal, options.lifetime])].map((signal) =>
      onAbort(signal, () => attempt.abort(signal.reason)),
    );
    const forget = (): void => {
      this.#connected.delete(socket);
      for (const dispose of disposers.splice(0)) dispose();
    };
    this.#connected.add(socket);
    try {
      const opened = await openTcp({
        path: this.#options.path,
        from: this,
        local,
        to: destination,
        options: { ...options, signal: attempt.signal },
        onDone: forget,
      });
      if (opened.outcome !== 'connected') {
        forget();
        return opened;
      }
      for (const dispose of disposers.splice(0)) dispose();
      socket.state = 'ESTABLISHED';
      socket.end = () => opened.connection.release();
      disposers.push(onAbort(options.lifetime, () => opened.connection.release()));
      return opened;
    } catch (error) {
      forget();
      throw error;
    }
  }

  listen(port: number, options: ListenOptions): TcpListener {
    const actual = port === 0 ? this.#listeners.ephemeral(this.#options.random) : port;
    const listener = new Listener(actual, options, () => this.#listeners.remove(actual, listener));
    this.#listeners.add(actual, listener);
    return listener;
  }

  udp(port: number, options: ListenOptions): UdpSocket {
    const actual = port === 0 ? this.#datagrams.ephemeral(this.#options.random) : port;
    const socket: Udp = new Udp({
      local: { ip: options.ip ?? this.ip, port: actual },
      ip: options.ip,
      program: options.program,
      dual: options.dual ?? false,
      host: this,
      path: this.#options.path,
      conntrack: this.#options.conntrack,
      sourceFor: (ip) => this.#sourceFor(ip),
      signal: options.signal,
      onClose: () => this.#datagrams.remove(actual, socket),
    });
    this.#datagrams.add(actual, socket);
    return socket;
  }

  echo(ip: string, options: { readonly ttl?: number; readonly port?: number } = {}): EchoResult {
    const { random, path } = this.#options;
    const { ttl = 64, port } = options;
    const protocol = port === undefined ? 'ICMP' : 'UDP';
    const source = { ip: this.#sourceFor(ip), port: port === undefined ? 0 : this.#datagrams.ephemeral(random) };
    const found = path.send({ from: this, source, destination: { ip, port: port ?? 0 }, protocol });
    const milliseconds = roundTripMs(random, found.via.length);
    const router = found.via[ttl - 1];
    if (router !== undefined) return { outcome: 'expired', ip: router, milliseconds };
    switch (found.kind) {
      case 'arrived':
        if (protocol === 'UDP') return { outcome: 'port-unreachable', ip, milliseconds };
        return { outcome: 'reply', ip, ttl: 64 - found.via.length, milliseconds };
      case 'silence':
        return { outcome: 'none' };
      case 'port-unreachable':
        return { outcome: 'port-unreachable', ip: found.via[0] ?? ip, milliseconds };
      case 'network-unreachable':
        return { outcome: 'network-unreachable' };
      case 'host-unreachable':
        return { outcome: 'host-unreachable', ip: found.via.at(-1) ?? this.ip, milliseconds };
    }
  }

  sockets(): readonly SocketRow[] {
    const rows: SocketRow[] = [];
    for (const [port, listener] of this.#listeners.entries()) {
      const local = { ip: listener.ip ?? '0.0.0.0', port };
      const { dual, program } = listener;
      rows.push({ protocol: 'tcp', dual, local, state: 'LISTEN', ...(program && { program }) });
      for (const { local: own, remote } of listener.connections) {
        rows.push({ protocol: 'tcp', dual, local: own, remote, state: 'ESTABLISHED', ...(program && { program }) });
      }
    }
    for (const { local, remote, state } of this.#connected) rows.push({ protocol: 'tcp', local, remote, state });
    for (const [, { local, ip, program, dual }] of this.#datagrams.entries()) {
      const bound = { ip: ip ?? '0.0.0.0', port: local.port };
      rows.push({ protocol: 'udp', dual, local: bound, state: '', ...(program && { program }) });
    }
    return rows;
  }

  tcpTarget(ip: string, port: number): TcpTarget | undefined {
    const listener = this.#listeners.find(ip, port);
    return ip === '::1' && !listener?.dual ? undefined : listener;
  }

  udpTarget(ip: string, port: number): UdpTarget | undefined {
    return this.#datagrams.find(ip, port);
  }

  /** The namespace is gone: every socket with it. */
  destroy(): void {
    for (const socket of [...this.#connected]) socket.end('the network namespace is gone');
    for (const [, listener] of [...this.#listeners.entries()]) listener.close();
    for (const [, socket] of [...this.#datagrams.entries()]) socket.close();
  }

  #sourceFor(ip: string): string {
    if (ip === '::1') return ip;
    return isLoopback(ip) ? '127.0.0.1' : this.ips.includes(ip) ? ip : this.ip;
  }
}

/** Hundredths to tenths of a millisecond, as on one machine. */
function roundTripMs(random: Random, hops: number): number {
  return 0.03 + hops * 0.04 + random.next() * 0.06 * (hops + 1);
}
