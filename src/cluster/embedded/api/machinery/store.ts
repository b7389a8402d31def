/**
 * Where do objects live, and who hears of changes? A map per kind with one counter of resourceVersions over all of them,
 * as etcd has; every commit is frozen, kept in a window for late watchers, and told to listeners in order.
 */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { ResourceId, StoreEvent } from '../machinery.ts';

type Listener = (event: StoreEvent, resource: ResourceId) => void;

interface Shelf {
  readonly objects: Map<string, KubeObject>;
  /** Sorted keys; rebuilt when a key came or went. */
  keys: readonly string[] | undefined;
  events: StoreEvent[];
  /** Version of the newest event that the window lost; a watch from before it has missed something. */
  lostVersion: number;
}

/** Events kept per kind. A watcher that is further behind starts over with a list, as after etcd's compaction. */
const windowSize = 1000;
/** So that `resourceVersion=1` is too old, as on every cluster that has been up for a minute. */
const firstVersion = 100;

export class Store {
  #version = firstVersion;
  readonly #shelves = new Map<ResourceId, Shelf>();
  readonly #listeners = new Map<ResourceId | undefined, Set<Listener>>();
  readonly #undelivered: (readonly [StoreEvent, ResourceId])[] = [];
  #delivering = false;

  get version(): number {
    return this.#version;
  }

  find(resource: ResourceId, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#shelves.get(resource)?.objects.get(keyOf(namespace, name));
  }

  /** Sorted as etcd's keys, bytewise over `namespace/name`. */
  list(resource: ResourceId, namespace?: string): readonly KubeObject[] {
    const shelf = this.#shelves.get(resource);
    if (!shelf) return [];
    shelf.keys ??= [...shelf.objects.keys()].sort();
    const { keys } = shelf;
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    const found: KubeObject[] = [];
    for (let at = firstFrom(keys, prefix); at < keys.length; at++) {
      const key = keys[at] ?? '';
      if (!key.startsWith(prefix)) break;
      const object = shelf.objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }

  /** Writes and stamps the next version. The caller must not keep or change what it passed. */
  put(resource: ResourceId, object: KubeObject): KubeObject {
    const shelf = this.#shelf(resource);
    const { namespace, name = '' } = object.metadata;
    const key = keyOf(namespace, name);
    const previous = shelf.objects.get(key);
    const stored = this.#stamp(object);
    shelf.objects.set(key, stored);
    if (!previous) shelf.keys = undefined;
    this.#publish(resource, shelf, previous ? 'MODIFIED' : 'ADDED', stored, previous);
    return stored;
  }

  /** Takes the object away; the event carries `last`, stamped with the version of the deletion. */
  remove(resource: ResourceId, last: KubeObject): KubeObject {
    const shelf = this.#shelf(resource);
    const { namespace, name = '' } = last.metadata;
    const key = keyOf(namespace, name);
    const previous = shelf.objects.get(key);
    const stamped = this.#stamp(last);
    shelf.objects.delete(key);
    shelf.keys = undefined;
    this.#publish(resource, shelf, 'DELETED', stamped, previous);
    return stamped;
  }

  subscribe(resource: ResourceId | undefined, listener: Listener): () => void {
    const own: Listener = (event, id) => listener(event, id);
    const set = this.#listeners.get(resource) ?? new Set();
    set.add(own);
    this.#listeners.set(resource, set);
    return () => {
      set.delete(own);
      if (set.size === 0 && this.#listeners.get(resource) === set) this.#listeners.delete(resource);
    };
  }

  eventsSince(resource: ResourceId, resourceVersion: number): readonly StoreEvent[] | 'expired' {
    const shelf = this.#shelves.get(resource);
    if (resourceVersion < (shelf?.lostVersion ?? firstVersion)) return 'expired';
    const events = shelf?.events ?? [];
    return events.filter((event) => event.resourceVersion > resourceVersion);
  }

  #shelf(resource: ResourceId): Shelf {
    const known = this.#shelves.get(resource);
    if (known) return known;
    const shelf: Shelf = { objects: new Map(), keys: undefined, events: [], lostVersion: firstVersion };
    this.#shelves.set(resource, shelf);
    return shelf;
  }

  #stamp(object: KubeObject): KubeObject {
    this.#version++;
    return deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } });
  }

  #publish(
    resource: ResourceId,
    shelf: Shelf,
    type: StoreEvent['type'],
    object: KubeObject,
    previous?: KubeObject,
  ): void {
    const event: StoreEvent = { type, object, resourceVersion: this.#version, ...(previous && { previous }) };
    shelf.events.push(event);
    if (shelf.events.length > windowSize * 1.25) {
      const lost = shelf.events.length - windowSize;
      shelf.lostVersion = shelf.events[lost - 1]?.resourceVersion ?? shelf.lostVersion;
      shelf.events = shelf.events.slice(lost);
    }
    this.#undelivered.push([event, resource]);
    this.#deliver();
  }

  /** A listener that writes all the same does not make others hear the second event before the first. */
  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let next = this.#undelivered.shift(); next; next = this.#undelivered.shift()) {
        const [event, resource] = next;
        for (const listener of [...(this.#listeners.get(resource) ?? [])]) listener(event, resource);
        for (const listener of [...(this.#listeners.get(undefined) ?? [])]) listener(event, resource);
      }
    } finally {
      this.#delivering = false;
    }
  }
}

function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** Where the first key that is not before `prefix` stands in sorted keys. */
function firstFrom(keys: readonly string[], prefix: string): number {
  let low = 0;
  let high = prefix === '' ? 0 : keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
  return value;
}
