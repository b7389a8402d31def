/** kubectl create configmap, secret, serviceaccount, quota, poddisruptionbudget, priorityclass, token. */
import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ApiError } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { printFlags } from '../flags/common.ts';
import { flag, refused } from '../flags/spec.ts';
import { objectPrinter } from '../print/object.ts';
import { generatorCommand, requireName } from './generate.ts';

const sourceFlags = [
  flag('from-literal', 'array', { help: 'Specify a key and literal value to insert (i.e. mykey=somevalue)' }),
  flag('from-file', 'array', { help: 'Key file can be specified using its file path, or as key=path.' }),
  flag('from-env-file', 'array', { help: 'Specify the path to a file to read lines of key=val pairs.' }),
  flag('append-hash', 'bool', { refused: true }),
];

export const configGenerators: readonly Command[] = [
  generatorCommand({
    name: 'configmap',
    aliases: ['cm'],
    short: 'Create a config map from a local file, directory or literal value',
    usage: 'NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]',
    flags: sourceFlags,
    resource: 'configmaps',
    failure: 'configmap',
    build: async (call, name) => {
      const { text, binary } = await readData(call);
      return {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
        ...(Object.keys(text).length > 0 && { data: text }),
        ...(Object.keys(binary).length > 0 && { binaryData: binary }),
      };
    },
  }),
  {
    name: 'secret',
    short: 'Create a secret using a specified subcommand',
    commands: [
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
    ],
  },
  generatorCommand({
    name: 'serviceaccount',
    aliases: ['sa'],
    short: 'Create a service account with the specified name',
    usage: 'NAME [--dry-run=server|client|none]',
    flags: [],
    resource: 'serviceaccounts',
    failure: 'serviceaccount',
    build: (_call, name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }),
  }),
  generatorCommand({
    name: 'quota',
    aliases: ['resourcequota'],
    short: 'Create a quota with the specified name',
    usage: 'NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2]',
    flags: [
      flag('hard', 'string', { help: 'A comma-delimited set of resource=quantity pairs that define a hard limit.' }),
      ...refused('string', 'scopes'),
    ],
    resource: 'resourcequotas',
    failure: 'quota',
    build: ({ flags }, name) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name },
      spec: { hard: parsePairs(flags.string('hard')) },
      status: {},
    }),
  }),
  {
    name: 'token',
    short: 'Request a service account token',
    usage: 'SERVICE_ACCOUNT_NAME',
    flags: [
      ...printFlags,
      flag('audience', 'array', { help: 'Audience of the requested token.' }),
      flag('duration', 'duration', { fallback: '0s', help: 'Requested lifetime of the issued token.' }),
      ...refused('string', 'bound-object-kind', 'bound-object-name', 'bound-object-uid'),
    ],
    run: createToken,
  },
];

interface Data {
  readonly text: Record<string, string>;
  /** Base64. */
  readonly binary: Record<string, string>;
}

async function readData(call: Call): Promise<Data> {
  const bytes = await readSources(call);
  const data: Data = { text: {}, binary: {} };
  for (const [key, value] of Object.entries(bytes)) {
    const decoded = value.toString('utf8');
    if (Buffer.from(decoded, 'utf8').equals(value)) data.text[key] = decoded;
    else data.binary[key] = value.toString('base64');
  }
  return data;
}

async function readSources(call: Call): Promise<Record<string, Buffer>> {
  const { session, flags } = call;
  const envFiles = flags.list('from-env-file');
  if (envFiles.length > 0 && (flags.list('from-file').length > 0 || flags.list('from-literal').length > 0)) {
    throw new KubectlError('from-env-file cannot be combined with from-file or from-literal');
  }
  const out: Record<string, Buffer> = {};
  const add = (key: string, value: Buffer): void => {
    if (!/^[-._a-zA-Z0-9]+$/.test(key))
      throw new KubectlError(
        `${JSON.stringify(key)} is not a valid key name: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
      );
    if (Object.hasOwn(out, key))
      throw new KubectlError(`cannot add key ${JSON.stringify(key)}, another key by that name already exists in Data`);
    out[key] = value;
  };
  for (const source of flags.list('from-file')) await addFile(call, source, add);
  for (const literal of flags.list('from-literal')) {
    const equals = literal.indexOf('=');
    if (equals <= 0) throw new KubectlError(`invalid literal source ${literal}, expected key=value`);
    add(literal.slice(0, equals), Buffer.from(literal.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2')));
  }
  for (const file of envFiles) {
    const text = Buffer.from(await readOrFail(call, file)).toString('utf8');
    for (const [key, value] of envLines(text, session.io.env)) add(key, Buffer.from(value));
  }
  return out;
}

async function addFile(call: Call, source: string, add: (key: string, value: Buffer) => void): Promise<void> {
  const equals = source.indexOf('=');
  const path = equals < 0 ? source : source.slice(equals + 1);
  const info = await stat(call.session.path(path)).catch(() => undefined);
  if (!info) throw new KubectlError(`error reading ${path}: no such file or directory`);
  if (!info.isDirectory()) {
    add(equals < 0 ? basename(path) : source.slice(0, equals), Buffer.from(await readOrFail(call, path)));
    return;
  }
  if (equals >= 0) throw new KubectlError('cannot give a key name for a directory path');
  for (const entry of (await readdir(call.session.path(path), { withFileTypes: true })).filter((each) =>
    each.isFile(),
  )) {
    add(entry.name, Buffer.from(await readOrFail(call, `${path}/${entry.name}`)));
  }
}

async function readOrFail({ session }: Call, path: string): Promise<Uint8Array> {
  try {
    return await session.readFile(path);
  } catch {
    throw new KubectlError(`error reading ${path}: no such file or directory`);
  }
}

/** `KEY=value` lines; `KEY` alone takes the environment's value, `#` comments. */
function envLines(text: string, env: Readonly<Record<string, string | undefined>>): [string, string][] {
  const out: [string, string][] = [];
  for (const raw of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const line = raw.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const [key = '', ...rest] = line.split('=');
    const value = line.includes('=') ? rest.join('=') : env[key];
    if (value !== undefined) out.push([key, value]);
  }
  return out;
}

async function genericSecret(call: Call, name: string): Promise<KubeObject> {
  const bytes = await readSources(call);
  const data = Object.fromEntries(Object.entries(bytes).map(([key, value]) => [key, value.toString('base64')]));
  const type = call.flags.string('type');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    ...(Object.keys(data).length > 0 && { data }),
    ...(type && { type }),
  };
}

/** `a=1,b=2` */
export function parsePairs(text: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const pair of text.split(',').filter((each) => each !== '')) {
    const [key = '', value] = pair.split('=');
    if (value === undefined || key === '')
      throw new KubectlError(`invalid argument syntax ${pair}, expected <resource>=<value>`);
    out[key] = value;
  }
  return out;
}

async function createToken(call: Call): Promise<number> {
  const { session, flags } = call;
  const name = requireName(call);
  const printer = await objectPrinter(session, flags);
  const seconds = flags.duration('duration') / 1000;
  const audiences = flags.list('audience');
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: { audiences, ...(seconds > 0 && { expirationSeconds: seconds }) },
  };
  const namespace = await session.namespace();
  try {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${encodeURIComponent(name)}/token`;
    const answer = await session.json<KubeObject & { status?: { token?: string } }>({ method: 'POST', path, body });
    session.out(printer ? printer.print(answer) : `${answer.status?.token ?? ''}\n`);
    return 0;
  } catch (error) {
    if (error instanceof ApiError) throw new KubectlError(`failed to create token: ${error.message}`);
    throw error;
  }
}
