/** A UDP socket: sends down the data path or back along a known flow, and queues what arrives. */

import { onAbort } from '../../../kit/on-abort.ts';
import type { DataPath } from './data-path.ts';
import type { NetHost, UdpTarget } from './net-host.ts';
import type { Datagram, SocketAddress, UdpSocket } from './sockets.ts';
import type { UdpConntrack } from './udp-conntrack.ts';

/** What the receive buffer holds before it drops. */
const queueLimit = 256;

export interface UdpOptions {
  readonly local: SocketAddress;
  /** Absent: any address. */
  readonly ip: string | undefined;
  readonly program: string | undefined;
  readonly dual: boolean;
  readonly host: NetHost;
  readonly path: DataPath;
  readonly conntrack: UdpConntrack;
  readonly sourceFor: (destinationIp: string) => string;
  readonly signal: AbortSignal;
  readonly onClose: () => void;
}

export class Udp implements UdpSocket, UdpTarget {
  readonly local: SocketAddress;
  readonly ip: string | undefined;
  readonly program: string | undefined;
  readonly dual: boolean;
  readonly #options: UdpOptions;
  readonly #queue: Datagram[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #forget: () => void;
  #peer: SocketAddress | undefined;
  #closed = false;

  constructor(options: UdpOptions) {
    this.local = options.local;
    this.ip = options.ip;
    this.program = options.program;
    this.dual = options.dual;
    this.#options = options;
    this.#forget = onAbort(options.signal, () => this.close());
  }

  send(to: SocketAddress, bytes: Uint8Array): void {
    if (this.#closed) return;
    const { conntrack, host } = this.#options;
    const source = { ip: this.ip ?? this.#options.sourceFor(to.ip), port: this.local.port };
    const answers = conntrack.backward(source, to);
    if (answers) {
      answers.answered = true;
      conntrack.refresh(answers);
      answers.client.deliver({ kind: 'data', from: answers.asked, bytes });
      return;
    }
    let flow = conntrack.forward(this, to);
    if (!flow) {
      const path = this.#options.path.send({ from: host, source, destination: to, protocol: 'UDP' });
      if (path.kind === 'port-unreachable') this.deliver({ kind: 'refused' });
      if (path.kind !== 'arrived') return;
      flow = conntrack.add(this, to, path);
    }
    conntrack.refresh(flow);
    const { path } = flow;
    const target = path.host.udpTarget(path.destination.ip, path.destination.port);
    if (target?.hears(path.seen)) target.deliver({ kind: 'data', from: path.seen, bytes });
    else this.deliver({ kind: 'refused' });
  }

  connect(peer: SocketAddress): void {
    this.#peer = peer;
  }

  hears(from: SocketAddress): boolean {
    return this.#peer === undefined || (this.#peer.ip === from.ip && this.#peer.port === from.port);
  }

  takeRefusal(): boolean {
    const at = this.#queue.findIndex(({ kind }) => kind === 'refused');
    return at >= 0 && this.#queue.splice(at, 1).length > 0;
  }

  deliver(datagram: Datagram): void {
    if (this.#closed || this.#queue.length >= queueLimit) return;
    this.#queue.push(datagram);
    for (const wake of [...this.#waiting]) wake();
  }

  async receive(signal: AbortSignal): Promise<Datagram> {
    for (;;) {
      signal.throwIfAborted();
      const datagram = this.#queue.shift();
      if (datagram) return datagram;
      await this.#wait(signal);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#forget();
    this.#options.onClose();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        forget();
        this.#waiting.delete(wake);
        resolve();
      };
      const forget = onAbort(signal, () => {
        this.#waiting.delete(wake);
        reject(signal.reason);
      });
      this.#waiting.add(wake);
    });
  }
}
