/** Which types a server has: aggregated discovery (Kubernetes 1.27 and newer), two requests. */
import type { DiscoveredType, RawRequest } from './client.ts';

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

interface GroupDiscovery {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly { readonly version: string; readonly resources?: readonly ResourceDiscovery[] }[];
}

interface ResourceDiscovery {
  readonly resource: string;
  readonly responseKind?: { readonly group?: string; readonly version?: string; readonly kind: string };
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs: readonly string[];
}

/** Every served type in the server's order: the first with a name is what that name means. */
export async function discover(json: <T>(request: RawRequest) => Promise<T>): Promise<readonly DiscoveredType[]> {
  const answers = await Promise.all(
    ['/api', '/apis'].map((path) => json<{ items?: readonly GroupDiscovery[] }>({ path, accept })),
  );
  return answers.flatMap(({ items = [] }) => items.flatMap(typesOfGroup));
}

function typesOfGroup(group: GroupDiscovery): DiscoveredType[] {
  const name = group.metadata?.name ?? '';
  return (group.versions ?? []).flatMap(({ version, resources = [] }) =>
    resources.map((entry) => ({
      group: name,
      version,
      resource: entry.resource,
      kind: entry.responseKind?.kind ?? '',
      namespaced: entry.scope === 'Namespaced',
      singular: entry.singularResource ?? '',
      shortNames: entry.shortNames ?? [],
      categories: entry.categories ?? [],
      verbs: entry.verbs,
    })),
  );
}
