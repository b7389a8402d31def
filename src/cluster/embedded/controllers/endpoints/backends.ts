/** Who stands behind a Service: its pods, and the port of each that the Service's ports lead to. Pure. */
import type { Pod, Service, ServicePort } from '../../../../kube/objects.ts';
import { matchesMap } from '../../../../kube/selectors.ts';
import { isReady } from '../pod-facts.ts';

export interface Backend {
  readonly pod: Pod;
  readonly ip: string;
  /** Counted as ready by the Service: the pod is, or publishNotReadyAddresses, and it is not being deleted. */
  readonly ready: boolean;
  /** Would answer if asked, even while it is being deleted. */
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Of the pod's hostname, where it has one under this Service. */
  readonly hostname: string | undefined;
}

export interface BackendPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol: string | undefined;
}

/** Pods with an address that the selector matches, sorted as the store lists them. None without a selector. */
export function backendsOf(service: Service, pods: readonly Pod[]): Backend[] {
  const { selector, publishNotReadyAddresses = false } = service.spec ?? {};
  return pods
    .filter((pod) => matchesMap(selector, pod.metadata.labels) && pod.status?.podIP && !hasEnded(pod))
    .map((pod) => {
      const terminating = pod.metadata.deletionTimestamp !== undefined;
      const serving = isReady(pod);
      return {
        pod,
        ip: pod.status?.podIP ?? '',
        ready: publishNotReadyAddresses || (serving && !terminating),
        serving: publishNotReadyAddresses || serving,
        terminating,
        hostname: pod.spec?.hostname && pod.spec.subdomain === service.metadata.name ? pod.spec.hostname : undefined,
      };
    });
}

function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** The Service's ports as this pod has them; a name that the pod does not declare leads nowhere. */
export function portsFor(service: Service, pod: Pod): BackendPort[] {
  const { ports = [], clusterIP } = service.spec ?? {};
  if (ports.length === 0 && clusterIP === 'None') return [];
  return ports.flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    return [{ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP', appProtocol: port.appProtocol }];
  });
}

/** pkg/api/v1/pod/util.go, FindPort: containers, then sidecars; name and protocol must agree. */
function targetPort(port: ServicePort, pod: Pod): number | undefined {
  const target: unknown = port.targetPort ?? port.port;
  if (typeof target === 'number') return target === 0 ? port.port : target;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const { ports = [] } of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const found = ports.find(({ name, protocol = 'TCP' }) => name === target && protocol === (port.protocol ?? 'TCP'));
    if (found) return found.containerPort;
  }
  return undefined;
}

/** Backends with the same ports belong together. */
export function groupByPorts(
  service: Service,
  backends: readonly Backend[],
): { ports: BackendPort[]; backends: Backend[] }[] {
  const groups = new Map<string, { ports: BackendPort[]; backends: Backend[] }>();
  for (const backend of backends) {
    const ports = portsFor(service, backend.pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, backends: [] };
    group.backends.push(backend);
    groups.set(key, group);
  }
  return [...groups.values()];
}

export function targetRefOf(pod: Pod): { kind: string; name: string; namespace: string; uid: string } {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  return { kind: 'Pod', name, namespace, uid };
}
