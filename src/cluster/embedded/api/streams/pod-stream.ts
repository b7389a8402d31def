/** Which way do the bytes of a pod's log, exec, attach or port-forward go? Checks first, so that a refusal is plain HTTP. */
import type { ServerResponse } from 'node:http';
import { type ApiRequest, flag, header, type Reply, type ServerContext } from '../http/request.ts';
import { badRequest } from '../machinery/status.ts';
import { StatusError } from '../machinery.ts';
import { sendLogs } from './logs.ts';
import { portForwardOverSpdy, portForwardOverWebSocket } from './port-forward.ts';
import { openSession, type Session, type SessionOptions } from './remote-session.ts';
import { serveSpdySession } from './spdy-session.ts';
import { upgradeToSpdy } from './spdy-upgrade.ts';
import { acceptWebSocket, chooseProtocol, serveSession } from './websocket.ts';

/** A command that still runs after so many real milliseconds waits for something that is not its own timer. */
const patienceMs = 250;

/** Throws StatusError before the upgrade. */
export async function podStream(
  request: ApiRequest,
  response: ServerResponse,
  namespace: string,
  pod: string,
  stream: 'log' | 'exec' | 'attach' | 'portforward',
  context: ServerContext,
): Promise<Reply> {
  if (stream === 'log') return sendLogs(request, response, namespace, pod, context);
  const { upgrade } = request;
  if (!upgrade) throw badRequest('Upgrade request required');
  const isWebSocket = /websocket/i.test(header(request.raw, 'upgrade') ?? '');
  const hold = context.hold(patienceMs);
  try {
    if (stream === 'portforward') {
      await (isWebSocket ? portForwardOverWebSocket : portForwardOverSpdy)(request, upgrade, namespace, pod, context);
    } else if (isWebSocket) {
      const protocol = chooseProtocol(request, ['v5.channel.k8s.io', 'v4.channel.k8s.io']);
      const session = startSession(request, namespace, pod, stream, context);
      const webSocket = await acceptWebSocket(request, upgrade.detach(), upgrade.head, protocol).catch(
        (error: unknown) => {
          session.abandon();
          throw error;
        },
      );
      const userAgent = header(request.raw, 'user-agent') ?? '';
      await serveSession(webSocket, session, { userAgent, wallClock: context.wallClock });
    } else {
      const session = startSession(request, namespace, pod, stream, context);
      const connection = upgradeToSpdy(request, upgrade, ['v4.channel.k8s.io']);
      await serveSpdySession(connection, session, sessionOptions(request));
    }
  } catch (error) {
    // What the kubelet itself refuses arrives as plain text, which kubectl quotes behind "unable to upgrade connection".
    if (error instanceof StatusError && error.code === 500) return { type: 'text', code: 500, text: error.message };
    throw error;
  } finally {
    hold.release();
  }
  return { type: 'taken' };
}

function sessionOptions({ query }: ApiRequest): SessionOptions {
  const tty = flag(query, 'tty');
  return { stdin: flag(query, 'stdin'), stdout: flag(query, 'stdout'), stderr: flag(query, 'stderr') && !tty, tty };
}

function startSession(
  request: ApiRequest,
  namespace: string,
  pod: string,
  stream: 'exec' | 'attach',
  context: ServerContext,
): Session {
  const { query } = request;
  const { streams, machinery, random } = context;
  const options = sessionOptions(request);
  machinery.get('pods', namespace, pod);
  if (!options.stdin && !options.stdout && !options.stderr) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  const named = query.get('container') ?? '';
  const container = named === '' ? {} : { container: named };
  if (stream === 'attach')
    return openSession(
      options,
      (io) => streams.attach(namespace, pod, container, io),
      () => random.hex(64),
    );
  const argv = query.getAll('command');
  if (argv.length === 0) throw badRequest('you must specify at least 1 command for the container');
  return openSession(
    options,
    (io) => streams.exec(namespace, pod, { ...container, argv }, io),
    () => random.hex(64),
  );
}
