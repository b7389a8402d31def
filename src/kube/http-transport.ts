/**
 * HTTPS to one API server: keep-alive, client certificates, headers of the connection. Turns "no answer" into a LabError
 * and leaves every status code to the caller.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { type ConnectionOptions, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { LabError } from '../kit/errors.ts';
import type { RawRequest } from './client.ts';
import type { Connection } from './kubeconfig.ts';

export interface Transport {
  /** Resolves with the response once its headers are there. Rejects with LabError, or the signal's reason. */
  open(request: RawRequest): Promise<IncomingMessage>;
  /** The same for an answer without an end in sight (a watch, a followed log): it takes no other request's connection. */
  openStream(request: RawRequest): Promise<IncomingMessage>;
  /** What a WebSocket to the same server needs. The agent remembers TLS sessions, which saves most of each handshake. */
  forWebSocket(): Promise<{ agent: HttpAgent; headers: Record<string, string> }>;
  close(): void;
}

interface TlsOptions {
  /** CA and client certificate, parsed once: every exec and every watch opens a connection of its own. */
  readonly secureContext?: SecureContext;
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
}

/** Enough for a cluster far away. Each connection costs a handshake, and to a cluster on this machine waiting costs less. */
const maxRequestSockets = 4;

/** In every Node from 20 to 26, but not in its documentation. */
type Resumable = TLSSocket & { setSession(session: Buffer): void };

/**
 * Remembers the server's TLS session as Node's agent does. That one hands it over as an option, which Node reads twice for each
 * connection: a third of a handshake, and every exec is a connection.
 */
class TlsAgent extends Agent {
  #session: Buffer | undefined;

  override createConnection(options: RequestOptions): TLSSocket {
    const socket = connect(options as ConnectionOptions) as Resumable;
    if (this.#session) socket.setSession(this.#session);
    socket.on('session', (session) => {
      this.#session = session;
    });
    socket.once('close', (hadError) => {
      if (hadError) this.#session = undefined;
    });
    return socket;
  }
}

export function createTransport(connection: Connection): Transport {
  const plain = connection.server.startsWith('http:');
  const options: TlsOptions = {
    ...(!plain && {
      secureContext: createSecureContext({ ca: connection.ca, cert: connection.cert, key: connection.key }),
    }),
    ...(connection.serverName && { servername: connection.serverName }),
    rejectUnauthorized: !connection.insecure,
  };
  const createAgent = (maxSockets: number): HttpAgent =>
    plain ? new HttpAgent({ keepAlive: true, maxSockets }) : new TlsAgent({ keepAlive: true, maxSockets, ...options });
  const requests = createAgent(maxRequestSockets);
  const streams = createAgent(Number.POSITIVE_INFINITY);

  const send = async (agent: HttpAgent, query: RawRequest): Promise<IncomingMessage> => {
    const { method = 'GET', path, signal } = query;
    const body = encodeBody(query.body);
    const headers: Record<string, string> = {
      accept: query.accept ?? 'application/json',
      'user-agent': 'netpol-lab',
      ...(await connection.headers()),
      ...(body && {
        'content-type': query.contentType ?? 'application/json',
        'content-length': String(body.byteLength),
      }),
    };
    return new Promise((resolve, reject) => {
      const start = plain ? httpRequest : request;
      const outgoing = start(
        new URL(path, connection.server),
        { method, headers, agent, ...(signal && { signal }) },
        resolve,
      );
      outgoing.on('error', (cause: NodeJS.ErrnoException) => {
        reject(signal?.aborted ? signal.reason : unreachable(connection, cause));
      });
      outgoing.end(body);
    });
  };
  return {
    open: (query) => send(requests, query),
    openStream: (query) => send(streams, query),
    forWebSocket: async () => ({ agent: streams, headers: { ...(await connection.headers()) } }),
    close() {
      requests.destroy();
      streams.destroy();
    },
  };
}

/** What a person can do about an API server that does not answer. */
export function unreachable(connection: Connection, cause: Error): LabError {
  return new LabError('ERR_CLUSTER_UNREACHABLE', `the API server ${connection.server} does not answer`, {
    details: `context ${connection.context}: ${cause.message}`,
    cure: 'netpol-lab cluster list',
    cause,
  });
}

function encodeBody(body: unknown): Uint8Array | undefined {
  if (body === undefined) return undefined;
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
