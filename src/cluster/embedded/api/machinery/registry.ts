/** Which kinds are served right now? The built-in ones and those that CustomResourceDefinitions add while the server runs. */
import { builtinKinds } from '../kinds/builtin.ts';
import type { Kind } from '../kinds/kind.ts';
import type { ResourceId } from '../machinery.ts';

interface Served {
  readonly all: readonly Kind[];
  readonly stored: ReadonlyMap<ResourceId, Kind>;
}

export class Registry {
  readonly #builtin = builtinKinds();
  readonly #custom = new Map<string, readonly Kind[]>();
  /** Put together when somebody asks: definitions come in crowds. */
  #served: Served | undefined;

  all(): readonly Kind[] {
    return this.#current().all;
  }

  /** The stored kind behind an id; undefined where nothing of that name is served. */
  find(id: ResourceId): Kind | undefined {
    return this.#current().stored.get(id);
  }

  /** All versions that one definition serves; none takes them away. */
  define(definition: string, kinds: readonly Kind[]): void {
    if (kinds.length === 0) this.#custom.delete(definition);
    else this.#custom.set(definition, kinds);
    this.#served = undefined;
  }

  #current(): Served {
    if (this.#served) return this.#served;
    const custom = [...this.#custom.values()].flat();
    custom.sort((a, b) => compare(a.group, b.group) || compare(a.resource, b.resource));
    const all = [...this.#builtin, ...custom];
    this.#served = { all, stored: byId(all) };
    return this.#served;
  }
}

function byId(kinds: readonly Kind[]): ReadonlyMap<ResourceId, Kind> {
  return new Map(kinds.filter((kind) => kind.storage).map((kind) => [kind.id, kind]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
