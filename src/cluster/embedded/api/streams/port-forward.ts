/**
 * How connections reach a pod's ports through the API server: kubectl opens pairs of SPDY streams (natively or tunnelled
 * through a WebSocket), client-node a pair of WebSocket channels per port.
 */
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket } from 'ws';
import type { ApiRequest, ServerContext, Upgrade } from '../http/request.ts';
import { badRequest } from '../machinery/status.ts';
import { SpdyConnection } from './spdy-connection.ts';
import type { SpdyStream } from './spdy-stream.ts';
import { upgradeToSpdy } from './spdy-upgrade.ts';
import { acceptWebSocket, chooseProtocol, messageBytes, sendFrame } from './websocket.ts';

type Connect = (port: number) => Promise<Duplex>;

const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';

/** Throws StatusError before the upgrade; resolves when the client is gone. */
export async function portForwardOverWebSocket(
  request: ApiRequest,
  upgrade: Upgrade,
  namespace: string,
  pod: string,
  context: ServerContext,
): Promise<void> {
  const connect = connector(namespace, pod, context);
  const protocol = chooseProtocol(request, [tunnelProtocol, 'v4.channel.k8s.io']);
  const ports = protocol === tunnelProtocol ? [] : requestedPorts(request);
  const webSocket = await acceptWebSocket(request, upgrade.detach(), upgrade.head, protocol);
  if (protocol === tunnelProtocol) {
    const wire = createWebSocketStream(webSocket);
    await serveStreams(wire, Buffer.alloc(0), connect);
  } else await serveChannels(webSocket, ports, connect);
}

/** Throws StatusError before the upgrade; resolves when the client is gone. */
export async function portForwardOverSpdy(
  request: ApiRequest,
  upgrade: Upgrade,
  namespace: string,
  pod: string,
  context: ServerContext,
): Promise<void> {
  const connect = connector(namespace, pod, context);
  const { socket, head } = upgradeToSpdy(request, upgrade, ['portforward.k8s.io']);
  await serveStreams(socket, head, connect);
}

function connector(namespace: string, pod: string, { machinery, streams }: ServerContext): Connect {
  const found = machinery.get('pods', namespace, pod);
  const { nodeName } = (found['spec'] ?? {}) as { readonly nodeName?: string };
  if (!nodeName) throw badRequest(`pod ${pod} does not have a host assigned`);
  return (port) => streams.portForward(namespace, pod, port);
}

function requestedPorts({ query }: ApiRequest): readonly number[] {
  const ports = query
    .getAll('ports')
    .flatMap((list) => list.split(','))
    .map(Number);
  if (ports.length === 0) throw badRequest('query parameter "port" is required');
  const bad = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65_535);
  if (bad !== undefined) throw badRequest(`port "${bad}" must be between 1 and 65535`);
  return ports;
}

interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
}

/** One pair of streams per forwarded connection, matched by `requestid`. */
function serveStreams(wire: Duplex, head: Buffer, connect: Connect): Promise<void> {
  const pairs = new Map<string, Pair>();
  const connection = new SpdyConnection(wire, head, (stream) => {
    const id = stream.headers.get('requestid') ?? '';
    const pair = pairs.get(id) ?? {};
    pairs.set(id, pair);
    if (stream.headers.get('streamtype') === 'error') pair.error = stream;
    else pair.data = stream;
    if (!pair.error || !pair.data) return;
    pairs.delete(id);
    void forward(pair.data, pair.error, Number(stream.headers.get('port')), connect);
  });
  return connection.closed;
}

async function forward(data: SpdyStream, error: SpdyStream, port: number, connect: Connect): Promise<void> {
  error.resume();
  let target: Duplex;
  try {
    target = await connect(port);
  } catch (cause) {
    error.end(cause instanceof Error ? cause.message : String(cause));
    data.resume();
    data.end();
    return;
  }
  if (data.destroyed) return void target.destroy();
  target.on('error', () => target.destroy());
  data.pipe(target);
  target.pipe(data);
  data.once('close', () => target.destroy());
  target.once('close', () => {
    if (!data.writableEnded) data.end();
    error.end();
  });
}

/** Channel 2i carries port i's bytes, 2i+1 its error; each begins with the port, little-endian. */
async function serveChannels(webSocket: WebSocket, ports: readonly number[], connect: Connect): Promise<void> {
  const targets = ports.map(() => new PendingTarget());
  webSocket.on('message', (raw) => {
    const message = messageBytes(raw);
    const channel = message[0] ?? 0;
    if (channel % 2 === 0) targets[channel / 2]?.write(message.subarray(1));
  });
  const closed = new Promise<void>((resolve) => webSocket.on('close', () => resolve()));
  for (const [index, port] of ports.entries()) {
    const announcement = Uint8Array.of(port & 0xff, port >> 8);
    void sendFrame(webSocket, 2 * index, announcement);
    void sendFrame(webSocket, 2 * index + 1, announcement);
    connect(port).then(
      (target) => targets[index]?.open(target, (bytes) => sendFrame(webSocket, 2 * index, bytes)),
      (cause: unknown) =>
        sendFrame(webSocket, 2 * index + 1, Buffer.from(cause instanceof Error ? cause.message : String(cause))),
    );
  }
  await closed;
  for (const target of targets) target.close();
}

/** Keeps what the client sends until the connection to the port is there. */
class PendingTarget {
  readonly #waiting: Buffer[] = [];
  #target: Duplex | undefined;
  #closed = false;

  write(bytes: Buffer): void {
    if (this.#target) this.#target.write(bytes);
    else this.#waiting.push(bytes);
  }

  open(target: Duplex, send: (bytes: Buffer) => Promise<void>): void {
    if (this.#closed) return void target.destroy();
    this.#target = target;
    target.on('error', () => target.destroy());
    target.on('data', (chunk: Buffer) => {
      target.pause();
      void send(chunk).then(() => target.resume());
    });
    for (const bytes of this.#waiting) target.write(bytes);
  }

  close(): void {
    this.#closed = true;
    this.#target?.destroy();
  }
}
