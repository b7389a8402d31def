/** A small HTTP/1.1 server loop: connections, keep-alive, plain or TLS. What it says is its handler's business. */
import { ByteReader } from './byte-reader.ts';
import { type Headers, type HttpRequest, headerOf, readRequest, writeMessage } from './http-wire.ts';
import type { SocketAddress, TcpConnection, TcpListener } from './sockets.ts';
import { acceptTls, type Certificate } from './tls-wire.ts';

export interface Reply {
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Ends the connection after this. */
  readonly close?: boolean;
}

export interface Exchange {
  readonly request: HttpRequest | 'bad';
  readonly client: SocketAddress;
  readonly local: SocketAddress;
  readonly tls: boolean;
  /** Several requests on one connection: false on the first. */
  readonly again: boolean;
}

export interface HttpServerOptions {
  /** undefined: cut the connection. */
  readonly handle: (exchange: Exchange) => Promise<Reply | undefined> | Reply | undefined;
  /** Speaks TLS to those who do. */
  readonly certificate?: Certificate;
  /** Go's answer to plain text on a TLS port; without it plain text is served as well. */
  readonly tlsOnly?: boolean;
}

/** Serves until the listener is closed. */
export async function serveHttp(listener: TcpListener, options: HttpServerOptions): Promise<void> {
  for (let connection = await listener.accept(); connection; connection = await listener.accept()) {
    const accepted = connection;
    void serveConnection(accepted, options)
      .catch(() => undefined)
      .finally(() => accepted.release());
  }
}

export async function serveConnection(connection: TcpConnection, options: HttpServerOptions): Promise<void> {
  const reader = new ByteReader(connection);
  const tls = options.certificate !== undefined && (await acceptTls(connection, reader, options.certificate));
  if (options.tlsOnly && !tls) {
    const line = await reader.line();
    if (line !== undefined) await writeMessage(connection, 'HTTP/1.0 400 Bad Request', [], plainOnTls);
    return;
  }
  for (let again = false; ; again = true) {
    const request = await readRequest(reader);
    if (request === undefined) return;
    const reply = await options.handle({ request, client: connection.remote, local: connection.local, tls, again });
    if (!reply) return;
    const close = reply.close === true || !staysOpen(request);
    await writeReply(connection, request, reply, close);
    if (close) return;
  }
}

const plainOnTls = new TextEncoder().encode('Client sent an HTTP request to an HTTPS server.\n');

async function writeReply(
  connection: TcpConnection,
  request: HttpRequest | 'bad',
  reply: Reply,
  close: boolean,
): Promise<void> {
  const headers = reply.headers.map(([name, value]): readonly [string, string] =>
    name === 'Connection' ? [name, close ? 'close' : 'keep-alive'] : [name, value],
  );
  const bodyless = request !== 'bad' && request.method === 'HEAD';
  const first = `HTTP/1.1 ${reply.status} ${reply.reason}`;
  if (request !== 'bad' && request.version === 'HTTP/0.9') await connection.write(reply.body);
  else await writeMessage(connection, first, headers, bodyless ? undefined : reply.body);
}

function staysOpen(request: HttpRequest | 'bad'): boolean {
  if (request === 'bad') return false;
  const wish = (headerOf(request.headers, 'connection') ?? '').toLowerCase();
  return request.version === 'HTTP/1.1' ? wish !== 'close' : wish === 'keep-alive' && request.version === 'HTTP/1.0';
}
