/**
 * What a node remembers of UDP: the first datagram of a flow is judged and rewritten, the rest follow it, and answers find
 * their way back without asking policy, for as long as the entry lives.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { Path } from './data-path.ts';
import type { UdpTarget } from './net-host.ts';
import type { SocketAddress } from './sockets.ts';

/** nf_conntrack_udp_timeout, and nf_conntrack_udp_timeout_stream once there was an answer. */
const unansweredMs = 30_000;
const answeredMs = 120_000;

export interface UdpFlow {
  readonly path: Extract<Path, { kind: 'arrived' }>;
  readonly client: UdpTarget;
  /** Where the client believes it sent to. */
  readonly asked: SocketAddress;
  expiresMs: number;
  answered: boolean;
}

export class UdpConntrack {
  readonly #clock: Clock;
  readonly #forward = new Map<string, UdpFlow>();
  readonly #backward = new Map<string, UdpFlow>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The flow that a datagram of `client` to `asked` belongs to. */
  forward(client: UdpTarget, asked: SocketAddress): UdpFlow | undefined {
    return this.#alive(this.#forward, keyOf(client.local, asked), client);
  }

  /** The flow that a datagram from a server answers. */
  backward(server: SocketAddress, to: SocketAddress): UdpFlow | undefined {
    return this.#alive(this.#backward, keyOf(server, to), undefined);
  }

  add(client: UdpTarget, asked: SocketAddress, path: UdpFlow['path']): UdpFlow {
    this.#sweep();
    const flow: UdpFlow = { path, client, asked, expiresMs: this.#clock.now() + unansweredMs, answered: false };
    this.#forward.set(keyOf(client.local, asked), flow);
    this.#backward.set(keyOf(path.destination, path.seen), flow);
    return flow;
  }

  refresh(flow: UdpFlow): void {
    flow.expiresMs = this.#clock.now() + (flow.answered ? answeredMs : unansweredMs);
  }

  #alive(table: Map<string, UdpFlow>, key: string, client: UdpTarget | undefined): UdpFlow | undefined {
    const flow = table.get(key);
    if (!flow || flow.expiresMs <= this.#clock.now()) return undefined;
    return client === undefined || flow.client === client ? flow : undefined;
  }

  #sweep(): void {
    if (this.#forward.size < 1024) return;
    const now = this.#clock.now();
    for (const table of [this.#forward, this.#backward]) {
      for (const [key, flow] of table) if (flow.expiresMs <= now) table.delete(key);
    }
  }
}

function keyOf(a: SocketAddress, b: SocketAddress): string {
  return `${a.ip}:${a.port}>${b.ip}:${b.port}`;
}
