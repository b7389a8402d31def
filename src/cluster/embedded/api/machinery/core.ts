/** What every step of a request works with: the store, the kinds, time and randomness. Also how an object is named and copied. */
import type { Clock } from '../../../../kit/clock.ts';
import type { Random } from '../../../../kit/random.ts';
import type { KubeObject } from '../../../../kube/objects.ts';
import type { Kind } from '../kinds/kind.ts';
import type { RequestInfo, ResourceId } from '../machinery.ts';
import type { Registry } from './registry.ts';
import { failure } from './status.ts';
import type { Store } from './store.ts';

export interface Core {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
}

/** One write while it is under way. `object` is a private copy that steps may change in place. */
export interface Draft {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly object: KubeObject;
  /** Absent on create. */
  readonly current?: KubeObject;
  readonly request: RequestInfo;
}

/** Throws the 404 of an unknown resource. */
export function kindOf(core: Core, id: ResourceId): Kind {
  const kind = core.registry.find(id);
  if (!kind) throw failure(404, 'NotFound', 'the server could not find the requested resource', {});
  return kind;
}

/** The namespace under which an object of the kind is stored. */
export function scopeOf(kind: Kind, namespace: string | undefined): string | undefined {
  return kind.namespaced ? namespace : undefined;
}

export function apiVersionOf(kind: Pick<Kind, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** A private, changeable copy of JSON data. */
export function clone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(clone) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    if (key === '__proto__')
      Object.defineProperty(copy, key, { value: clone(child), enumerable: true, writable: true, configurable: true });
    else copy[key] = clone(child);
  }
  return copy as T;
}

/** Deep equality of JSON data; the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameJson((a as Raw)[key], (b as Raw)[key]));
}

type Raw = Readonly<Record<string, unknown>>;
