/** How are defaults written down? Small helpers over changeable JSON: fill what is absent, walk what is there. */

export type Draft = Record<string, unknown>;

/** Sets what is undefined; zero values that a client wrote stay. */
export function fill(target: Draft, values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) if (target[key] === undefined) target[key] = value;
}

export function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The struct in a field; undefined where there is none. */
export function child(target: Draft, key: string): Draft | undefined {
  const value = target[key];
  return isDraft(value) ? value : undefined;
}

/** The struct in a field, made where there is none. */
export function ensure(target: Draft, key: string): Draft {
  const known = child(target, key);
  if (known) return known;
  const made: Draft = {};
  target[key] = made;
  return made;
}

/** The structs of a list field; empty where there is none. */
export function items(target: Draft | undefined, key: string): Draft[] {
  const value = target?.[key];
  return Array.isArray(value) ? value.filter(isDraft) : [];
}
