/**
 * Which kinds does this server know? The aggregated documents that kubectl reads in two requests, and the plain ones that
 * client-node and older clients read group by group.
 */
import { createHash } from 'node:crypto';
import type { Machinery, ServedType } from '../machinery.ts';
import { mediaRanges } from './negotiate.ts';
import { type ApiRequest, header, type Reply } from './request.ts';
import { reviewTypes } from './reviews.ts';

interface GroupVersion {
  readonly version: string;
  readonly types: readonly ServedType[];
}

/** Groups in order of discovery, the core group ('') first; versions by preference. */
export function servedGroups(machinery: Machinery): ReadonlyMap<string, readonly GroupVersion[]> {
  const groups = new Map<string, Map<string, ServedType[]>>();
  for (const type of allTypes(machinery)) {
    const versions = groups.get(type.group) ?? new Map<string, ServedType[]>();
    groups.set(type.group, versions);
    versions.set(type.version, [...(versions.get(type.version) ?? []), type]);
  }
  const sorted = (types: readonly ServedType[]) => [...types].sort((a, b) => (a.resource < b.resource ? -1 : 1));
  return new Map(
    [...groups].map(([group, versions]) => [
      group,
      [...versions].map(([version, types]) => ({ version, types: sorted(types) })),
    ]),
  );
}

/** The reviews' groups come behind events.k8s.io, where the real server has them. */
export function allTypes(machinery: Machinery): readonly ServedType[] {
  const stored = machinery.types();
  const at = stored.findIndex((type) => type.group === 'autoscaling');
  return at < 0 ? [...stored, ...reviewTypes] : [...stored.slice(0, at), ...reviewTypes, ...stored.slice(at)];
}

export function serves(machinery: Machinery, group: string, version: string): boolean {
  return (
    servedGroups(machinery)
      .get(group)
      ?.some((served) => served.version === version) ?? false
  );
}

/** `GET /api` and `GET /apis`. */
export function discoverRoot(request: ApiRequest, machinery: Machinery, which: 'core' | 'groups'): Reply {
  const groups = [...servedGroups(machinery)].filter(([group]) => (group === '') === (which === 'core'));
  const version = aggregatedVersion(header(request.raw, 'accept'));
  if (version === undefined)
    return { type: 'document', body: which === 'core' ? coreVersions(request) : groupList(groups) };
  const body = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(([group, versions]) => ({
      metadata: { ...(group !== '' && { name: group }), creationTimestamp: null },
      versions: versions.map((entry) => ({
        version: entry.version,
        resources: entry.types.map(describeAggregated),
        freshness: 'Current',
      })),
    })),
  };
  const etag = `"${createHash('sha512').update(JSON.stringify(body)).digest('hex').toUpperCase()}"`;
  const headers = { ETag: etag, 'Cache-Control': 'public', Vary: 'Accept' };
  if (header(request.raw, 'if-none-match') === etag) return { type: 'not-modified', headers };
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  return { type: 'document', body, headers: { ...headers, 'Content-Type': contentType } };
}

/** The first of the client's media types that we know decides; plain JSON is undefined. */
function aggregatedVersion(accept: string | undefined): string | undefined {
  for (const { type, parameters } of mediaRanges(accept)) {
    if (type !== 'application/json' && type !== '*/*') continue;
    if (parameters.get('as') === undefined) return undefined;
    const version = parameters.get('v') ?? '';
    const known = parameters.get('g') === 'apidiscovery.k8s.io' && parameters.get('as') === 'APIGroupDiscoveryList';
    if (known && ['v2', 'v2beta1'].includes(version)) return version;
  }
  return undefined;
}

function describeAggregated(type: ServedType): unknown {
  return {
    resource: type.resource,
    responseKind: { group: type.group, version: type.version, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: type.verbs,
    ...(type.shortNames.length > 0 && { shortNames: type.shortNames }),
    ...(type.categories.length > 0 && { categories: type.categories }),
    ...(type.subresources.length > 0 && {
      subresources: type.subresources.map((subresource) => ({
        subresource: subresource.name,
        responseKind: {
          group: subresource.group ?? type.group,
          version: subresource.version ?? type.version,
          kind: subresource.kind,
        },
        verbs: subresource.verbs,
      })),
    }),
  };
}

function coreVersions(request: ApiRequest): unknown {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: header(request.raw, 'host') ?? '' }],
  };
}

function groupList(groups: readonly (readonly [string, readonly GroupVersion[]])[]): unknown {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map(([group, versions]) => describeGroup(group, versions)),
  };
}

function describeGroup(name: string, versions: readonly GroupVersion[]): Record<string, unknown> {
  const entries = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

/** `GET /apis/apps`. Throws nothing: an unknown group is the plain 404 page. */
export function discoverGroup(machinery: Machinery, group: string): Reply {
  const versions = servedGroups(machinery).get(group);
  if (group === '' || !versions) return unknownPath;
  return { type: 'document', body: { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(group, versions) } };
}

/** `GET /api/v1`, `GET /apis/apps/v1`: an APIResourceList, subresources as entries of their own. */
export function discoverVersion(machinery: Machinery, group: string, version: string): Reply {
  const found = servedGroups(machinery)
    .get(group)
    ?.find((entry) => entry.version === version);
  if (!found) return unknownPath;
  const resources = found.types.flatMap((type) => [
    {
      name: type.resource,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: type.verbs,
      ...(type.shortNames.length > 0 && { shortNames: type.shortNames }),
      ...(type.categories.length > 0 && { categories: type.categories }),
    },
    ...type.subresources.map((subresource) => ({
      name: `${type.resource}/${subresource.name}`,
      singularName: '',
      namespaced: type.namespaced,
      ...(subresource.group !== undefined && { group: subresource.group, version: subresource.version }),
      kind: subresource.kind,
      verbs: subresource.verbs,
    })),
  ]);
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return { type: 'document', body: { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources } };
}

/** What Go's mux says outside of the served groups. */
export const unknownPath: Reply = { type: 'text', code: 404, text: '404 page not found\n' };

/** The type behind a URL; undefined where the group is served and the resource is not. */
export function findType(
  machinery: Machinery,
  group: string,
  version: string,
  resource: string,
): ServedType | undefined {
  return machinery
    .types()
    .find((type) => type.resource === resource && type.group === group && type.version === version);
}
