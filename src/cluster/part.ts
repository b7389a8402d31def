/**
 * A part of a cluster: a namespace for state, one that stands for `default`, and a kubeconfig of our own that points there.
 * Several learners, or several scenarios at once, each get one under a prefix.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { LabError } from '../kit/errors.ts';
import { type KubeClient, wellKnown } from '../kube/client.ts';
import { type LabPart, labExtension } from '../kube/kubeconfig.ts';
import type { KubeObject, Namespace } from '../kube/objects.ts';
import { pause } from './canary.ts';

const managed = { 'app.kubernetes.io/managed-by': 'netpol-lab' } as const;
export const prefixLabel = 'netpol-lab/prefix';
/** On a part that was forked for one scenario beside others: the prefix that it belongs to. */
const ownerLabel = 'netpol-lab/forked-from';

/** The namespaces' names must stay below 63 characters with what scenarios add. Throws LabError ERR_USAGE. */
export function checkPrefix(prefix: string): void {
  if (/^[a-z][-a-z0-9]{0,28}[a-z0-9]$/.test(prefix)) return;
  throw new LabError('ERR_USAGE', `"${prefix}" is no prefix for namespaces`, {
    cure: 'use 2 to 30 lower-case letters, digits and hyphens, beginning with a letter: --prefix lab-ann',
  });
}

export function partLabels(prefix: string): Readonly<Record<string, string>> {
  return { ...managed, [prefixLabel]: prefix };
}

/** What `claimPart` makes, for --dry-run. */
export function partNamespaces(prefix: string, owner?: string): readonly KubeObject[] {
  const labels = { ...partLabels(prefix), ...(owner !== undefined && { [ownerLabel]: owner }) };
  return [prefix, `${prefix}-default`].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  }));
}

/** Idempotent. `owner`: whose clean-up takes it away as well. Throws LabError ERR_REFUSED when a namespace of that name is somebody else's. */
export async function claimPart(client: KubeClient, prefix: string, owner?: string): Promise<void> {
  for (const namespace of partNamespaces(prefix, owner)) {
    const name = namespace.metadata.name ?? '';
    const found = await client.find<Namespace>(wellKnown.namespaces, undefined, name);
    if (!found) await client.create(namespace, 'netpol-lab');
    else if (found.metadata.labels?.[prefixLabel] !== prefix) {
      throw new LabError('ERR_REFUSED', `the namespace ${name} is there already, and is not ours`, {
        details: `it has no label ${prefixLabel}=${prefix}`,
        cure: 'choose another --prefix',
      });
    }
  }
}

function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Names of the namespaces that were deleted, sorted, with those of forked parts; only what carries our labels. Waits until they are gone. */
export async function releasePart(
  client: KubeClient,
  prefix: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const forked = await client.list<Namespace>(wellKnown.namespaces, undefined, {
    labelSelector: selectorOf({ ...managed, [ownerLabel]: prefix }),
  });
  const forks = new Set(forked.map(({ metadata }) => metadata.labels?.[prefixLabel] ?? prefix));
  forks.delete(prefix);
  const further = await Promise.all([...forks].map((fork) => releasePart(client, fork, signal)));
  return [...(await releaseOne(client, prefix, signal)), ...further.flat()].sort();
}

async function releaseOne(client: KubeClient, prefix: string, signal?: AbortSignal): Promise<readonly string[]> {
  const labelSelector = selectorOf(partLabels(prefix));
  const ours = () => client.list<Namespace>(wellKnown.namespaces, undefined, { labelSelector });
  const names = (await ours())
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ metadata }) => metadata.name ?? '');
  for (const name of names) await client.delete(wellKnown.namespaces, undefined, name).catch(() => undefined);
  const until = performance.now() + 120_000;
  while ((await ours()).length > 0) {
    if (performance.now() > until) {
      throw new LabError('ERR_TIMEOUT', `the namespaces of ${prefix} are still terminating`, {
        details: names.join('\n'),
        cure: `kubectl get namespaces -l ${labelSelector}`,
      });
    }
    await pause(200, signal);
  }
  return names.sort();
}

type Raw = Readonly<Record<string, unknown>>;

export interface PartKubeconfig {
  /** Only read. */
  readonly source: string;
  readonly context: string;
  readonly path: string;
  readonly part: LabPart;
}

/** One context of another kubeconfig, with the part's namespace; files that it names are named absolutely. Mode 0600. */
export async function writePartKubeconfig({ source, context, path, part }: PartKubeconfig): Promise<void> {
  const config = parse(await readFile(source, 'utf8')) as Raw;
  const folder = dirname(source);
  const chosen = entryOf(config, 'contexts', context, 'context');
  const cluster = entryOf(config, 'clusters', String(chosen['cluster']), 'cluster');
  const user = entryOf(config, 'users', String(chosen['user']), 'user');
  const extensions = [{ name: labExtension, extension: part }];
  const text = stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: context, cluster: absolute(cluster, folder) }],
      users: [{ name: context, user: absolute(user, folder) }],
      contexts: [
        {
          name: context,
          context: { cluster: context, user: context, namespace: `${part.prefix}-default`, extensions },
        },
      ],
      'current-context': context,
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

function entryOf(config: Raw, section: string, name: string, key: string): Raw {
  const list = (config[section] ?? []) as readonly Raw[];
  return (list.find((entry) => entry['name'] === name)?.[key] ?? {}) as Raw;
}

const fileFields = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

function absolute(entry: Raw, folder: string): Raw {
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [
      key,
      fileFields.includes(key) && typeof value === 'string' && !isAbsolute(value) ? join(folder, value) : value,
    ]),
  );
}
