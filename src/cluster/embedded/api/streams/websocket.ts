/** Opens the server's end of a WebSocket with a subprotocol of ours, and speaks Kubernetes' channels over it. */
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../../../kit/clock.ts';
import { type ApiRequest, header } from '../http/request.ts';
import { badRequest } from '../machinery/status.ts';
import { type EndStatus, translatedStatus } from './end-status.ts';
import type { Session, Transport } from './remote-session.ts';

/** Bytes of one message; kubectl sends stdin in pieces of 32 KiB. */
const largestMessage = 8 * 1024 * 1024;
/** More than this many unsent bytes make the writer wait. */
const highWater = 256 * 1024;

/** The first protocol of ours, in the client's order. Throws 400 when there is none. */
export function chooseProtocol(request: ApiRequest, known: readonly string[]): string {
  const offered = (header(request.raw, 'sec-websocket-protocol') ?? '').split(',').map((protocol) => protocol.trim());
  const chosen = offered.find((protocol) => known.includes(protocol));
  if (chosen !== undefined) return chosen;
  throw badRequest(`unable to upgrade: client offered no supported subprotocol, supported are: ${known.join(', ')}`);
}

export function acceptWebSocket(
  request: ApiRequest,
  socket: Socket,
  head: Buffer,
  protocol: string,
): Promise<WebSocket> {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: largestMessage });
  // ws refuses protocols with a slash (`SPDY/3.1+portforward.k8s.io`): it never sees the client's list, we answer it.
  delete request.raw.headers['sec-websocket-protocol'];
  server.once('headers', (headers: string[]) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('the client went away'), { code: 'ECONNRESET' })));
    server.handleUpgrade(request.raw, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate());
      resolve(webSocket);
    });
  });
}

/** Resolves when the message has left or the buffer has room. */
export function sendFrame(webSocket: WebSocket, channel: number, bytes: Uint8Array): Promise<void> {
  if (webSocket.readyState !== WebSocket.OPEN) return Promise.resolve();
  const frame = Buffer.concat([Uint8Array.of(channel), bytes]);
  const sent = new Promise<void>((resolve) => webSocket.send(frame, () => resolve()));
  return webSocket.bufferedAmount > highWater ? sent : Promise.resolve();
}

/** A message's bytes, however ws hands them over. */
export function messageBytes(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/**
 * kubectl 1.29 to 1.33 throws away what arrives before it has made its streams (kubernetes/kubernetes#131203). No real container
 * answers within these milliseconds, and ours would.
 */
const streamsMs = 2;

/** Real milliseconds that the client needs between the upgrade and the first message. */
function deafMs(userAgent: string): number {
  const minor = Number(/^kubectl\/v1\.(\d+)/.exec(userAgent)?.[1]);
  return minor >= 29 && minor <= 33 ? streamsMs : 0;
}

/** Channels as in v4 and v5 of `channel.k8s.io`; v5 can also close stdin. Resolves when the socket is closed. */
export function serveSession(
  webSocket: WebSocket,
  session: Session,
  { userAgent, wallClock }: { readonly userAgent: string; readonly wallClock: Clock },
): Promise<void> {
  const transport: Transport = {
    send: (stream, bytes) => sendFrame(webSocket, channels[stream], bytes),
    finish(status: EndStatus) {
      void sendFrame(webSocket, channels.error, Buffer.from(JSON.stringify(translatedStatus(status))));
      webSocket.close(1000);
    },
  };
  webSocket.on('message', (data) => {
    const message = messageBytes(data);
    const payload = message.subarray(1);
    if (message[0] === channels.stdin) session.feedStdin(payload);
    else if (message[0] === channels.close && payload[0] === channels.stdin) session.endStdin();
    else if (message[0] === channels.resize) applyResize(session, payload.toString('utf8'));
  });
  const begin = () => {
    // The real server announces itself with an empty message on the lowest channel that it writes.
    void sendFrame(webSocket, channels.stdout, new Uint8Array());
    session.connect(transport);
  };
  const ms = deafMs(userAgent);
  if (ms > 0) wallClock.after(ms, begin);
  else begin();
  return new Promise((resolve) => {
    webSocket.on('close', () => {
      session.abandon();
      resolve();
    });
  });
}

/** `{"Width":80,"Height":24}`; anything else is ignored, as the real server does. */
export function applyResize(session: Session, text: string): void {
  for (const line of text.split('\n')) {
    const width = /"Width":(\d+)/.exec(line)?.[1];
    const height = /"Height":(\d+)/.exec(line)?.[1];
    if (width !== undefined && height !== undefined) session.resize(Number(width), Number(height));
  }
}
