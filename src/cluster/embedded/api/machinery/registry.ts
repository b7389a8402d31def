/** Which kinds are served right now? The built-in ones and those that CustomResourceDefinitions add while the server runs. */
import { builtinKinds } from '../kinds/builtin.ts';
import type { Kind } from '../kinds/kind.ts';
import type { ResourceId } from '../machinery.ts';

export class Registry {
  readonly #builtin = builtinKinds();
  readonly #custom = new Map<string, readonly Kind[]>();
  #all: readonly Kind[] = this.#builtin;
  #stored = byId(this.#builtin);

  all(): readonly Kind[] {
    return this.#all;
  }

  /** The stored kind behind an id; undefined where nothing of that name is served. */
  find(id: ResourceId): Kind | undefined {
    return this.#stored.get(id);
  }

  /** The version of a kind that an object claims to be of. */
  version(id: ResourceId, version: string): Kind | undefined {
    return this.#all.find((kind) => kind.id === id && kind.version === version);
  }

  /** All versions that one definition serves; none takes them away. */
  define(definition: string, kinds: readonly Kind[]): void {
    if (kinds.length === 0) this.#custom.delete(definition);
    else this.#custom.set(definition, kinds);
    const custom = [...this.#custom.values()].flat();
    custom.sort((a, b) => compare(a.group, b.group) || compare(a.resource, b.resource));
    this.#all = [...this.#builtin, ...custom];
    this.#stored = byId(this.#all);
  }
}

function byId(kinds: readonly Kind[]): ReadonlyMap<ResourceId, Kind> {
  return new Map(kinds.filter((kind) => kind.storage).map((kind) => [kind.id, kind]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
