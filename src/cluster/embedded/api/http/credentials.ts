/**
 * Who may talk to this server: a certificate authority, a server certificate and the administrator's client certificate,
 * made anew for every cluster (EC P-256, a few milliseconds). Nothing here is ever trusted by anybody else.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { bits, boolean, type Der, integer, octets, oid, sequence, set, tagged, time, utf8 } from './der.ts';

export interface Credentials {
  readonly caPem: string;
  readonly serverCertPem: string;
  readonly serverKeyPem: string;
  readonly clientCertPem: string;
  readonly clientKeyPem: string;
}

interface Subject {
  readonly commonName: string;
  readonly organization?: string;
}

interface Issuer {
  readonly subject: Subject;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));

/**
 * A fixed window instead of "now until next year": the embedded cluster's clock may stand anywhere, and the keys live only
 * as long as the process.
 */
const validity = sequence(time('20200101000000Z'), time('20491231235959Z'));

/** The addresses and names under which pods and clients reach a kubeadm API server. */
const serverAddresses = [
  [127, 0, 0, 1],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  [10, 96, 0, 1],
];
const serverNames = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** `organization` is the client's group: kubeadm's administrators, as kind's kubeconfig has it. */
export function makeCredentials(
  client: Subject = { commonName: 'kubernetes-admin', organization: 'kubeadm:cluster-admins' },
): Credentials {
  const caKeys = newKeys();
  const ca: Issuer = { subject: { commonName: 'kubernetes' }, ...caKeys };
  const serverKeys = newKeys();
  const clientKeys = newKeys();
  return {
    caPem: certificate(ca, ca.subject, caKeys.publicKey, [basicConstraints(true), keyUsage(0x06, 1)]),
    serverCertPem: certificate(ca, { commonName: 'kube-apiserver' }, serverKeys.publicKey, [
      basicConstraints(false),
      keyUsage(0x80, 7),
      extendedKeyUsage('1.3.6.1.5.5.7.3.1'),
      subjectAlternativeNames(),
    ]),
    serverKeyPem: pemOfKey(serverKeys.privateKey),
    clientCertPem: certificate(ca, client, clientKeys.publicKey, [
      basicConstraints(false),
      keyUsage(0x80, 7),
      extendedKeyUsage('1.3.6.1.5.5.7.3.2'),
    ]),
    clientKeyPem: pemOfKey(clientKeys.privateKey),
  };
}

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function certificate(issuer: Issuer, subject: Subject, publicKey: KeyObject, extensions: readonly Der[]): string {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const identifiers = [
    extension('2.5.29.14', octets(keyIdentifier(publicKey))),
    extension('2.5.29.35', sequence(tagged(0, keyIdentifier(issuer.publicKey), 'implicit'))),
  ];
  const body = sequence(
    tagged(0, integer(Uint8Array.of(2)), 'explicit'),
    integer(serial),
    ecdsaWithSha256,
    distinguishedName(issuer.subject),
    validity,
    distinguishedName(subject),
    spki,
    tagged(3, sequence(...extensions, ...identifiers), 'explicit'),
  );
  return pem('CERTIFICATE', sequence(body, ecdsaWithSha256, bits(sign('sha256', body, issuer.privateKey))));
}

function keyIdentifier(key: KeyObject): Uint8Array {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function distinguishedName({ commonName, organization }: Subject): Der {
  const part = (type: string, value: string): Der => set(sequence(oid(type), utf8(value)));
  return sequence(...(organization === undefined ? [] : [part('2.5.4.10', organization)]), part('2.5.4.3', commonName));
}

function extension(type: string, value: Der, critical = false): Der {
  return sequence(oid(type), ...(critical ? [boolean(true)] : []), octets(value));
}

function basicConstraints(isAuthority: boolean): Der {
  return extension('2.5.29.19', sequence(...(isAuthority ? [boolean(true)] : [])), true);
}

function keyUsage(flags: number, unusedBits: number): Der {
  return extension('2.5.29.15', bits(Uint8Array.of(flags), unusedBits), true);
}

function extendedKeyUsage(purpose: string): Der {
  return extension('2.5.29.37', sequence(oid(purpose)));
}

function subjectAlternativeNames(): Der {
  return extension(
    '2.5.29.17',
    sequence(
      ...serverAddresses.map((address) => tagged(7, Uint8Array.from(address), 'implicit')),
      ...serverNames.map((name) => tagged(2, Buffer.from(name), 'implicit')),
    ),
  );
}

function pem(label: string, der: Der): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
