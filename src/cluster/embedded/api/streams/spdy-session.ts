/** An exec or attach over SPDY: the client opens one stream per channel, named by its `streamtype` header. */

import type { EndStatus } from './end-status.ts';
import type { Session, SessionOptions, Transport } from './remote-session.ts';
import { SpdyConnection } from './spdy-connection.ts';
import type { SpdyStream } from './spdy-stream.ts';
import type { SpdyWire } from './spdy-upgrade.ts';
import { applyResize } from './websocket.ts';

type StreamType = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

/** Resolves when the connection is closed. The process's output waits until all streams that the query promises are open. */
export function serveSpdySession(wire: SpdyWire, session: Session, options: SessionOptions): Promise<void> {
  const expected: readonly StreamType[] = [
    'error',
    ...(options.stdin ? (['stdin'] as const) : []),
    ...(options.stdout ? (['stdout'] as const) : []),
    ...(options.stderr ? (['stderr'] as const) : []),
    ...(options.tty ? (['resize'] as const) : []),
  ];
  const streams = new Map<string, SpdyStream>();
  const connection = new SpdyConnection(wire.socket, wire.head, (stream) => {
    const type = stream.headers.get('streamtype') ?? '';
    streams.set(type, stream);
    receive(type, stream, session);
    if (expected.every((wanted) => streams.has(wanted))) session.connect(transportOver(streams));
  });
  return connection.closed.then(() => session.abandon());
}

function receive(type: string, stream: SpdyStream, session: Session): void {
  if (type === 'stdin') {
    stream.on('data', (chunk: Buffer) => session.feedStdin(chunk));
    stream.on('end', () => session.endStdin());
  } else if (type === 'resize') stream.on('data', (chunk: Buffer) => applyResize(session, chunk.toString('utf8')));
  else stream.resume();
}

function transportOver(streams: ReadonlyMap<string, SpdyStream>): Transport {
  return {
    send: (name, bytes) => writeAll(streams.get(name), bytes),
    finish(status: EndStatus) {
      for (const stream of streams.values()) {
        if (stream === streams.get('error')) stream.end(JSON.stringify(status));
        else stream.end();
      }
    },
  };
}

function writeAll(stream: SpdyStream | undefined, bytes: Uint8Array): Promise<void> {
  if (!stream || stream.destroyed || stream.writableEnded) return Promise.resolve();
  if (stream.write(bytes)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
