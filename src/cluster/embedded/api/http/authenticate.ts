/**
 * Who sends this request? A client certificate of our authority, a service account's token, or nobody: nobody gets 401.
 * Impersonation (`--as`) is decided here too; whether it is allowed is asked of the caller's `mayImpersonate`.
 */
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { badRequest } from '../machinery/status.ts';
import type { Machinery } from '../machinery.ts';
import { unauthorized } from './refusals.ts';
import { header, type User } from './request.ts';
import type { ServiceAccountTokens, TokenClaims } from './service-account-tokens.ts';

const authenticated = 'system:authenticated';

/** Throws StatusError 401 without valid credentials. A bearer token wins over a certificate, as in kube-apiserver's union. */
export function authenticate(request: IncomingMessage, machinery: Machinery, tokens: ServiceAccountTokens): User {
  const certificate = certificateUser(request);
  if (certificate) return certificate;
  const bearer = /^bearer +(\S+)$/i.exec(header(request, 'authorization') ?? '')?.[1] ?? webSocketToken(request);
  const claims = bearer === undefined ? undefined : tokens.verify(bearer);
  if (!claims || !isAlive(claims, machinery)) throw unauthorized();
  return serviceAccountUser(claims);
}

/** Once per connection is enough, and the whole certificate as an object would cost more than most requests. */
const users = new WeakMap<TLSSocket, User | undefined>();

function certificateUser({ socket }: IncomingMessage): User | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  if (!users.has(socket)) users.set(socket, userOfPeer(socket));
  return users.get(socket);
}

function userOfPeer(socket: TLSSocket): User | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return undefined;
  const parts = certificate.subject.split('\n').map((line) => line.split(/=(.*)/s, 2));
  const valuesOf = (wanted: string) => parts.filter(([type]) => type === wanted).map(([, value = '']) => value);
  const [name] = valuesOf('CN');
  if (!name) return undefined;
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    name,
    groups: [...valuesOf('O'), authenticated],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
  };
}

/** Browsers' WebSockets cannot set headers: Kubernetes takes a token from a subprotocol. */
function webSocketToken(request: IncomingMessage): string | undefined {
  const prefix = 'base64url.bearer.authorization.k8s.io.';
  const protocols = (header(request, 'sec-websocket-protocol') ?? '').split(',').map((protocol) => protocol.trim());
  const carrier = protocols.find((protocol) => protocol.startsWith(prefix));
  return carrier && Buffer.from(carrier.slice(prefix.length), 'base64url').toString('utf8');
}

/** A token dies with its service account, and a pod's with its pod. */
export function isAlive({ namespace, serviceAccount, pod }: TokenClaims, machinery: Machinery): boolean {
  const account = machinery.find('serviceaccounts', namespace, serviceAccount.name);
  if (account?.metadata.uid !== serviceAccount.uid) return false;
  return pod === undefined || machinery.find('pods', namespace, pod.name)?.metadata.uid === pod.uid;
}

export function serviceAccountUser({ namespace, serviceAccount, pod, id }: TokenClaims): User {
  return {
    name: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
    uid: serviceAccount.uid,
    groups: [...serviceAccountGroups(namespace), authenticated],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${id}`],
      ...(pod && {
        'authentication.kubernetes.io/pod-name': [pod.name],
        'authentication.kubernetes.io/pod-uid': [pod.uid],
      }),
    },
  };
}

function serviceAccountGroups(namespace: string): readonly string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

export interface Impersonation {
  readonly user: User;
  /** What the real user must be allowed to `impersonate`. */
  readonly asks: readonly {
    readonly group: string;
    readonly resource: string;
    readonly namespace?: string;
    readonly name: string;
  }[];
}

/** Undefined when the request impersonates nobody. Throws StatusError for groups without a user. */
export function impersonation(request: IncomingMessage): Impersonation | undefined {
  const name = header(request, 'impersonate-user');
  const groups = repeated(request, 'impersonate-group');
  const uid = header(request, 'impersonate-uid');
  if (name === undefined || name === '') {
    if (groups.length === 0 && uid === undefined) return undefined;
    throw badRequest(
      `requested [${groups.map((group) => `{Group  ${group}    }`).join(' ')}] without impersonating a user`,
    );
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  const implied = account?.[1] !== undefined && groups.length === 0 ? serviceAccountGroups(account[1]) : [];
  const all = [...groups, ...implied];
  const special = name === 'system:anonymous' || all.includes(authenticated) || all.includes('system:unauthenticated');
  const subject = account
    ? { group: '', resource: 'serviceaccounts', namespace: account[1] ?? '', name: account[2] ?? '' }
    : { group: '', resource: 'users', name };
  return {
    user: { name, groups: special ? all : [...all, authenticated], ...(uid !== undefined && { uid }) },
    asks: [subject, ...groups.map((group) => ({ group: '', resource: 'groups', name: group }))],
  };
}

/** Node joins repeated unknown headers with ', ', which a group may not contain but a list of them does. */
function repeated(request: IncomingMessage, name: string): readonly string[] {
  const values: string[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    if (request.rawHeaders[i]?.toLowerCase() === name) values.push(request.rawHeaders[i + 1] ?? '');
  }
  return values;
}
