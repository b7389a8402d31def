/** kubectl port-forward: listens on this machine, one WebSocket to the pod per connection. */
import { createServer, type Server, type Socket } from 'node:net';
import type { KubeObject, Pod, Service } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { flag } from '../flags/spec.ts';
import { resolvePod } from '../resources/pods.ts';
import { resolveType } from '../resources/types.ts';
import type { Session } from '../session.ts';
import { forward } from './port-forward-stream.ts';

export const portForwardCommand: Command = {
  name: 'port-forward',
  short: 'Forward one or more local ports to a pod',
  usage: 'TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]',
  flags: [
    flag('address', 'list', {
      fallback: 'localhost',
      help: 'Addresses to listen on (comma separated). Only accepts IP addresses or localhost as a value.',
    }),
    flag('pod-running-timeout', 'duration', {
      fallback: '1m0s',
      help: 'The length of time to wait until at least one pod is running',
    }),
  ],
  run: portForward,
};

interface Forward {
  readonly local: number;
  readonly remote: number;
}

async function portForward(call: Call): Promise<number> {
  const { session, flags, args } = call;
  const [word, ...words] = args;
  if (word === undefined || words.length === 0) {
    throw new KubectlError(
      `TYPE/NAME and list of ports are required for port-forward\nSee 'kubectl port-forward -h' for help and examples`,
    );
  }
  const pod = await resolvePod(session, word, flags.duration('pod-running-timeout'));
  const service = await serviceOf(session, word);
  const forwards = words.map((text) => parsePair(text, pod, service));
  const phase = pod.status?.phase;
  if (phase !== 'Running')
    throw new KubectlError(`unable to forward port because pod is not running. Current status=${phase}`);
  const servers: Server[] = [];
  try {
    for (const pair of forwards) servers.push(...(await listen(session, pod, pair, flags.list('address'))));
    await new Promise<void>((resolve) => {
      session.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    return 0;
  } finally {
    for (const server of servers) server.close();
  }
}

async function serviceOf(session: Session, word: string): Promise<Service | undefined> {
  const [kind = '', name = ''] = word.split('/');
  if (!word.includes('/')) return undefined;
  const type = await resolveType(session, kind);
  if (type.kind !== 'Service') return undefined;
  return session.get<Service & KubeObject>(type, await session.namespace(), name);
}

/** `8080:80`, `80`, `:80`, `8080:http`; through a Service the second number is the Service's port. */
function parsePair(text: string, pod: Pod, service: Service | undefined): Forward {
  const [first = '', second] = text.split(':');
  const target = second ?? first;
  const remote = service ? servicePort(service, target, pod) : podPort(pod, target);
  const local = second === undefined ? (/^\d+$/.test(first) ? first : String(remote)) : first;
  return { local: local === '' ? 0 : parseLocal(local), remote };
}

function parseLocal(text: string): number {
  const quoted = JSON.stringify(text);
  if (!/^\d+$/.test(text))
    throw new KubectlError(`error parsing local port '${text}': strconv.ParseUint: parsing ${quoted}: invalid syntax`);
  if (Number(text) > 65535)
    throw new KubectlError(
      `error parsing local port '${text}': strconv.ParseUint: parsing ${quoted}: value out of range`,
    );
  return Number(text);
}

function podPort(pod: Pod, target: string): number {
  if (/^\d+$/.test(target)) {
    if (Number(target) > 65535)
      throw new KubectlError(
        `error parsing remote port '${target}': strconv.ParseUint: parsing ${JSON.stringify(target)}: value out of range`,
      );
    if (Number(target) === 0) throw new KubectlError('remote port must be > 0');
    return Number(target);
  }
  const found = (pod.spec?.containers ?? []).flatMap(({ ports = [] }) => ports).find(({ name }) => name === target);
  if (!found) throw new KubectlError(`Pod '${pod.metadata.name}' does not have a named port '${target}'`);
  return found.containerPort;
}

function servicePort({ metadata, spec }: Service, target: string, pod: Pod): number {
  const numeric = /^\d+$/.test(target);
  const found = spec?.ports?.find((port) => (numeric ? port.port === Number(target) : port.name === target));
  if (!found) {
    throw new KubectlError(
      numeric
        ? `Service ${metadata.name} does not have a service port ${target}`
        : `Service '${metadata.name}' does not have a named port '${target}'`,
    );
  }
  if (spec?.clusterIP === 'None' && numeric) return Number(target);
  const { targetPort } = found;
  if (targetPort === undefined || targetPort === 0) return found.port;
  return podPort(pod, String(targetPort));
}

/** `localhost` is both families; one of them may be missing on a machine. */
async function listen(session: Session, pod: Pod, pair: Forward, addresses: readonly string[]): Promise<Server[]> {
  const servers: Server[] = [];
  const failures: string[] = [];
  let local = pair.local;
  for (const address of addresses.flatMap((each) => (each === 'localhost' ? ['127.0.0.1', '::1'] : [each]))) {
    const shown = address.includes(':') ? `[${address}]` : address;
    try {
      const server = await open(session, pod, pair.remote, local, address);
      const bound = server.address();
      if (typeof bound === 'object' && bound) local = bound.port;
      servers.push(server);
      session.out(`Forwarding from ${shown}:${local} -> ${pair.remote}\n`);
    } catch (error) {
      failures.push(
        `Unable to listen on port ${pair.local}: Listeners failed to create with the following errors: [unable to create listener: Error listen tcp${address.includes(':') ? '6' : '4'} ${shown}:${pair.local}: ${bindError(error as NodeJS.ErrnoException)}]`,
      );
    }
  }
  if (servers.length > 0) return servers;
  for (const failure of failures) session.err(`${failure}\n`);
  throw new KubectlError(`unable to listen on any of the requested ports: [{${pair.local} ${pair.remote}}]`);
}

function bindError(error: NodeJS.ErrnoException): string {
  return error.code === 'EADDRINUSE' ? 'bind: address already in use' : `bind: ${error.message}`;
}

function open(session: Session, pod: Pod, remote: number, local: number, address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
      const bound = server.address();
      session.out(`Handling connection for ${typeof bound === 'object' && bound ? bound.port : local}\n`);
      forward(session, pod, remote, socket).catch((error: unknown) => {
        session.err(`error: an error occurred forwarding ${local} -> ${remote}: ${(error as Error).message}\n`);
        socket.destroy();
      });
    });
    server.once('error', reject);
    server.listen({ port: local, host: address, ipv6Only: address.includes(':') }, () => resolve(server));
  });
}
