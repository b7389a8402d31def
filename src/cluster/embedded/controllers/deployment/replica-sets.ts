/** A Deployment's ReplicaSets: which one is new, revisions, creation, resizing with its event, clearing up old ones. */

import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../../../kube/objects.ts';
import { matchesSelector } from '../../../../kube/selectors.ts';
import { sameJson } from '../../api/machinery/core.ts';
import type { ControllerContext } from '../context.ts';
import { controllerOf } from '../pod-facts.ts';
import { ownerReference } from '../replicas/claim.ts';
import { type Condition, setCondition } from './conditions.ts';
import { boundsOf, desired, newSetSize, olderFirst } from './rolling.ts';
import { templateHash } from './template-hash.ts';

const hashLabel = 'pod-template-hash';
export const revisionKey = 'deployment.kubernetes.io/revision';
const historyKey = 'deployment.kubernetes.io/revision-history';
const desiredKey = 'deployment.kubernetes.io/desired-replicas';
const maxKey = 'deployment.kubernetes.io/max-replicas';
/** Of the Deployment's annotations these are not handed down. */
const notInherited: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionKey,
  historyKey,
  desiredKey,
  maxKey,
  'deprecated.deployment.rollback.to',
]);

export function setsOf({ stores }: ControllerContext, deployment: Deployment): ReplicaSet[] {
  const owned: ReplicaSet[] = [];
  for (const set of stores.replicaSets.list(deployment.metadata.namespace)) {
    const controller = controllerOf(set);
    if (controller?.uid === deployment.metadata.uid) owned.push(set);
    else if (!controller && matchesSelector(deployment.spec?.selector, set.metadata.labels))
      owned.push(adopt({ stores }, deployment, set));
  }
  return owned.sort(olderFirst);
}

function adopt({ stores }: Pick<ControllerContext, 'stores'>, deployment: Deployment, set: ReplicaSet): ReplicaSet {
  const owner = ownerReference({ ...deployment, apiVersion: 'apps/v1', kind: 'Deployment' });
  const ownerReferences = [...(set.metadata.ownerReferences ?? []), owner];
  return stores.replicaSets.update({ ...set, metadata: { ...set.metadata, ownerReferences } });
}

/** The oldest set with the Deployment's template. */
export function findNewSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = withoutHash(deployment.spec?.template);
  return sets.find((set) => sameJson(withoutHash(set.spec?.template), wanted));
}

/** Of stored templates, which never change and are compared at every look. */
const compared = new WeakMap<PodTemplateSpec, unknown>();

