/**
 * Kubeconfig files: ours are written here (mode 0600), others are only read. Certificates, tokens and basic credentials are
 * understood directly; exec plugins and OIDC go through client-node, which is imported only then (0.7 s).
 */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { LabError } from '../kit/errors.ts';

export interface Connection {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly namespace: string;
  readonly context: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure: boolean;
  /** In kubeconfigs that we write for a part of a cluster: whose part it is, and where its state is kept. */
  readonly lab?: LabPart;
  readonly serverName?: string;
  /** Headers that authenticate: Authorization. Called per request: tokens expire. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

/** A part of a cluster: namespaces of ours whose names begin with `<prefix>-`, and one called like the prefix for state. */
export interface LabPart {
  readonly prefix: string;
  readonly provider: 'kind' | 'existing';
}

/** The name of the extension of a context; kubectl leaves those of others alone. */
export const labExtension = 'netpol-lab';

interface Named<K extends string, T> {
  readonly name: string;
  readonly entry: T | undefined;
  readonly key?: K;
}

type Raw = Record<string, unknown>;

/** Reads a kubeconfig file. `context` defaults to its current one. Throws LabError ERR_KUBECONFIG. */
export async function readKubeconfig(path: string, context?: string): Promise<Connection> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new LabError('ERR_KUBECONFIG', `cannot read the kubeconfig ${path}`, { details: cause.message, cause });
  });
  let config: Raw;
  try {
    config = asRaw(parseKubeconfig(text));
  } catch (cause) {
    throw new LabError('ERR_KUBECONFIG', `the kubeconfig ${path} is not YAML`, {
      details: (cause as Error).message,
      cause,
    });
  }
  const contextName = context ?? String(config['current-context'] ?? '');
  const chosen = find(config, 'contexts', contextName, 'context').entry;
  if (!chosen) {
    const known = list(config, 'contexts').map((entry) => String(entry['name']));
    throw new LabError('ERR_KUBECONFIG', `the kubeconfig ${path} has no context "${contextName}"`, {
      details: `contexts: ${known.join(', ') || 'none'}`,
      cure: 'kubectl config get-contexts',
    });
  }
  const cluster = find(config, 'clusters', String(chosen['cluster']), 'cluster').entry ?? {};
  const user = find(config, 'users', String(chosen['user']), 'user').entry ?? {};
  const folder = dirname(path);
  const [ca, cert, key] = await Promise.all([
    blob(cluster, 'certificate-authority', folder),
    blob(user, 'client-certificate', folder),
    blob(user, 'client-key', folder),
  ]);
  return {
    server: String(cluster['server'] ?? ''),
    namespace: String(chosen['namespace'] ?? 'default'),
    context: contextName,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...labPartOf(chosen),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    ...(typeof cluster['tls-server-name'] === 'string' && { serverName: cluster['tls-server-name'] }),
    headers: authentication(user, path, contextName),
  };
}

let last: { readonly text: string; readonly config: unknown } | undefined;

/** A kubeconfig's YAML. The last one is remembered: every command of a session reads the same file, and certificates are long. */
export function parseKubeconfig(text: string): unknown {
  if (last?.text !== text) last = { text, config: parse(text) };
  return last.config;
}

function labPartOf(context: Raw): { readonly lab?: LabPart } {
  const { prefix, provider } = find(context, 'extensions', labExtension, 'extension').entry ?? {};
  if (typeof prefix !== 'string' || (provider !== 'kind' && provider !== 'existing')) return {};
  return { lab: { prefix, provider } };
}

function authentication(user: Raw, path: string, context: string): Connection['headers'] {
  const { token, username, password } = user;
  if (typeof token === 'string') return async () => ({ authorization: `Bearer ${token}` });
  const { tokenFile } = user;
  if (typeof tokenFile === 'string') {
    return async () => ({ authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` });
  }
  if (typeof username === 'string') {
    const basic = Buffer.from(`${username}:${String(password ?? '')}`).toString('base64');
    return async () => ({ authorization: `Basic ${basic}` });
  }
  if (user['exec'] || user['auth-provider']) return pluginHeaders(path, context);
  return async () => ({});
}

function pluginHeaders(path: string, context: string): Connection['headers'] {
  return async () => {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromFile(path);
    config.setCurrentContext(context);
    const options: { headers: Record<string, string> } = { headers: {} };
    await config.applyToHTTPSOptions(options);
    return options.headers;
  };
}

export interface OwnKubeconfig {
  readonly path: string;
  /** Of cluster, user and context alike. */
  readonly name: string;
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly namespace?: string;
}

/** Writes a kubeconfig of our own: to a temporary file and renamed, mode 0600. */
export async function writeKubeconfig(config: OwnKubeconfig): Promise<void> {
  const { path } = config;
  const text = printKubeconfig(config);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}

/** As kubectl writes one. By hand: at the start of a cluster a YAML library costs more than making the certificates. */
function printKubeconfig({ name, server, ca, cert, key, namespace }: OwnKubeconfig): string {
  const quoted = JSON.stringify(name);
  return `apiVersion: v1
kind: Config
clusters:
- name: ${quoted}
  cluster:
    certificate-authority-data: ${encode(ca)}
    server: ${JSON.stringify(server)}
users:
- name: ${quoted}
  user:
    client-certificate-data: ${encode(cert)}
    client-key-data: ${encode(key)}
contexts:
- name: ${quoted}
  context:
    cluster: ${quoted}
    user: ${quoted}
${namespace ? `    namespace: ${JSON.stringify(namespace)}\n` : ''}current-context: ${quoted}
`;
}

async function blob(entry: Raw, field: string, folder: string): Promise<string | undefined> {
  const data = entry[`${field}-data`];
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
  const file = entry[field];
  if (typeof file !== 'string' || file === '') return undefined;
  return readFile(isAbsolute(file) ? file : join(folder, file), 'utf8');
}

function find<K extends string>(config: Raw, section: string, name: string, key: K): Named<K, Raw> {
  const entry = list(config, section).find((candidate) => candidate['name'] === name)?.[key];
  return { name, entry: entry === undefined ? undefined : asRaw(entry) };
}

function list(config: Raw, section: string): Raw[] {
  const value = config[section];
  return Array.isArray(value) ? value.map(asRaw) : [];
}

function asRaw(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? (value as Raw) : {};
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
