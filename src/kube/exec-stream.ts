/** exec and attach over WebSocket, protocol v5.channel.k8s.io (v4 where the server has no v5). */
import { WebSocket } from 'ws';
import { LabError } from '../kit/errors.ts';
import { ApiError, type ExecIo, type ExecResult } from './client.ts';
import { type Transport, unreachable } from './http-transport.ts';
import type { Connection } from './kubeconfig.ts';
import type { Status } from './objects.ts';

export interface StreamTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly subresource: 'exec' | 'attach';
  readonly container: string | undefined;
  readonly argv: readonly string[];
}

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Resolves when the command has ended. Rejects with ApiError when the server refuses the upgrade. */
export async function openStream(
  connection: Connection,
  transport: Transport,
  target: StreamTarget,
  io: ExecIo,
): Promise<ExecResult> {
  io.signal?.throwIfAborted();
  const { agent, headers } = await transport.forWebSocket();
  const url = new URL(
    `/api/v1/namespaces/${target.namespace}/pods/${target.pod}/${target.subresource}`,
    connection.server,
  );
  url.protocol = url.protocol.replace('http', 'ws');
  url.search = searchOf(target, io).toString();
  const socket = new WebSocket(url, ['v5.channel.k8s.io', 'v4.channel.k8s.io'], {
    agent,
    headers,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    let ended: ExecResult | undefined;
    const abort = () => {
      reject(io.signal?.reason);
      socket.terminate();
    };
    io.signal?.addEventListener('abort', abort, { once: true });
    let stopResize: (() => void) | undefined;
    socket.on('open', () => {
      stopResize = startResize(socket, io);
      feedStdin(socket, io).catch(reject);
    });
    socket.on('message', (data: Buffer) => {
      const bytes = data.subarray(1);
      if (data[0] === channel.stdout) io.onStdout?.(bytes);
      else if (data[0] === channel.stderr) io.onStderr?.(bytes);
      else if (data[0] === channel.error) ended = resultOf(bytes.toString('utf8'));
    });
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Uint8Array[] = [];
      response.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      io.signal?.removeEventListener('abort', abort);
      response.on('end', () => reject(refusal(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))));
    });
    socket.on('error', (cause) => reject(unreachable(connection, cause)));
    socket.on('close', () => {
      io.signal?.removeEventListener('abort', abort);
      stopResize?.();
      if (ended) resolve(ended);
      else
        reject(
          new LabError('ERR_CLUSTER_UNREACHABLE', `the ${target.subresource} stream broke off`, {
            details: connection.server,
          }),
        );
    });
  });
}

function searchOf(target: StreamTarget, io: ExecIo): URLSearchParams {
  const search = new URLSearchParams(target.argv.map((word): [string, string] => ['command', word]));
  if (target.container) search.set('container', target.container);
  if (io.stdin) search.set('stdin', 'true');
  search.set('stdout', 'true');
  if (io.tty) search.set('tty', 'true');
  else search.set('stderr', 'true');
  return search;
}

function startResize(socket: WebSocket, io: ExecIo): (() => void) | undefined {
  if (!io.tty) return undefined;
  const send = (columns: number, rows: number) =>
    socket.send(frame(channel.resize, Buffer.from(`{"Width":${columns},"Height":${rows}}\n`)));
  send(io.tty.columns, io.tty.rows);
  return io.tty.onResize?.(send);
}

async function feedStdin(socket: WebSocket, io: ExecIo): Promise<void> {
  if (!io.stdin) return;
  for await (const bytes of io.stdin) {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(frame(channel.stdin, bytes));
  }
  if (socket.readyState !== WebSocket.OPEN) return;
  // v4 has no way to close stdin but closing the connection; a command that waits for the end of its input then waits on.
  if (socket.protocol === 'v5.channel.k8s.io') socket.send(Uint8Array.of(channel.close, channel.stdin));
}

function frame(number: number, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(bytes.byteLength + 1);
  message[0] = number;
  message.set(bytes, 1);
  return message;
}

function resultOf(text: string): ExecResult {
  const status = JSON.parse(text) as Status;
  if (status.status === 'Success') return { exitCode: 0 };
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  if (cause) return { exitCode: Number(cause.message) };
  return { exitCode: 1, error: status.message ?? text };
}

function refusal(code: number, text: string): ApiError {
  let status: Partial<Status> = { message: text.trim() };
  try {
    status = JSON.parse(text) as Status;
  } catch {
    // the kubelet answers in plain text: `container not found ("x")`
  }
  return new ApiError({ ...status, kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code });
}
