/**
 * The API server of one embedded cluster: HTTPS on loopback with credentials of its own. It owns sockets and nothing else;
 * what is asked goes to the handlers, what goes wrong becomes a Status, and closing leaves nothing behind.
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type Clock, realClock } from '../../../../kit/clock.ts';
import { LabError } from '../../../../kit/errors.ts';
import type { Random } from '../../../../kit/random.ts';
import type { VirtualClock } from '../../../../kit/virtual-clock.ts';
import type { FlowLog } from '../../net/flow-log.ts';
import type { PodStreams } from '../../runtime.ts';
import type { Machinery } from '../machinery.ts';
import { type Credentials, makeCredentials } from './credentials.ts';
import { handle } from './handle.ts';
import type { ServerContext, Upgrade, VersionInfo } from './request.ts';
import { type ServiceAccountTokens, serviceAccountTokens } from './service-account-tokens.ts';

export interface ApiServerOptions {
  readonly machinery: Machinery;
  readonly streams: PodStreams;
  /** What the network saw, for those who ask. */
  readonly flows?: FlowLog;
  readonly clock: Clock | VirtualClock;
  readonly random: Random;
  readonly version?: VersionInfo;
  /** Chosen by the system where absent. */
  readonly port?: number;
  /** Shared with whoever mounts tokens into pods. */
  readonly tokens?: ServiceAccountTokens;
  readonly credentials?: Credentials;
  /** Told of bugs: what became a 500. */
  readonly onError?: (error: unknown) => void;
}

export interface ApiServer {
  /** `https://127.0.0.1:port` */
  readonly url: string;
  readonly caPem: string;
  readonly clientCertPem: string;
  readonly clientKeyPem: string;
  readonly tokens: ServiceAccountTokens;
  /** Ends watches, followers and connections, and frees the port. */
  close(): Promise<void>;
}

export const kubernetesVersion: VersionInfo = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.2',
  gitCommit: 'local',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'go1.26.10',
  compiler: 'gc',
  platform: 'linux/amd64',
};

/** Rejects with LabError ERR_PORT_TAKEN when the given port is in use. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { machinery, streams, clock, random, port = 0, version = kubernetesVersion } = options;
  const credentials = options.credentials ?? makeCredentials();
  const tokens = options.tokens ?? serviceAccountTokens(clock, random);
  const closing = new AbortController();
  const context: ServerContext = {
    machinery,
    streams,
    ...(options.flows && { flows: options.flows }),
    clock,
    wallClock: realClock(),
    random,
    version,
    tokens,
    hold: holdOf(clock),
    closing: closing.signal,
  };
  const server = createServer({
    key: credentials.serverKeyPem,
    cert: credentials.serverCertPem,
    ca: credentials.caPem,
    requestCert: true,
    rejectUnauthorized: false,
    // Watches and followed logs have no end to wait for.
    requestTimeout: 0,
    keepAliveTimeout: 90_000,
  });
  const sockets = trackSockets(server);
  let url = '';
  const report = options.onError ?? (() => {});
  server.on('request', (request, response) => void handle(request, response, undefined, url, context, report));
  server.on('upgrade', (request, socket, head) => {
    const { response, upgrade } = upgradable(request, socket as Socket, head);
    void handle(request, response, upgrade, url, context, report);
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end(
        'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request',
      );
    else socket.destroy();
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await listen(server, port);
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    caPem: credentials.caPem,
    clientCertPem: credentials.clientCertPem,
    clientKeyPem: credentials.clientKeyPem,
    tokens,
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return reject(error);
      reject(
        new LabError('ERR_PORT_TAKEN', `port ${port} on 127.0.0.1 cannot be used`, {
          details: error.message,
          cure: 'choose another port, or leave the choice to the system by naming none',
          cause: error,
        }),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Upgraded sockets are no longer the HTTP server's: it would not close them. */
function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.on('secureConnection', (socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
  });
  return sockets;
}

/** A response on the raw socket of an upgrade request: refusals are ordinary HTTP, and the connection ends with them. */
function upgradable(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): { response: ServerResponse; upgrade: Upgrade } {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    socket.end();
  });
  return {
    response,
    upgrade: {
      head,
      detach() {
        response.detachSocket(socket);
        return socket;
      },
    },
  };
}

function holdOf(clock: Clock | VirtualClock): ServerContext['hold'] {
  return 'hold' in clock ? (patienceMs) => clock.hold(patienceMs) : () => ({ told() {}, release() {} });
}
