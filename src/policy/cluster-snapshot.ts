/** From the objects of a running cluster to what policy sees: which pods are subjects, at which addresses, with which ports. */
import type { Container, EndpointSlice, KubeObject, Namespace, Pod } from '../kube/objects.ts';
import { endpointsOfSlices, namesService, type ServiceEndpoint, withServiceEndpoints } from './calico-services.ts';
import type { PolicyNamespace, PolicyPod, PolicySnapshot, Protocol } from './model.ts';
import { findPlugin, policiesRead } from './plugins.ts';

export interface ClusterLists {
  readonly namespaces: readonly Namespace[];
  readonly pods: readonly Pod[];
  /** Every object that carries policy, of whatever kind. */
  readonly policies: readonly KubeObject[];
  /** What Calico rules that name a Service stand for. */
  readonly endpointSlices?: readonly EndpointSlice[];
}

export function snapshotOfCluster({ namespaces, pods, policies, endpointSlices = [] }: ClusterLists): PolicySnapshot {
  const plugin = findPlugin(pods);
  const endpointsOf = (namespace: string, name: string): readonly ServiceEndpoint[] =>
    endpointsOfSlices(
      endpointSlices.filter(
        ({ metadata }) => metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === name,
      ),
    );
  return {
    namespaces: namespaces.map(policyNamespaceOf),
    pods: pods.map(policyPodOf).filter((pod) => pod !== undefined),
    policies: policiesRead(plugin, policies).map((policy) =>
      namesService(policy) ? withServiceEndpoints(policy, endpointsOf) : policy,
    ),
    ...(plugin && { plugin }),
  };
}

/** With the label that every namespace carries, which manifests need not spell out. */
export function policyNamespaceOf({ metadata }: Pick<Namespace, 'metadata'>): PolicyNamespace {
  const name = metadata.name ?? '';
  return { name, labels: { ...metadata.labels, 'kubernetes.io/metadata.name': name } };
}

/** undefined where policy has nothing to select: no address yet, hostNetwork, finished (its address may be another's). */
export function policyPodOf(pod: Pod): PolicyPod | undefined {
  const ips = pod.status?.podIPs?.map(({ ip }) => ip ?? '') ?? (pod.status?.podIP ? [pod.status.podIP] : []);
  const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (ips.length === 0 || finished || pod.spec?.hostNetwork) return undefined;
  return {
    namespace: pod.metadata.namespace ?? 'default',
    name: pod.metadata.name ?? '',
    labels: pod.metadata.labels ?? {},
    ...(pod.spec?.serviceAccountName && { serviceAccount: pod.spec.serviceAccountName }),
    ips,
    ports: declaredPorts(pod.spec),
  };
}

/** Named ports resolve here: containers and init containers both count (Calico's workload_endpoint_default.go). */
export function declaredPorts(
  spec: { readonly containers?: readonly Container[]; readonly initContainers?: readonly Container[] } | undefined,
): PolicyPod['ports'] {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return containers.flatMap(({ ports }) =>
    (ports ?? []).map(({ name, containerPort, protocol }) => ({
      ...(name && { name }),
      port: containerPort,
      protocol: (protocol ?? 'TCP') as Protocol,
    })),
  );
}
