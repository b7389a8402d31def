/**
 * Removes what has lost its owners, and finishes deletions that wait: `foregroundDeletion` until the dependents are gone,
 * `orphan` once they are set free (pkg/controller/garbagecollector).
 */
import type { KubeObject, OwnerReference } from '../../../kube/objects.ts';
import { groupOf } from '../../../kube/objects.ts';
import type { ResourceId } from '../api/machinery.ts';
import { workQueue } from '../work-queue.ts';
import type { Controller, ControllerContext } from './context.ts';

interface Dependent {
  readonly resource: ResourceId;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
}

const request = {
  fieldManager: 'kube-controller-manager',
  user: 'system:serviceaccount:kube-system:generic-garbage-collector',
};

export function startGarbageCollector(context: ControllerContext): Controller {
  const { machinery, clock } = context;
  /** Owner's uid → who depends on it. */
  const dependents = new Map<string, Map<string, Dependent>>();
  /** Objects whose deletion waits for the collector, by uid. */
  const waiting = new Map<string, Dependent>();

  const work = (uid: string): void => {
    const owner = waiting.get(uid);
    if (owner) finish(context, owner, [...(dependents.get(uid)?.values() ?? [])]);
    else collect(uid);
  };

  /** The owner is gone: each dependent without another living owner goes, too. */
  const collect = (uid: string): void => {
    for (const dependent of dependents.get(uid)?.values() ?? []) {
      const object = current(context, dependent);
      if (!object || object.metadata.deletionTimestamp) continue;
      const owners = object.metadata.ownerReferences ?? [];
      const living = owners.filter((reference) => ownerOf(context, reference, dependent.namespace));
      const { resource, namespace, name } = dependent;
      if (living.length === 0)
        machinery.delete(resource, namespace, name, { propagationPolicy: 'Background' }, request);
      else if (living.length < owners.length) setOwners(context, dependent, object, living);
    }
  };

  const queue = workQueue(clock, work);
  const note = (resource: ResourceId, object: KubeObject, remove: boolean): void => {
    const {
      uid = '',
      namespace,
      name = '',
      ownerReferences = [],
      finalizers = [],
      deletionTimestamp,
    } = object.metadata;
    const self: Dependent = { resource, namespace, name, uid };
    for (const owner of ownerReferences) {
      const group = dependents.get(owner.uid) ?? new Map<string, Dependent>();
      if (remove) group.delete(uid);
      else group.set(uid, self);
      if (group.size > 0) dependents.set(owner.uid, group);
      else dependents.delete(owner.uid);
      if (remove && waiting.has(owner.uid)) queue.add(owner.uid);
      if (!remove && !ownerOf(context, owner, namespace)) queue.add(owner.uid);
    }
    const waits =
      !remove && deletionTimestamp && finalizers.some((name) => name === 'foregroundDeletion' || name === 'orphan');
    if (waits) waiting.set(uid, self);
    else waiting.delete(uid);
    if (waits || (remove && dependents.has(uid))) queue.add(uid);
  };

  const stop = machinery.subscribe(undefined, ({ type, object, previous }, resource) => {
    if (resource === 'events') return;
    if (previous && type === 'MODIFIED' && previous.metadata.ownerReferences) forgetOld(dependents, previous, object);
    note(resource, object, type === 'DELETED');
  });
  return () => {
    stop();
    queue.close();
  };
}

/** References that an update has taken away. */
function forgetOld(dependents: Map<string, Map<string, Dependent>>, previous: KubeObject, object: KubeObject): void {
  const kept = new Set((object.metadata.ownerReferences ?? []).map(({ uid }) => uid));
  for (const { uid } of previous.metadata.ownerReferences ?? []) {
    if (!kept.has(uid)) dependents.get(uid)?.delete(object.metadata.uid ?? '');
  }
}

function finish(context: ControllerContext, owner: Dependent, dependents: readonly Dependent[]): void {
  const object = current(context, owner);
  if (!object) return;
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes('orphan')) {
    for (const dependent of dependents) {
      const child = current(context, dependent);
      if (!child) continue;
      const owners = (child.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.uid);
      setOwners(context, dependent, child, owners);
    }
    dropFinalizer(context, owner, 'orphan');
    return;
  }
  const blocking = dependents.flatMap((dependent) => {
    const child = current(context, dependent);
    return child ? [{ dependent, child }] : [];
  });
  for (const { dependent, child } of blocking) {
    if (child.metadata.deletionTimestamp) continue;
    const { resource, namespace, name } = dependent;
    context.machinery.delete(resource, namespace, name, { propagationPolicy: 'Foreground' }, request);
  }
  const blocks = ({ child }: (typeof blocking)[number]) =>
    (child.metadata.ownerReferences ?? []).some(
      ({ uid, blockOwnerDeletion }) => uid === owner.uid && blockOwnerDeletion,
    );
  if (!blocking.some((entry) => blocks(entry) && current(context, entry.dependent)))
    dropFinalizer(context, owner, 'foregroundDeletion');
}

function dropFinalizer(context: ControllerContext, owner: Dependent, finalizer: string): void {
  const object = current(context, owner);
  if (!object) return;
  const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  const next = { ...object, metadata: { ...object.metadata, finalizers } };
  context.machinery.update(owner.resource, owner.namespace, next, request);
}

function setOwners(
  context: ControllerContext,
  dependent: Dependent,
  object: KubeObject,
  ownerReferences: OwnerReference[],
): void {
  const next = { ...object, metadata: { ...object.metadata, ownerReferences } };
  context.machinery.update(dependent.resource, dependent.namespace, next, request);
}

/** The object, unless another has taken its name. */
function current(
  { machinery }: ControllerContext,
  { resource, namespace, name, uid }: Dependent,
): KubeObject | undefined {
  const found = machinery.find(resource, namespace, name);
  return found?.metadata.uid === uid ? found : undefined;
}

function ownerOf(
  { machinery }: ControllerContext,
  reference: OwnerReference,
  namespace: string | undefined,
): KubeObject | undefined {
  const group = groupOf(reference.apiVersion);
  const type = machinery.types().find((candidate) => candidate.kind === reference.kind && candidate.group === group);
  if (!type) return undefined;
  const found = machinery.find(type.id, type.namespaced ? namespace : undefined, reference.name);
  return found?.metadata.uid === reference.uid ? found : undefined;
}
