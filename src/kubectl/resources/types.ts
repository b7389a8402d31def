/** From what people type for a kind (`po`, `deployments.apps`, `NetworkPolicy`) to a served type. */
import type { DiscoveredType } from '../../kube/client.ts';
import type { ResourceType } from '../../kube/objects.ts';
import { KubectlError } from '../errors.ts';
import type { Session } from '../session.ts';

/** Throws `the server doesn't have a resource type "x"`, after asking the server again. */
export async function resolveType(session: Session, word: string): Promise<DiscoveredType> {
  for (const fresh of [false, true]) {
    const types = await session.types({ fresh });
    const found = matchType(types, word);
    if (!found) continue;
    warnAboutShortName(session, types, found, word.toLowerCase());
    return found;
  }
  throw new KubectlError(`the server doesn't have a resource type ${JSON.stringify(word.split('.')[0] ?? word)}`);
}

/** `ev` is two kinds; the first is meant, and kubectl says so. */
function warnAboutShortName(
  session: Session,
  types: readonly DiscoveredType[],
  found: DiscoveredType,
  word: string,
): void {
  if (!found.shortNames.includes(word)) return;
  const other = types.find((type) => type.shortNames.includes(word) && qualified(type) !== qualified(found));
  if (other) {
    session.warn(`short name ${JSON.stringify(word)} could also match lower priority resource ${qualified(other)}`);
  }
}

export function matchType(types: readonly DiscoveredType[], word: string): DiscoveredType | undefined {
  const [name = '', ...rest] = word.toLowerCase().split('.');
  const named = types.filter(
    (type) =>
      type.resource === name ||
      type.singular === name ||
      type.kind.toLowerCase() === name ||
      type.shortNames.includes(name),
  );
  if (rest.length === 0) return named[0];
  const [version = '', ...groups] = rest;
  const group = rest.join('.');
  return (
    // `pods.v1` is no version: only with a group behind it (`deployments.v1.apps`, `pods.v1.`)
    named.find((type) => groups.length > 0 && type.version === version && type.group === groups.join('.')) ??
    named.find((type) => type.group === group) ??
    named.find((type) => type.group !== '' && type.group.startsWith(group))
  );
}

/** `all`, `pods,svc` → the types, in order. */
export async function resolveTypes(session: Session, word: string): Promise<DiscoveredType[]> {
  const types = await session.types();
  const out: DiscoveredType[] = [];
  for (const part of word.split(',')) {
    const members = types.filter((type) => type.categories.includes(part.toLowerCase()));
    if (members.length > 0 && !matchType(types, part)) out.push(...firstOfEach(members));
    else out.push(await resolveType(session, part));
  }
  return out;
}

/** One version per resource of a group. */
function firstOfEach(types: readonly DiscoveredType[]): DiscoveredType[] {
  const seen = new Set<string>();
  return types.filter((type) => {
    const key = qualified(type);
    return !seen.has(key) && seen.add(key);
  });
}

/** `deployments.apps`, `pods` */
export function qualified(type: ResourceType): string {
  return type.group ? `${type.resource}.${type.group}` : type.resource;
}

/** `deployment.apps`: how kubectl names an object's kind. */
export function kindName(type: ResourceType): string {
  return `${type.kind.toLowerCase()}${type.group ? `.${type.group}` : ''}`;
}

/** `apps/v1` */
export function apiVersionOf(type: ResourceType): string {
  return type.group ? `${type.group}/${type.version}` : type.version;
}

/** Go's print of a GroupVersionResource: `apps/v1, Resource=deployments`, `/v1, Resource=pods`. */
export function goResource(type: ResourceType): string {
  return `${type.group}/${type.version}, Resource=${type.resource}`;
}

/** `apps/v1, Kind=Deployment` */
export function goKind(type: ResourceType): string {
  return `${type.group}/${type.version}, Kind=${type.kind}`;
}
