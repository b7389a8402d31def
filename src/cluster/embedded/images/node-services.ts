/**
 * What listens on the nodes themselves: the API server on control-plane nodes, the kubelet and kube-proxy everywhere. They
 * answer as far as a learner with nc, wget or curl can see.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { Node } from '../../../kube/objects.ts';
import type { Machinery } from '../api/machinery.ts';
import { type Exchange, type Reply, serveHttp } from '../net/http-server.ts';
import { httpDate, utf8 } from '../net/http-wire.ts';
import type { Network } from '../net/network.ts';
import type { NetStack } from '../net/sockets.ts';

const forever = new AbortController().signal;

/** Returns the disposer of its subscription; the sockets go with the network. */
export function startNodeServices(network: Network, machinery: Machinery, clock: Clock): () => void {
  const served = new Set<string>();
  const serve = (node: Node): void => {
    const name = node.metadata.name ?? '';
    if (served.has(name) || !node.status?.addresses?.length) return;
    served.add(name);
    openPorts(network.nodeStack(name), 'node-role.kubernetes.io/control-plane' in (node.metadata.labels ?? {}), clock);
  };
  for (const node of machinery.list('nodes')) serve(node as Node);
  return machinery.subscribe('nodes', ({ type, object }) => {
    if (type === 'DELETED') served.delete(object.metadata.name ?? '');
    else serve(object as Node);
  });
}

function openPorts(stack: NetStack, controlPlane: boolean, clock: Clock): void {
  const tls = (port: number, program: string, handle: (exchange: Exchange) => Reply): void => {
    const certificate = { subject: program, issuer: 'kubernetes', names: apiNames, modernOnly: true };
    void serveHttp(stack.listen(port, { signal: forever, program }), { certificate, tlsOnly: true, handle });
  };
  tls(10250, 'kubelet', () => text(clock, 401, 'Unauthorized', 'Unauthorized'));
  const healthz = stack.listen(10256, { signal: forever, program: 'kube-proxy' });
  void serveHttp(healthz, { handle: () => text(clock, 200, 'OK', '{"lastUpdated":"","currentTime":""}') });
  if (!controlPlane) return;
  tls(6443, 'kube-apiserver', (exchange) => answerAnonymous(exchange, clock));
  for (const [port, program] of [
    [2379, 'etcd'],
    [2380, 'etcd'],
  ] as const) {
    tls(port, program, () => text(clock, 400, 'Bad Request', 'bad certificate\n'));
  }
}

const apiNames = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  'localhost',
];
const open = /^\/(healthz|livez|readyz)(\?|\/|$)/;

/** Without credentials: health and version for everybody, 403 for the rest (system:public-info-viewer). */
function answerAnonymous({ request }: Exchange, clock: Clock): Reply {
  if (request === 'bad') return text(clock, 400, 'Bad Request', '400 Bad Request');
  const path = request.target.replace(/\?.*$/, '');
  if (open.test(request.target)) return text(clock, 200, 'OK', 'ok');
  if (path === '/version')
    return json(clock, 200, 'OK', { major: '1', minor: '36', gitVersion: 'v1.36.2', platform: 'linux/amd64' });
  return json(clock, 403, 'Forbidden', {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `forbidden: User "system:anonymous" cannot ${request.method.toLowerCase()} path "${path}"`,
    reason: 'Forbidden',
    details: {},
    code: 403,
  });
}

function json(clock: Clock, status: number, reason: string, value: unknown): Reply {
  const reply = text(clock, status, reason, JSON.stringify(value, undefined, 2));
  return {
    ...reply,
    headers: reply.headers.map(([k, v]) => (k === 'Content-Type' ? [k, 'application/json'] : [k, v])),
  };
}

function text(clock: Clock, status: number, reason: string, body: string): Reply {
  const bytes = utf8(body);
  return {
    status,
    reason,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Date', httpDate(clock.now())],
      ['Content-Length', String(bytes.length)],
    ],
    body: bytes,
  };
}