function withoutHash(template: PodTemplateSpec = {}): unknown {
  const known = compared.get(template);
  if (known) return known;
  const { [hashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: _time, annotations = {}, ...metadata } = template.metadata ?? {};
  const plain = JSON.parse(JSON.stringify({ ...template, metadata: { ...metadata, annotations, labels } })) as unknown;
  if (Object.isFrozen(template)) compared.set(template, plain);
  return plain;
}

export function revisionOf(object: { metadata: { annotations?: Record<string, string> } }): number {
  return Number(object.metadata.annotations?.[revisionKey] ?? 0);
}

/** The new set, made or brought up to date, and the Deployment with its revision and conditions. */
export function ensureNewSet(
  context: ControllerContext,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  mayCreate: boolean,
): { newSet: ReplicaSet | undefined; deployment: Deployment; conditions: Condition[] } {
  const { stores, clock } = context;
  const found = findNewSet(deployment, sets);
  const conditions = deployment.status?.conditions ?? [];
  if (!found && !mayCreate) return { newSet: undefined, deployment, conditions };
  const revision = String(Math.max(0, ...sets.filter((set) => set !== found).map(revisionOf)) + 1);
  const newSet = found ? renew(context, deployment, found, revision) : create(context, deployment, sets, revision);
  const revised = withRevision(deployment, newSet);
  const saved = revised === deployment ? deployment : stores.deployments.update(revised);
  const known = conditions.some(({ type }) => type === 'Progressing');
  const name = newSet.metadata.name ?? '';
  if (!found) {
    const message = `Created new replica set "${name}"`;
    return {
      newSet,
      deployment: saved,
      conditions: setCondition(conditions, 'Progressing', 'True', 'NewReplicaSetCreated', message, clock.now()),
    };
  }
  if (known) return { newSet, deployment: saved, conditions };
  const message = `Found new replica set "${name}"`;
  return {
    newSet,
    deployment: saved,
    conditions: setCondition(conditions, 'Progressing', 'True', 'FoundNewReplicaSet', message, clock.now()),
  };
}

function withRevision(deployment: Deployment, newSet: ReplicaSet): Deployment {
  const revision = newSet.metadata.annotations?.[revisionKey];
  if (!revision || deployment.metadata.annotations?.[revisionKey] === revision) return deployment;
  const annotations = { ...deployment.metadata.annotations, [revisionKey]: revision };
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}

function create(
  context: ControllerContext,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  revision: string,
): ReplicaSet {
  const { name = '', namespace = '' } = deployment.metadata;
  const template = deployment.spec?.template ?? {};
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: { ...inherited(deployment), ...sizes(deployment), [revisionKey]: revision },
      ownerReferences: [ownerReference({ ...deployment, apiVersion: 'apps/v1', kind: 'Deployment' })],
    },
    spec: {
      replicas: 0,
      ...(deployment.spec?.minReadySeconds && { minReadySeconds: deployment.spec.minReadySeconds }),
      selector: {
        ...deployment.spec?.selector,
        matchLabels: { ...deployment.spec?.selector.matchLabels, [hashLabel]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  } as ReplicaSet;
  const size = newSetSize(deployment, set, [...sets, set]);
  const created = context.stores.replicaSets.create({
    ...set,
    spec: { ...set.spec, replicas: size } as ReplicaSet['spec'] & object,
  });
  if (size > 0) tellScaled(context, deployment, created, 0, size);
  return created;
}

function inherited(deployment: Deployment): Record<string, string> {
  const entries = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !notInherited.has(key));
  return Object.fromEntries(entries);
}

function sizes(deployment: Deployment): Record<string, string> {
  const { replicas = 1 } = deployment.spec ?? {};
  return { [desiredKey]: String(replicas), [maxKey]: String(replicas + boundsOf(deployment).surge) };
}

/** An old set that has become the new one again gets the next revision; its former one goes into the history. */
function renew({ stores }: ControllerContext, deployment: Deployment, set: ReplicaSet, revision: string): ReplicaSet {
  const before = set.metadata.annotations ?? {};
  const moves = Number(revision) > revisionOf(set);
  const history = before[historyKey];
  const annotations = {
    ...before,
    ...inherited(deployment),
    ...(moves && { [revisionKey]: revision }),
    ...(moves &&
      before[revisionKey] && { [historyKey]: history ? `${history},${before[revisionKey]}` : before[revisionKey] }),
  };
  const { minReadySeconds } = deployment.spec ?? {};
  if (sameJson(annotations, before) && (set.spec?.minReadySeconds ?? 0) === (minReadySeconds ?? 0)) return set;
  const spec = { ...set.spec, ...(minReadySeconds !== undefined && { minReadySeconds }) } as ReplicaSet['spec'] &
    object;
  return stores.replicaSets.update({ ...set, metadata: { ...set.metadata, annotations }, spec });
}

/** Changes the size, tells it, and notes what the Deployment wants. Returns the stored set. */
export function resize(context: ControllerContext, deployment: Deployment, set: ReplicaSet, size: number): ReplicaSet {
  const annotations = { ...set.metadata.annotations, ...sizes(deployment) };
  const before = desired(set);
  if (before === size && sameJson(annotations, set.metadata.annotations)) return set;
  const spec = { ...set.spec, replicas: size } as ReplicaSet['spec'] & object;
  const updated = context.stores.replicaSets.update({ ...set, metadata: { ...set.metadata, annotations }, spec });
  if (before !== size) tellScaled(context, deployment, set, before, size);
  return updated;
}

function tellScaled(
  { events }: ControllerContext,
  deployment: Deployment,
  set: ReplicaSet,
  from: number,
  to: number,
): void {
  const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`;
  const about = { ...deployment, apiVersion: 'apps/v1', kind: 'Deployment' };
  events.record(
    { component: 'deployment-controller' },
    { about, type: 'Normal', reason: 'ScalingReplicaSet', message },
  );
}

/** Old sets without pods go, but for the last revisionHistoryLimit of them. */
export function clearUp({ stores }: ControllerContext, deployment: Deployment, old: readonly ReplicaSet[]): void {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10;
  const idle = old.filter(
    (set) => desired(set) === 0 && (set.status?.replicas ?? 0) === 0 && !set.metadata.deletionTimestamp,
  );
  const surplus = [...idle].sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, idle.length - limit));
  for (const { metadata } of surplus) stores.replicaSets.remove(metadata.namespace, metadata.name ?? '');
}
