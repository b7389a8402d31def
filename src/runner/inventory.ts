/** What is in a scenario's namespaces, of the kinds that a learner can change: read from the API, keyed, with fingerprints. */
import type { DiscoveredType, KubeClient } from '../kube/client.ts';
import { pathOf } from '../kube/client.ts';
import type { KubeObject } from '../kube/objects.ts';
import { twinKind, withoutTwins } from './calico-twins.ts';
import type { LabContext } from './context.ts';
import { fingerprint, isOwned } from './fingerprint.ts';
import { groupKind, groupKindOf, keyOf, type Scope } from './scope.ts';

export interface Item {
  readonly key: string;
  readonly hash: string;
  readonly uid: string;
  /** A controller made it. */
  readonly owned: boolean;
  readonly object: KubeObject;
}

/** Derived kinds (EndpointSlice, Event, Lease …) are left out: they follow from these. */
const kinds: readonly string[] = [
  'networkpolicies',
  'pods',
  'services',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'jobs',
  'cronjobs',
  'configmaps',
  'networksets',
  'globalnetworkpolicies',
  'globalnetworksets',
];

/** Sorted by key; Namespaces of the scope themselves come first. */
export async function takeInventory(
  context: Pick<LabContext, 'client' | 'ownsCluster'>,
  scope: Scope,
): Promise<readonly Item[]> {
  return sortItems(await listItems(context, scope, () => true));
}

const podKinds: readonly string[] = [
  'Pod',
  'Deployment.apps',
  'ReplicaSet.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'Job.batch',
  'CronJob.batch',
];

/** These kinds, and those in which the same may be felt: whatever is done to pods or a workload concerns the others. */
export function kindsFeltBy(kinds: readonly string[]): ReadonlySet<string> {
  const felt = new Set([...kinds, ...kinds.flatMap(twinKind)]);
  return podKinds.some((kind) => felt.has(kind)) ? new Set([...felt, ...podKinds]) : felt;
}

/** The same after something was done to objects of these kinds (as groupKind has them): only those are read again. */
export async function updateInventory(
  context: Pick<LabContext, 'client' | 'ownsCluster'>,
  scope: Scope,
  before: readonly Item[],
  touched: ReadonlySet<string>,
): Promise<readonly Item[]> {
  const fresh = await listItems(context, scope, ({ kind, group }) => touched.has(groupKind(kind, group)));
  return sortItems([...before.filter(({ object }) => !touched.has(groupKindOf(object))), ...fresh]);
}

async function listItems(
  context: Pick<LabContext, 'client' | 'ownsCluster'>,
  scope: Scope,
  wanted: (type: DiscoveredType) => boolean,
): Promise<readonly Item[]> {
  const extra = new Set(scope.broken.map(({ kind }) => kind));
  const served = await context.client.types();
  const types = served.filter(
    (type) =>
      isWanted(type, extra) &&
      // What is beyond any namespace of somebody's cluster is none of our business, unless the scenario makes such objects.
      (context.ownsCluster || type.namespaced || type.kind === 'Namespace' || extra.has(type.kind)) &&
      wanted(type),
  );
  // On a cluster of our own there is little beside the scenario: one request for all of its namespaces.
  const [only = '', ...more] = scope.namespaces;
  const places = more.length === 0 ? [only] : context.ownsCluster ? [undefined] : scope.namespaces;
  const lists = await Promise.all(
    types.flatMap((type) =>
      type.namespaced
        ? places.map((namespace) => listAll(context, type, namespace))
        : [listAll(context, type, undefined)],
    ),
  );
  const namespaces = new Set(scope.namespaces);
  const isInside = ({ kind, metadata: { name = '', namespace } }: KubeObject) =>
    kind === 'Namespace' ? namespaces.has(name) : namespace === undefined || namespaces.has(namespace);
  const hashOf = fingerprintsOf(context.client);
  return withoutTwins(lists.flat())
    .filter(isInside)
    .map((object) => ({
      key: keyOf(object),
      hash: hashOf(object),
      uid: object.metadata.uid ?? '',
      owned: isOwned(object),
      object,
    }));
}

const remembered = new WeakMap<Pick<KubeClient, 'json'>, Map<string, string>>();

/** An object of the same version has the same fingerprint, and most objects are as they were when last looked at. */
function fingerprintsOf(client: Pick<KubeClient, 'json'>): (object: KubeObject) => string {
  const known = remembered.get(client) ?? new Map<string, string>();
  remembered.set(client, known);
  return (object) => {
    const { uid, resourceVersion } = object.metadata;
    const version = `${uid}/${resourceVersion}`;
    const hash = known.get(version) ?? fingerprint(object);
    known.set(version, hash);
    return hash;
  };
}

function sortItems(items: readonly Item[]): readonly Item[] {
  return [...items].sort((a, b) => order(a.key) - order(b.key) || (a.key < b.key ? -1 : 1));
}

function isWanted(type: DiscoveredType, extra: ReadonlySet<string | undefined>): boolean {
  if (!type.verbs.includes('list') || !type.verbs.includes('delete')) return false;
  return type.kind === 'Namespace' || kinds.includes(type.resource) || extra.has(type.kind);
}

/** Items of a List carry neither apiVersion nor kind. */
async function listAll(
  { client }: Pick<LabContext, 'client'>,
  type: DiscoveredType,
  namespace: string | undefined,
): Promise<KubeObject[]> {
  const { items = [] } = await client.json<{ items?: KubeObject[] }>({ path: pathOf(type, namespace) });
  const apiVersion = type.group ? `${type.group}/${type.version}` : type.version;
  return items.map((item) => ({ ...item, apiVersion, kind: type.kind }));
}

function order(key: string): number {
  return key.startsWith('Namespace/') ? 0 : 1;
}
