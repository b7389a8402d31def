/**
 * The machinery of one cluster: what the HTTP layer, the controllers and the kubelet read and write. Everything in it is
 * one synchronous step, and time and identities come from the clock and the random source that it is given.
 */
import type { Clock } from '../../../../kit/clock.ts';
import type { Random } from '../../../../kit/random.ts';
import { type KubeObject, timestamp } from '../../../../kube/objects.ts';
import { calicoDefinitions, calicoObjects } from '../kinds/calico.ts';
import type { Machinery } from '../machinery.ts';
import { type Core, kindOf, scopeOf } from './core.ts';
import { kindsOf, prepareDefinition } from './custom-definition.ts';
import { orderMetadata } from './metadata.ts';
import { Registry } from './registry.ts';
import { notFound } from './status.ts';
import { Store } from './store.ts';
import { fromStorage } from './versions.ts';
import { createObject } from './write-create.ts';
import { deleteObject } from './write-delete.ts';
import { patchObject } from './write-patch.ts';
import { updateObject } from './write-update.ts';

export interface MachineryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** With Calico's kinds, tiers and settings, as its manifest leaves them. Default: true. */
  readonly calico?: boolean;
}

const definitions = 'customresourcedefinitions.apiextensions.k8s.io';

/** Not even a namespace is in it: bootstrap and the controllers fill it. */
export function createMachinery(options: MachineryOptions): Machinery {
  const store = new Store();
  const registry = new Registry();
  const core: Core = { store, registry, clock: options.clock, random: options.random };
  store.subscribe(definitions, ({ type, object }) => {
    registry.define(object.metadata.name ?? '', type === 'DELETED' ? [] : kindsOf(object));
  });
  for (const name of ['controller-manager', 'etcd-0', 'scheduler']) store.put('componentstatuses', healthy(name));
  if (options.calico !== false) seedCalico(core);
  return {
    types: () => registry.all(),
    convert: (object, version) => fromStorage(object, version),
    get resourceVersion() {
      return store.version;
    },
    get(id, namespace, name) {
      const kind = kindOf(core, id);
      const found = store.find(id, scopeOf(kind, namespace), name);
      if (!found) throw notFound(kind, name);
      return found;
    },
    find: (id, namespace, name) => {
      const kind = registry.find(id);
      return kind && store.find(id, scopeOf(kind, namespace), name);
    },
    list: (id, namespace) => store.list(id, scopeOf(kindOf(core, id), namespace)),
    create: (id, namespace, object, request = {}) => createObject(core, id, namespace, object, request),
    update: (id, namespace, object, request = {}) => updateObject(core, id, namespace, object, request),
    patch: (id, namespace, name, type, patch, request = {}) =>
      patchObject(core, id, namespace, name, type, patch, request),
    delete: (id, namespace, name, deleteOptions = {}, request = {}) =>
      deleteObject(core, id, namespace, name, deleteOptions, request),
    subscribe: (id, listener) => store.subscribe(id, listener),
    eventsSince: (id, version) => store.eventsSince(id, version),
  };
}

/** What the API server answers for a component that it has just asked. Nobody creates these. */
function healthy(name: string): KubeObject {
  const conditions = [{ type: 'Healthy', status: 'True', message: 'ok' }];
  return { kind: 'ComponentStatus', apiVersion: 'v1', metadata: { name }, conditions };
}

/** Past the checks that requests go through: these are right, and a cluster must be up in no time. */
function seedCalico(core: Core): void {
  for (const definition of calicoDefinitions()) {
    prepareDefinition(core, definition);
    core.store.put(definitions, withIdentity(core, definition));
  }
  for (const object of calicoObjects()) {
    const kind = core.registry
      .all()
      .find((candidate) => candidate.kind === object.kind && candidate.group === 'crd.projectcalico.org');
    if (kind) core.store.put(kind.id, withIdentity(core, object));
  }
}

function withIdentity(core: Core, object: KubeObject): KubeObject {
  const creationTimestamp = timestamp(core.clock.now());
  const metadata = orderMetadata({ ...object.metadata, uid: core.random.uuid(), generation: 1, creationTimestamp });
  return { kind: object.kind ?? '', apiVersion: object.apiVersion ?? '', ...object, metadata };
}
