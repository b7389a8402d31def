/**
 * Leaves a cluster as a scenario found it. What was there before is written into the cluster first, so that the next start can
 * clear what a crash has left; nothing that was there before is touched.
 */
import type { KubeClient } from '../kube/client.ts';
import { pathOf, wellKnown } from '../kube/client.ts';
import type { ConfigMap, KubeObject, Namespace } from '../kube/objects.ts';
import { deleteObject } from './apply.ts';
import type { LabContext } from './context.ts';
import { fieldManager, labLabel, labLabelValue, stateNamespaceOf } from './context.ts';
import { type Item, takeInventory } from './inventory.ts';
import { type Scope, scopeOf } from './scope.ts';
import { settle } from './settle.ts';

const name = 'before';

interface Before {
  readonly scenario: string;
  readonly namespaces: readonly string[];
  /** Further kinds that the scenario has objects of. */
  readonly kinds: readonly string[];
  /** By uid: a generated name may come again. */
  readonly uids: readonly string[];
  readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

type ClearContext = Pick<LabContext, 'client' | 'ownsCluster' | 'signal'>;

/** Call before the first object of a scenario is made. */
export async function rememberBefore(context: LabContext): Promise<void> {
  const { client, scenario } = context;
  const scope = scopeOf(context);
  const existing = (await client.list<Namespace>(wellKnown.namespaces)).filter(({ metadata }) =>
    scope.namespaces.includes(metadata.name ?? ''),
  );
  const items = await takeInventory(context, scope);
  const before: Before = {
    scenario: scenario.id,
    namespaces: scope.namespaces,
    kinds: [...new Set(scope.broken.map(({ kind = '' }) => kind))].sort(),
    uids: items.map(({ uid }) => uid).sort(),
    labels: Object.fromEntries(existing.map(({ metadata }) => [metadata.name ?? '', metadata.labels ?? {}])),
  };
  await write(client, before);
}

/** The id of the scenario that was cleared away; undefined when there was nothing to clear. */
export async function clearLab(context: ClearContext): Promise<string | undefined> {
  const { client } = context;
  const before = await read(client);
  if (await client.find(wellKnown.configMaps, stateNamespaceOf(client), 'session'))
    await client.delete(wellKnown.configMaps, stateNamespaceOf(client), 'session');
  if (!before) return undefined;
  const known = new Set(before.uids);
  const items = await takeInventory(context, scopeFrom(before));
  const extra = items.filter(({ uid }) => !known.has(uid));
  for (const { object } of [...extra].sort((a, b) => rank(a) - rank(b))) await deleteObject(client, object);
  for (const [namespace, labels] of Object.entries(before.labels)) await relabel(client, namespace, labels, items);
  await untilGone(context, extra);
  await client.delete(wellKnown.configMaps, stateNamespaceOf(client), name);
  return before.scenario;
}

/** Policies first, so that nothing is in the way; namespaces last; owners before their pods. */
function rank({ object: { kind }, owned }: Item): number {
  if (kind === 'Namespace') return 4;
  if (kind === 'Pod') return 3;
  if (owned) return 2;
  return kind === 'NetworkPolicy' ? 0 : 1;
}

function scopeFrom({ namespaces, kinds }: Before): Scope {
  const broken: readonly KubeObject[] = kinds.map((kind) => ({ kind, metadata: {} }));
  return { namespaces, manifests: [], fault: [], broken, restarts: [] };
}

async function relabel(
  client: KubeClient,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  items: readonly Item[],
): Promise<void> {
  const now = items.find(({ object }) => object.kind === 'Namespace' && object.metadata.name === namespace);
  const added = Object.keys(now?.object.metadata.labels ?? {}).filter((key) => !Object.hasOwn(labels, key));
  const changed = Object.entries(labels).some(([key, value]) => now?.object.metadata.labels?.[key] !== value);
  if (!now || (added.length === 0 && !changed)) return;
  const patch = { ...labels, ...Object.fromEntries(added.map((key) => [key, null])) };
  await client.patch(wellKnown.namespaces, undefined, namespace, { metadata: { labels: patch } });
}

/** A namespace of the same name cannot be made before the old one is gone. */
async function untilGone(context: ClearContext, extra: readonly Item[]): Promise<void> {
  const names = extra
    .filter(({ object }) => object.kind === 'Namespace')
    .map(({ object }) => object.metadata.name ?? '');
  const until = performance.now() + 120_000;
  for (const namespace of names) {
    while (performance.now() < until) {
      const { code } = await context.client.raw({ path: pathOf(wellKnown.namespaces, undefined, namespace) });
      if (code === 404) break;
      await settle(context, [], 0.2);
    }
  }
}

async function read(client: KubeClient): Promise<Before | undefined> {
  const found = await client.find<ConfigMap>(wellKnown.configMaps, stateNamespaceOf(client), name);
  try {
    return found && (JSON.parse(found.data?.['before'] ?? '') as Before);
  } catch {
    return undefined;
  }
}

async function write(client: KubeClient, before: Before): Promise<void> {
  const namespace = stateNamespaceOf(client);
  const labels = { [labLabel]: labLabelValue };
  if (!(await client.find(wellKnown.namespaces, undefined, namespace)))
    await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }, fieldManager);
  await client.apply(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels },
      data: { before: JSON.stringify(before) },
    },
    fieldManager,
  );
}
