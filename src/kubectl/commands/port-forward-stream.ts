/** One forwarded connection: a WebSocket with a data and an error channel (v4.channel.k8s.io), spliced to a socket. */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Pod } from '../../kube/objects.ts';
import type { Session } from '../session.ts';

const data = 0;
const errors = 1;

/** Resolves when both sides have closed. Rejects with what the server said went wrong. */
export async function forward(session: Session, { metadata }: Pod, port: number, socket: Socket): Promise<void> {
  const connection = await session.connection();
  const url = new URL(
    `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/portforward?ports=${port}`,
    connection.server,
  );
  url.protocol = url.protocol.replace('http', 'ws');
  const websocket = new WebSocket(url, ['v4.channel.k8s.io'], {
    ...(connection.ca && { ca: connection.ca }),
    ...(connection.cert && { cert: connection.cert }),
    ...(connection.key && { key: connection.key }),
    ...(connection.serverName && { servername: connection.serverName }),
    rejectUnauthorized: !connection.insecure,
    headers: { ...(await connection.headers()) },
    perMessageDeflate: false,
  });
  const stop = (): void => {
    websocket.terminate();
    socket.destroy();
  };
  session.signal.addEventListener('abort', stop, { once: true });
  try {
    await splice(websocket, socket);
  } finally {
    session.signal.removeEventListener('abort', stop);
    socket.end();
  }
}

function splice(websocket: WebSocket, socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    // the first frame of each channel repeats the port number
    const greeted = new Set<number>();
    websocket.on('message', (frame: Buffer) => {
      const channel = frame[0] ?? data;
      const bytes = frame.subarray(1);
      if (!greeted.has(channel)) greeted.add(channel);
      else if (channel === errors && bytes.length > 0) reject(new Error(bytes.toString('utf8')));
      else if (channel === data) socket.write(bytes);
    });
    websocket.on('open', () => {
      socket.on('data', (bytes: Buffer) => websocket.send(Buffer.concat([Uint8Array.of(data), bytes])));
      socket.resume();
    });
    websocket.on('error', reject);
    websocket.on('close', () => resolve());
    socket.on('error', () => websocket.close());
    socket.on('close', () => websocket.close());
    // this protocol has no half-close: give the answer a moment, then let go
    socket.on('end', () => setTimeout(() => websocket.close(), 1000).unref());
    socket.pause();
  });
}
