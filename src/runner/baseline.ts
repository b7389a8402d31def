/**
 * The state that `reset` goes back to: what was in the scenario's namespaces when it was broken, as fingerprints, and which of
 * it is the scenario's own. Small enough to live in the cluster beside the scenario.
 */
import type { Item } from './inventory.ts';
import { keyOf, type Scope } from './scope.ts';

export interface BaselineEntry {
  readonly hash: string;
  /** The scenario made it; otherwise it was there before. */
  readonly own: boolean;
  /** Labels that a namespace is set back to. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** By key; objects that a controller made are keyed by uid, because their names are generated. */
export type Baseline = Readonly<Record<string, BaselineEntry>>;

export function baselineOf(items: readonly Item[], scope: Scope): Baseline {
  const own = new Set(scope.broken.map(keyOf));
  return Object.fromEntries(
    items.map((item) => [
      idOf(item),
      {
        hash: item.hash,
        own: own.has(item.key) || item.owned,
        ...(item.object.kind === 'Namespace' && { labels: item.object.metadata.labels ?? {} }),
      },
    ]),
  );
}

export function idOf({ key, uid, owned }: Pick<Item, 'key' | 'uid' | 'owned'>): string {
  return owned ? `uid:${uid}` : key;
}

export interface Difference {
  /** Not in the baseline, or changed: to be deleted (the scenario's own are then made again). */
  readonly discard: readonly Item[];
  /** Namespaces whose labels differ. */
  readonly relabel: readonly Item[];
  /** Keys of the scenario's objects that have to be made again. */
  readonly restore: ReadonlySet<string>;
}

/** Pure. What was there before the scenario is never discarded, and cannot be restored. */
export function compareWithBaseline(baseline: Baseline, items: readonly Item[], scope: Scope): Difference {
  const discard: Item[] = [];
  const relabel: Item[] = [];
  for (const item of items) {
    const entry = baseline[idOf(item)];
    const changed = entry?.hash !== item.hash;
    if (item.object.kind === 'Namespace') {
      if (changed && entry) relabel.push(item);
    } else if (!entry || (changed && entry.own)) discard.push(item);
  }
  const gone = new Set(discard.map(({ key }) => key));
  const kept = new Set(items.map(({ key }) => key).filter((key) => !gone.has(key)));
  const restore = new Set(scope.broken.map(keyOf).filter((key) => !kept.has(key)));
  return { discard, relabel, restore };
}

/** One text for a whole state: equal for two states that a learner cannot tell apart. Generated names do not count. */
export function stateText(items: readonly Item[]): string {
  return items
    .map(({ key, hash, owned }) => (owned ? `${key.split('/').slice(0, 2).join('/')}/*` : `${key} ${hash}`))
    .sort()
    .join('\n');
}
