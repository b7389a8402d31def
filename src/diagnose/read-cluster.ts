/** Reads, through the API, everything that a diagnosis looks at. Calico's kinds are read where the cluster serves them. */
import type { KubeClient } from '../kube/client.ts';
import type { EndpointSlice, KubeObject, Namespace, Pod, ResourceType, Service } from '../kube/objects.ts';
import type { ClusterObjects } from './question.ts';

const core = (resource: string, kind: string): ResourceType => ({
  group: '',
  version: 'v1',
  resource,
  kind,
  namespaced: kind !== 'Namespace',
});
const slices: ResourceType = {
  group: 'discovery.k8s.io',
  version: 'v1',
  resource: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
};
const networkPolicies: ResourceType = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
};
const calicoKinds = ['NetworkPolicy', 'GlobalNetworkPolicy', 'NetworkSet', 'GlobalNetworkSet', 'Tier'];

/** Throws what the client throws: ApiError, LabError when the cluster is unreachable. */
export async function readClusterObjects(client: KubeClient): Promise<ClusterObjects> {
  const [namespaces, pods, services, endpointSlices, own, calico] = await Promise.all([
    client.list<Namespace>(core('namespaces', 'Namespace')),
    client.list<Pod>(core('pods', 'Pod')),
    client.list<Service>(core('services', 'Service')),
    client.list<EndpointSlice>(slices),
    listTyped(client, networkPolicies),
    readCalico(client),
  ]);
  return { namespaces, pods, services, endpointSlices, policies: [...own, ...calico] };
}

/** One of Calico's two groups is enough: both serve the same objects. */
async function readCalico(client: KubeClient): Promise<readonly KubeObject[]> {
  const types = await client.types();
  const group = ['crd.projectcalico.org', 'projectcalico.org'].find((name) =>
    types.some((type) => type.group === name),
  );
  const wanted = types.filter((type) => type.group === group && calicoKinds.includes(type.kind));
  const lists = await Promise.all(wanted.map((type) => listTyped(client, type)));
  return lists.flat();
}

/** Items of a list carry no apiVersion and kind of their own: the engine tells policies apart by them. */
async function listTyped(client: KubeClient, type: ResourceType): Promise<readonly KubeObject[]> {
  const { group, version, kind } = type;
  const objects = await client.list(type);
  return objects.map((object) => ({ ...object, apiVersion: group ? `${group}/${version}` : version, kind }));
}
