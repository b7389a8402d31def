/**
 * An established TCP connection: two ends, a window each, FIN and RST. Policy has no say here: Calico's first rule of every
 * endpoint chain accepts what conntrack knows (felix/rules/endpoints.go), so a new deny never cuts a connection.
 */
import { BrokenPipe } from '../../../shell/process.ts';
import { ConnectionReset, type SocketAddress, type TcpConnection } from './sockets.ts';

const windowBytes = 65_536;

type State = 'open' | 'finished' | 'reset';

/** What is under way towards one end. */
interface Lane {
  chunks: Uint8Array[];
  bytes: number;
  state: State;
  readonly readers: (() => void)[];
  readonly writers: (() => void)[];
}

export type PipeEnd = TcpConnection;

export interface PipeOptions {
  /** Addresses as the client sees them, and as the server sees them. */
  readonly client: { readonly local: SocketAddress; readonly remote: SocketAddress };
  readonly server: { readonly local: SocketAddress; readonly remote: SocketAddress };
  /** Both directions are over. */
  readonly onDone: () => void;
}

export function createTcpPipe(options: PipeOptions): { readonly client: PipeEnd; readonly server: PipeEnd } {
  const toServer = createLane();
  const toClient = createLane();
  let done = false;
  const check = (): void => {
    if (done || toServer.state === 'open' || toClient.state === 'open') return;
    done = true;
    options.onDone();
  };
  return {
    client: createEnd(options.client, toClient, toServer, check),
    server: createEnd(options.server, toServer, toClient, check),
  };
}

function createLane(): Lane {
  return { chunks: [], bytes: 0, state: 'open', readers: [], writers: [] };
}

function wake(waiters: (() => void)[]): void {
  for (const resolve of waiters.splice(0)) resolve();
}

function cut(lane: Lane): void {
  if (lane.state === 'reset') return;
  lane.state = 'reset';
  lane.chunks = [];
  lane.bytes = 0;
  wake(lane.readers);
  wake(lane.writers);
}

function createEnd(
  addresses: { readonly local: SocketAddress; readonly remote: SocketAddress },
  incoming: Lane,
  outgoing: Lane,
  check: () => void,
): PipeEnd {
  const finish = (): void => {
    if (outgoing.state === 'open') {
      outgoing.state = 'finished';
      wake(outgoing.readers);
      wake(outgoing.writers);
    }
    check();
  };
  const abort = (): void => {
    // An end that has read everything and said everything has nothing left to reset.
    if (outgoing.state === 'finished' && incoming.state === 'finished' && incoming.bytes === 0) return;
    cut(incoming);
    cut(outgoing);
    check();
  };
  return {
    ...addresses,
    async read() {
      for (;;) {
        const chunk = incoming.chunks.shift();
        if (chunk) {
          incoming.bytes -= chunk.length;
          wake(incoming.writers);
          return chunk;
        }
        if (incoming.state === 'finished') return undefined;
        if (incoming.state === 'reset') throw new ConnectionReset('Connection reset by peer');
        await new Promise<void>((resolve) => incoming.readers.push(resolve));
      }
    },
    async write(bytes) {
      if (bytes.length === 0) return;
      while (outgoing.state === 'open' && outgoing.bytes >= windowBytes) {
        await new Promise<void>((resolve) => outgoing.writers.push(resolve));
      }
      if (outgoing.state === 'reset') throw new ConnectionReset('Connection reset by peer');
      if (outgoing.state === 'finished') throw new BrokenPipe('Broken pipe');
      outgoing.chunks.push(bytes.slice());
      outgoing.bytes += bytes.length;
      wake(outgoing.readers);
    },
    close: finish,
    abort,
    release() {
      // Unread data makes the kernel answer close() with RST instead of FIN (tcp_close).
      if (incoming.bytes > 0) abort();
      else {
        finish();
        if (incoming.state === 'open') cut(incoming);
        check();
      }
    },
  };
}
