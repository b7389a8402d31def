/** One look at everything that decides where a packet goes and whether it may: pods, namespaces, policies, Services, endpoints. */
import type { ClusterObjects } from '../diagnose/question.ts';
import type { KubeClient } from '../kube/client.ts';
import { pathOf, wellKnown } from '../kube/client.ts';
import type { EndpointSlice, KubeObject, Namespace, Pod, Service } from '../kube/objects.ts';
import { withoutTwins } from './calico-twins.ts';

const policyResources = new Set([
  'networkpolicies',
  'globalnetworkpolicies',
  'networksets',
  'globalnetworksets',
  'tiers',
  'clusternetworkpolicies',
]);

export async function viewCluster(client: KubeClient): Promise<ClusterObjects> {
  const types = await client.types();
  const policyTypes = types.filter(({ resource }) => policyResources.has(resource));
  const slices = types.find(({ resource }) => resource === 'endpointslices');
  const [namespaces, pods, services, endpointSlices, ...policies] = await Promise.all([
    client.list<Namespace>(wellKnown.namespaces),
    client.list<Pod>(wellKnown.pods),
    client.list<Service>(wellKnown.services),
    slices ? client.list<EndpointSlice>(slices) : Promise.resolve([]),
    ...policyTypes.map(async (type) => {
      const { items = [] } = await client.json<{ items?: KubeObject[] }>({ path: pathOf(type) });
      const apiVersion = type.group ? `${type.group}/${type.version}` : type.version;
      return items.map((item) => ({ ...item, apiVersion, kind: type.kind }));
    }),
  ]);
  return { namespaces, pods, services, endpointSlices, policies: withoutTwins(policies.flat()) };
}
