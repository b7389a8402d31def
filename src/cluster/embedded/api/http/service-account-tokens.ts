/**
 * Which service account does a bearer token speak for? JSON web tokens as kube-apiserver's, signed with a key of this
 * cluster; `kubectl create token` and the files mounted into pods both come from here.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { Clock } from '../../../../kit/clock.ts';
import type { Random } from '../../../../kit/random.ts';

export interface TokenClaims {
  readonly namespace: string;
  readonly serviceAccount: { readonly name: string; readonly uid: string };
  readonly pod?: { readonly name: string; readonly uid: string };
  readonly audiences: readonly string[];
  readonly id: string;
  readonly expiresAtMs: number;
}

export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: { readonly name: string; readonly uid: string };
  readonly pod?: { readonly name: string; readonly uid: string };
  readonly audiences?: readonly string[];
  readonly expirationSeconds: number;
}

export interface ServiceAccountTokens {
  issue(request: TokenRequest): { readonly token: string; readonly claims: TokenClaims };
  /** Undefined for a token that is not ours, altered, expired or for another audience. */
  verify(token: string, audience?: string): TokenClaims | undefined;
}

export const issuer = 'https://kubernetes.default.svc.cluster.local';

export function serviceAccountTokens(clock: Clock, random: Random): ServiceAccountTokens {
  let keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject; readonly id: string } | undefined;
  const key = () => (keys ??= newKey(random));
  return {
    issue(request) {
      const now = Math.floor(clock.now() / 1000);
      const audiences = request.audiences?.length ? request.audiences : [issuer];
      const id = random.uuid();
      const payload = {
        aud: audiences,
        exp: now + request.expirationSeconds,
        iat: now,
        iss: issuer,
        jti: id,
        'kubernetes.io': {
          namespace: request.namespace,
          ...(request.pod && { pod: request.pod }),
          serviceaccount: request.serviceAccount,
        },
        nbf: now,
        sub: `system:serviceaccount:${request.namespace}:${request.serviceAccount.name}`,
      };
      const head = `${encode({ alg: 'ES256', kid: key().id })}.${encode(payload)}`;
      const signature = sign('sha256', Buffer.from(head), { key: key().privateKey, dsaEncoding: 'ieee-p1363' });
      const claims = claimsOf(payload);
      if (!claims) throw new Error('assertion failed: a token of our own has no claims');
      return { token: `${head}.${signature.toString('base64url')}`, claims };
    },
    verify(token, audience = issuer) {
      const [head, body, signature, ...rest] = token.split('.');
      if (head === undefined || body === undefined || signature === undefined || rest.length > 0) return undefined;
      const signed = Buffer.from(`${head}.${body}`);
      const valid = verify(
        'sha256',
        signed,
        { key: key().publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      );
      const claims = valid ? claimsOf(decode(body)) : undefined;
      return claims && claims.expiresAtMs > clock.now() && claims.audiences.includes(audience) ? claims : undefined;
    },
  };
}

function newKey(random: Random): {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly id: string;
} {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: createPublicKey(privateKey), id: random.hex(43) };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

type Raw = Record<string, unknown>;

function claimsOf(payload: unknown): TokenClaims | undefined {
  const { aud, exp, jti, 'kubernetes.io': bound } = asRaw(payload);
  const { namespace, pod, serviceaccount } = asRaw(bound);
  const account = reference(serviceaccount);
  if (!account || typeof namespace !== 'string' || typeof exp !== 'number' || !Array.isArray(aud)) return undefined;
  const podReference = reference(pod);
  return {
    namespace,
    serviceAccount: account,
    ...(podReference && { pod: podReference }),
    audiences: aud.map(String),
    id: String(jti),
    expiresAtMs: exp * 1000,
  };
}

function reference(value: unknown): { name: string; uid: string } | undefined {
  const { name, uid } = asRaw(value);
  return typeof name === 'string' && typeof uid === 'string' ? { name, uid } : undefined;
}

function asRaw(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? (value as Raw) : {};
}
