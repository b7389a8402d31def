/** kubectl create secret generic, tls, docker-registry. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { flag } from '../flags/spec.ts';
import { readSources, sourceFlags } from './create-sources.ts';
import { generatorCommand } from './generate.ts';

const defaultRegistry = 'https://index.docker.io/v1/';

export const secretCommand: Command = {
  name: 'secret',
  short: 'Create a secret using a specified subcommand',
  long: [
    'Create a secret with specified type.',
    'A docker-registry type secret is for accessing a container registry.',
    'A generic type secret indicate an Opaque secret type.',
    'A tls type secret holds TLS certificate and its associated key.',
  ].join('\n\n '),
  usage: '(docker-registry | generic | tls)',
  commands: [
    generatorCommand({
      name: 'docker-registry',
      short: 'Create a secret for use with a Docker registry',
      usage:
        'NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none]',
      flags: [
        flag('docker-username', 'string', { help: 'Username for Docker registry authentication' }),
        flag('docker-password', 'string', { help: 'Password for Docker registry authentication' }),
        flag('docker-email', 'string', { help: 'Email for Docker registry' }),
        flag('docker-server', 'string', {
          fallback: defaultRegistry,
          help: 'Server location for Docker registry',
        }),
        flag('from-file', 'array', { refused: true }),
        flag('append-hash', 'bool', { refused: true }),
      ],
      resource: 'secrets',
      failure: 'secret',
      build: registrySecret,
    }),
    generatorCommand({
      name: 'generic',
      short: 'Create a secret from a local file, directory, or literal value',
      usage:
        'NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]',
      flags: [...sourceFlags, flag('type', 'string', { help: 'The type of secret to create' })],
      resource: 'secrets',
      failure: 'secret',
      build: genericSecret,
    }),
    generatorCommand({
      name: 'tls',
      short: 'Create a TLS secret',
      usage: 'NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none]',
      flags: [
        flag('cert', 'string', { help: 'Path to PEM encoded public key certificate.' }),
        flag('key', 'string', { help: 'Path to private key associated with given certificate.' }),
        flag('append-hash', 'bool', { refused: true }),
      ],
      resource: 'secrets',
      failure: 'secret',
      build: tlsSecret,
    }),
  ],
};

function secret(name: string, data: Readonly<Record<string, Uint8Array>>, type = ''): KubeObject {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    ...(encoded.length > 0 && { data: Object.fromEntries(encoded) }),
    ...(type && { type }),
  };
}

async function genericSecret(call: Call, name: string): Promise<KubeObject> {
  return secret(name, await readSources(call, ''), call.flags.string('type'));
}

function registrySecret({ flags }: Call, name: string): KubeObject {
  const value = (field: string): string => flags.string(`docker-${field}`);
  const [username, password, email, server] = ['username', 'password', 'email', 'server'].map(value);
  if (!username || !password || !server) {
    const needed = '--docker-username, --docker-password and --docker-server';
    throw new KubectlError(`either --from-file or the combination of ${needed} is required`);
  }
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const entry = { username, password, ...(email && { email }), auth };
  const config = JSON.stringify({ auths: { [server]: entry } });
  return secret(name, { '.dockerconfigjson': Buffer.from(config) }, 'kubernetes.io/dockerconfigjson');
}

async function tlsSecret(call: Call, name: string): Promise<KubeObject> {
  const [cert, key] = [call.flags.string('cert'), call.flags.string('key')];
  if (!cert || !key) throw new KubectlError('key and cert must be specified');
  const data = { 'tls.crt': await readPem(call, cert), 'tls.key': await readPem(call, key) };
  const problem = pairProblem(data['tls.crt'], data['tls.key']);
  if (problem !== undefined) throw new KubectlError(problem);
  return secret(name, data, 'kubernetes.io/tls');
}

async function readPem({ session }: Call, path: string): Promise<Buffer> {
  try {
    return Buffer.from(await session.readFile(path));
  } catch {
    throw new KubectlError(`Cannot read file ${path}, open ${path}: no such file or directory`);
  }
}

/** In the words of crypto/tls. */
function pairProblem(cert: Buffer, key: Buffer): string | undefined {
  const block = (pem: Buffer): boolean => /-----BEGIN [A-Z0-9 ]+-----/.test(pem.toString('latin1'));
  if (!block(cert)) return 'tls: failed to find any PEM data in certificate input';
  if (!block(key)) return 'tls: failed to find any PEM data in key input';
  try {
    const matches = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    return matches ? undefined : 'tls: private key does not match public key';
  } catch {
    return 'tls: failed to parse private key';
  }
}
