/**
 * The difference of two objects as a strategic merge patch (apimachinery/pkg/util/strategicpatch, diffMaps): what kubectl
 * apply, edit and diff send. Lists with a merge key are patched element by element, with $setElementOrder.
 */
import { equalJson, isMap, type JsonMap } from './equal.ts';
import { listStrategy, retainsKeys } from './merge-keys.ts';

export interface DiffOptions {
  /** Keys that only the first object has stay. */
  readonly ignoreDeletions?: boolean;
  /** Only say what is gone. */
  readonly ignoreChangesAndAdditions?: boolean;
}

/** From `original` to `modified`; `{}` when there is nothing to do. */
export function diffObjects(
  kind: string,
  original: JsonMap,
  modified: JsonMap,
  options: DiffOptions = {},
): Record<string, unknown> {
  return new Diff(kind, options).maps(original, modified, []);
}

class Diff {
  readonly #kind: string;
  readonly #deletions: boolean;
  readonly #changes: boolean;

  constructor(kind: string, options: DiffOptions) {
    this.#kind = kind;
    this.#deletions = !options.ignoreDeletions;
    this.#changes = !options.ignoreChangesAndAdditions;
  }

  maps(original: JsonMap, modified: JsonMap, path: readonly string[], retain = false): Record<string, unknown> {
    const patch: Record<string, unknown> = {};
    for (const [key, before] of Object.entries(original)) {
      if (!Object.hasOwn(modified, key)) {
        if (this.#deletions) patch[key] = null;
        continue;
      }
      this.#value(patch, key, before, modified[key], [...path, key]);
    }
    for (const [key, after] of Object.entries(modified)) {
      if (this.#changes && !Object.hasOwn(original, key)) patch[key] = after;
    }
    if (retain && Object.keys(patch).length > 0) patch['$retainKeys'] = Object.keys(modified).sort();
    return patch;
  }

  #value(patch: Record<string, unknown>, key: string, before: unknown, after: unknown, path: readonly string[]): void {
    if (isMap(before) && isMap(after)) {
      const inner = this.maps(before, after, path, retainsKeys(this.#kind, path));
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (Array.isArray(before) && Array.isArray(after)) this.#list(patch, key, before, after, path);
    else if (this.#changes && !equalJson(before, after)) patch[key] = after;
  }

  #list(
    patch: Record<string, unknown>,
    key: string,
    before: readonly unknown[],
    after: readonly unknown[],
    path: readonly string[],
  ): void {
    const strategy = listStrategy(this.#kind, path);
    const maps = [...before, ...after].every(isMap);
    if (strategy.how === 'byKey' && maps) {
      this.#keyed(
        patch,
        key,
        before as readonly JsonMap[],
        after as readonly JsonMap[],
        strategy.key,
        path,
        strategy.retainKeys === true,
      );
    } else if (strategy.how === 'set') this.#set(patch, key, before, after);
    else if (this.#changes && !equalJson(before, after)) patch[key] = after;
  }

  #keyed(
    patch: Record<string, unknown>,
    key: string,
    before: readonly JsonMap[],
    after: readonly JsonMap[],
    mergeKey: string,
    path: readonly string[],
    retain: boolean,
  ): void {
    const changed: Record<string, unknown>[] = [];
    for (const item of after) {
      const old = before.find((each) => equalJson(each[mergeKey], item[mergeKey]));
      if (!old) {
        if (this.#changes) changed.push({ ...item });
        continue;
      }
      const inner = this.maps(old, item, path, retain);
      if (Object.keys(inner).length > 0) changed.push({ ...inner, [mergeKey]: item[mergeKey] });
    }
    const gone = before.filter((old) => !after.some((item) => equalJson(item[mergeKey], old[mergeKey])));
    if (this.#deletions) changed.push(...gone.map((old) => ({ $patch: 'delete', [mergeKey]: old[mergeKey] })));
    if (changed.length > 0) patch[key] = changed;
    if (this.#needsOrder(before, after, changed.length > 0, (item) => (item as JsonMap)[mergeKey])) {
      patch[`$setElementOrder/${key}`] = after.map((item) => ({ [mergeKey]: item[mergeKey] }));
    }
  }

  #set(patch: Record<string, unknown>, key: string, before: readonly unknown[], after: readonly unknown[]): void {
    const added = this.#changes ? after.filter((item) => !before.includes(item)) : [];
    const gone = this.#deletions ? before.filter((item) => !after.includes(item)) : [];
    if (added.length > 0) patch[key] = added;
    if (gone.length > 0) patch[`$deleteFromPrimitiveList/${key}`] = gone;
    if (this.#needsOrder(before, after, added.length + gone.length > 0, (item) => item)) {
      patch[`$setElementOrder/${key}`] = [...after];
    }
  }

  #needsOrder(
    before: readonly unknown[],
    after: readonly unknown[],
    changed: boolean,
    keyOf: (item: unknown) => unknown,
  ): boolean {
    const same = equalJson(before.map(keyOf), after.map(keyOf));
    return (this.#deletions && changed) || (this.#changes && (changed || !same));
  }
}
