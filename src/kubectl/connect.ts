/** From the kubeconfig and the global flags to a connection; complaints in client-go's words. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LabError } from '../kit/errors.ts';
import type { Connection } from '../kube/kubeconfig.ts';
import { parseKubeconfig, readKubeconfig } from '../kube/kubeconfig.ts';
import { KubectlError, notBuiltIn, PlainError } from './errors.ts';
import type { Flags } from './flags/spec.ts';
import type { KubectlIo } from './io.ts';

export interface RawKubeconfig {
  readonly clusters?: readonly { readonly name: string; readonly cluster?: Readonly<Record<string, unknown>> }[];
  readonly contexts?: readonly { readonly name: string; readonly context?: Readonly<Record<string, string>> }[];
  readonly users?: readonly { readonly name: string; readonly user?: Readonly<Record<string, unknown>> }[];
  readonly 'current-context'?: string;
}

export function kubeconfigPath(io: KubectlIo, flags: Flags): string {
  return resolve(io.cwd, flags.string('kubeconfig') || io.kubeconfig);
}

/** The file as it is; undefined when there is none. */
export async function readRawKubeconfig(path: string): Promise<RawKubeconfig | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : ((parseKubeconfig(text) as RawKubeconfig | null) ?? {});
}

export async function connect(io: KubectlIo, flags: Flags): Promise<Connection> {
  const path = kubeconfigPath(io, flags);
  const raw = await readRawKubeconfig(path);
  const base = raw ? await baseConnection(path, raw, flags) : undefined;
  if (!base && !flags.changed('server')) return noCluster();
  const connection: Connection = base ?? {
    server: '',
    namespace: 'default',
    context: '',
    insecure: false,
    headers: async () => ({}),
  };
  return override(connection, io, flags);
}

async function baseConnection(path: string, raw: RawKubeconfig, flags: Flags): Promise<Connection | undefined> {
  const context = flags.string('context');
  const names = (raw.contexts ?? []).map(({ name }) => name);
  if (context && !names.includes(context)) {
    throw new PlainError(`Error in configuration: context was not found for specified context: ${context}`);
  }
  const user = flags.string('user');
  if (user && !(raw.users ?? []).some(({ name }) => name === user)) {
    throw new KubectlError(`auth info ${JSON.stringify(user)} does not exist`);
  }
  const cluster = flags.string('cluster');
  if (cluster && !(raw.clusters ?? []).some(({ name }) => name === cluster)) {
    throw new KubectlError(`cluster ${JSON.stringify(cluster)} does not exist`);
  }
  const chosen = contextFor(raw, context || raw['current-context'] || '', user, cluster);
  if (!names.includes(chosen)) return undefined;
  return readKubeconfig(path, chosen).catch((error: unknown) => {
    throw error instanceof LabError ? new KubectlError(error.message) : error;
  });
}

/** --user and --cluster may only ask for a pair that some context of the file has. */
function contextFor(raw: RawKubeconfig, current: string, user: string, cluster: string): string {
  if (!user && !cluster) return current;
  const now = raw.contexts?.find(({ name }) => name === current)?.context;
  const wanted = { user: user || now?.['user'], cluster: cluster || now?.['cluster'] };
  const fits = (name: string): boolean => {
    const context = raw.contexts?.find((each) => each.name === name)?.context;
    return context?.['user'] === wanted.user && context?.['cluster'] === wanted.cluster;
  };
  if (fits(current)) return current;
  const other = raw.contexts?.find(({ name }) => fits(name));
  if (!other) throw notBuiltIn('kubectl --user/--cluster without a context of that pair');
  return other.name;
}

function noCluster(): never {
  throw new PlainError(
    'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
  );
}

async function override(connection: Connection, io: KubectlIo, flags: Flags): Promise<Connection> {
  const read = async (name: string): Promise<string | undefined> =>
    flags.string(name) ? readFile(resolve(io.cwd, flags.string(name)), 'utf8') : undefined;
  const [ca, cert, key] = [
    await read('certificate-authority'),
    await read('client-certificate'),
    await read('client-key'),
  ];
  const headers = extraHeaders(flags);
  const server = flags.string('server');
  return {
    ...connection,
    ...(server && { server: server.includes('://') ? server : `http://${server}` }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(flags.bool('insecure-skip-tls-verify') && { insecure: true }),
    ...(flags.string('tls-server-name') && { serverName: flags.string('tls-server-name') }),
    headers: async () => ({ ...(await connection.headers()), ...headers }),
  };
}

function extraHeaders(flags: Flags): Readonly<Record<string, string>> {
  const groups = flags.list('as-group');
  if (groups.length > 0 && !flags.string('as')) {
    throw new KubectlError('requesting groups or user-extra for test-user without impersonating a user');
  }
  const basic = Buffer.from(`${flags.string('username')}:${flags.string('password')}`).toString('base64');
  return {
    ...(flags.string('token') && { authorization: `Bearer ${flags.string('token')}` }),
    ...(flags.string('username') && { authorization: `Basic ${basic}` }),
    ...(flags.string('as') && { 'impersonate-user': flags.string('as') }),
    ...(flags.string('as-uid') && { 'impersonate-uid': flags.string('as-uid') }),
    // one header line: the server reads repeated lines and a comma-joined one alike in Node, real servers get one group
    ...(groups.length > 0 && { 'impersonate-group': groups.join(',') }),
  };
}
