/** Brings the cluster into a scenario's healthy or broken state, and back into the broken one after somebody changed things. */
import { pathOf, wellKnown } from '../kube/client.ts';
import { applyObjects, deleteObject } from './apply.ts';
import type { Baseline, Difference } from './baseline.ts';
import { baselineOf, compareWithBaseline, idOf } from './baseline.ts';
import type { LabContext } from './context.ts';
import { labLabel, labLabelValue, timed } from './context.ts';
import { type Item, kindsFeltBy, takeInventory, updateInventory } from './inventory.ts';
import { groupKindOf, keyOf, nameKey, type Scope, scopeOf } from './scope.ts';
import { waitReady } from './wait-ready.ts';

/** Outside hosts, manifests, and everything ready. */
export async function makeHealthy(context: LabContext): Promise<void> {
  const scope = scopeOf(context);
  await timed(context, 'hosts beyond the cluster', () => context.cluster.setOutside(context.scenario.outside));
  await timed(context, 'manifests', () => applyObjects(context, scope.manifests));
  await timed(context, 'pods ready', () => waitReady(context, scope.manifests));
  context.emit({ type: 'phase-reached', phase: 'healthy' });
}

/** What `reset` goes back to, and what it was made from. */
export interface BrokenState {
  readonly baseline: Baseline;
  readonly items: readonly Item[];
}

/** Applies the fault; pods that have to meet it at their start are started again. */
export async function makeBroken(context: LabContext): Promise<BrokenState> {
  const scope = scopeOf(context);
  await timed(context, 'fault', async () => {
    await applyObjects(context, scope.fault);
    for (const pod of scope.restarts) await deleteObject(context.client, pod);
    await applyObjects(context, scope.restarts);
    await waitReady(context, scope.broken);
  });
  context.emit({ type: 'phase-reached', phase: 'broken' });
  const items = await takeInventory(context, scope);
  return { baseline: baselineOf(items, scope), items };
}

export interface ResetResult extends BrokenState {
  /** For people: `NetworkPolicy default/allow-dns`. */
  readonly discarded: readonly string[];
  readonly restored: readonly string[];
  /** Left alone although not part of the scenario: unlabelled objects of a cluster that is not ours. */
  readonly spared: readonly string[];
}

/** What a reset would discard and restore now, for people. */
export async function previewReset(
  context: LabContext,
  baseline: Baseline,
): Promise<Pick<ResetResult, 'discarded' | 'restored'>> {
  const scope = scopeOf(context);
  const difference = compareWithBaseline(baseline, await takeInventory(context, scope), scope);
  const mayDelete = difference.discard.filter((item) => isOurs(context, item));
  return namesOf(difference, mayDelete, baseline, scope);
}

/** What a caller knows: everything as it was last seen, and the kinds of what may be different since. */
export interface LastLook {
  readonly items: readonly Item[];
  readonly kinds: ReadonlySet<string>;
}

/** Back to the broken state. Touches only what differs from the baseline; without a last look everything is read. */
export async function resetToBroken(context: LabContext, baseline: Baseline, last?: LastLook): Promise<ResetResult> {
  const scope = scopeOf(context);
  const before = await (last ? updateInventory(context, scope, last.items, last.kinds) : takeInventory(context, scope));
  const difference = compareWithBaseline(baseline, before, scope);
  const mayDelete = difference.discard.filter((item) => isOurs(context, item));
  for (const item of byOwnersFirst(mayDelete)) await deleteObject(context.client, item.object);
  for (const item of difference.relabel) await setLabels(context, item, baseline[item.key]?.labels ?? {});
  const restore = scope.broken.filter((object) => difference.restore.has(keyOf(object)));
  await applyObjects(context, restore);
  const changed = [...[...difference.discard, ...difference.relabel].map(({ object }) => object), ...restore];
  const touched = kindsFeltBy(changed.map(groupKindOf));
  if (touched.has('Pod')) await waitReady(context, scope.broken);
  const after = await updateInventory(context, scope, before, touched);
  return {
    ...namesOf(difference, mayDelete, baseline, scope),
    spared: difference.discard.filter((item) => !mayDelete.includes(item)).map(({ key }) => nameKey(key)),
    baseline: { ...baselineOf(after, scope), ...foreignEntries(baseline) },
    items: after,
  };
}

/** What a controller made follows from its owner; only its pods are changed by hand, as by `kubectl label`. */
function namesOf(
  { restore, relabel }: Difference,
  mayDelete: readonly Item[],
  baseline: Baseline,
  { broken }: Scope,
): Pick<ResetResult, 'discarded' | 'restored'> {
  const byHand = (item: Item) => !item.owned || (item.object.kind === 'Pod' && baseline[idOf(item)] !== undefined);
  return {
    discarded: mayDelete.filter(byHand).map(({ key }) => nameKey(key)),
    restored: [...broken.map(keyOf).filter((key) => restore.has(key)), ...relabel.map(({ key }) => key)].map(nameKey),
  };
}

function isOurs({ ownsCluster, client }: LabContext, { object, owned }: Item): boolean {
  const { lab } = client.connection;
  const inOurPart = lab !== undefined && (object.metadata.namespace ?? '').startsWith(`${lab.prefix}-`);
  return ownsCluster || owned || inOurPart || object.metadata.labels?.[labLabel] === labLabelValue;
}

/** Otherwise a Deployment would make its pods again while we delete them. */
function byOwnersFirst(items: readonly Item[]): readonly Item[] {
  const rank = ({ object: { kind }, owned }: Item) => (kind === 'Pod' ? 2 : owned ? 1 : 0);
  return [...items].sort((a, b) => rank(a) - rank(b));
}

/** What was there before the scenario keeps its first fingerprint. */
function foreignEntries(baseline: Baseline): Baseline {
  return Object.fromEntries(Object.entries(baseline).filter(([, { own }]) => !own));
}

async function setLabels(
  { client }: LabContext,
  { object }: Item,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const removed = Object.keys(object.metadata.labels ?? {}).filter((key) => !(key in labels));
  const patch = { metadata: { labels: { ...labels, ...Object.fromEntries(removed.map((key) => [key, null])) } } };
  await client.json({
    method: 'PATCH',
    path: pathOf(wellKnown.namespaces, undefined, object.metadata.name),
    body: patch,
    contentType: 'application/merge-patch+json',
  });
}
