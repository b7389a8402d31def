/**
 * Which kinds does Kubernetes 1.36 serve of its own, and what are they like? Reviews that are answered and not stored
 * (SubjectAccessReview, TokenReview, Binding) belong to the HTTP layer.
 */
import { coreRows, type Row } from './core-rows.ts';
import { groupRows } from './group-rows.ts';
import { allVerbs, type Kind, resourceId, scaleSubresource, statusOf } from './kind.ts';

export function builtinKinds(): readonly Kind[] {
  return [['', 'v1', coreRows] as const, ...groupRows].flatMap(([group, version, rows]) =>
    rows.map((row) => toKind(group, version, row)),
  );
}

function toKind(group: string, version: string, row: Row): Kind {
  const { kind, resource } = row;
  const subresources = [
    ...(row.subresources ?? []),
    ...(row.scale ? [scaleSubresource] : []),
    ...(row.status ? [statusOf(kind)] : []),
  ];
  subresources.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    id: kind === 'Event' ? 'events' : resourceId(group, resource),
    group,
    version,
    resource,
    kind,
    namespaced: !row.cluster,
    singular: kind.toLowerCase(),
    shortNames: row.short?.split(',') ?? [],
    categories: row.category ? [row.category] : [],
    verbs: row.verbs ?? allVerbs,
    subresources,
    storage: !row.second,
    schema: row.schema === false ? undefined : `${group.split('.')[0] || 'core'}/${version}.${kind}`,
    nameRule: row.names ?? 'subdomain',
    generation: !row.ungenerated,
    statusSubresource: row.status ?? false,
  };
}
