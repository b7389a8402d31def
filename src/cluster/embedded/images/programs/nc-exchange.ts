/**
 * The loop of BusyBox nc: standard input to the network and back until both are over. The end of the input is told to the
 * peer, who may still be heard, as a peer that has ended may still be told; with `-w` it gives up after two idle waits in
 * all, which is no failure.
 */
import type { Process, Sink, Source } from '../../../../shell/process.ts';
import { BrokenPipe } from '../../../../shell/process.ts';
import { ConnectionReset, type SocketAddress, type TcpConnection, type UdpSocket } from '../../net/sockets.ts';
import { timedOut, within } from '../../net/within.ts';
import { print } from '../net-program.ts';

/** A connection, or a UDP socket that talks to one peer. `close` is the end of what we say. */
export interface Wire extends Source, Sink {
  release(): void;
}

export function tcpWire(connection: TcpConnection): Wire {
  return connection;
}

/** `first`: what has arrived already. A datagram has no end, a refusal is one. */
export function udpWire(process: Process, socket: UdpSocket, peer: SocketAddress, first?: Uint8Array): Wire {
  let waiting = first;
  return {
    async read() {
      const bytes = waiting;
      waiting = undefined;
      if (bytes) return bytes;
      const datagram = await socket.receive(process.signal);
      return datagram.kind === 'data' && datagram.bytes.length > 0 ? datagram.bytes : undefined;
    },
    write: async (bytes) => socket.send(peer, bytes),
    close: () => {},
    release: () => socket.close(),
  };
}

interface Exchange {
  readonly idleMs: number;
  readonly verbosity: number;
}

type Event = { readonly from: 'stdin' | 'net'; readonly bytes: Uint8Array | undefined };

/** Resolves with the exit status. */
export async function exchange(process: Process, wire: Wire, { idleMs, verbosity }: Exchange): Promise<number> {
  const sources = new Map<Event['from'], Source>([
    ['net', wire],
    ['stdin', process.stdin],
  ]);
  const pending = new Map<Event['from'], Promise<Event>>();
  let patience = 2;
  while (sources.size > 0) {
    for (const [from, source] of sources) if (!pending.has(from)) pending.set(from, next(from, source));
    const event = await within(process.clock, idleMs, process.signal, () => Promise.race(pending.values()));
    process.signal.throwIfAborted();
    if (event === timedOut) {
      if (--patience > 0) continue;
      if (verbosity > 1) await print(process.stderr, 'net timeout\n');
      return 0;
    }
    pending.delete(event.from);
    if (event.bytes === undefined) {
      sources.delete(event.from);
      if (event.from === 'stdin') wire.close();
    } else if (event.from === 'net') await process.stdout.write(event.bytes);
    else if (!(await delivered(wire, event.bytes))) {
      if (verbosity > 0) await print(process.stderr, 'nc: too many output retries\n');
      return 1;
    }
  }
  return 0;
}

/** A connection that was reset has ended, too. */
async function next(from: Event['from'], source: Source): Promise<Event> {
  try {
    return { from, bytes: await source.read() };
  } catch (error) {
    if (error instanceof ConnectionReset) return { from, bytes: undefined };
    throw error;
  }
}

async function delivered(wire: Wire, bytes: Uint8Array): Promise<boolean> {
  try {
    await wire.write(bytes);
    return true;
  } catch (error) {
    if (error instanceof ConnectionReset || error instanceof BrokenPipe) return false;
    throw error;
  }
}
