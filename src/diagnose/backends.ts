/** Which addresses, pods and ports are behind a destination? Names as the pod's search list reads them, ClusterIPs, pods. */
import type { EndpointSlice, Pod, Service } from '../kube/objects.ts';
import { nameOf } from '../kube/objects.ts';

export interface Backend {
  readonly ip: string;
  /** After DNAT: the pod's port. */
  readonly port: number;
  readonly to: string;
}

export interface ServiceTarget {
  readonly namespace: string;
  readonly name: string;
  readonly clusterIp: string;
  /** As asked: the Service's port. */
  readonly port: number;
  readonly endpoints: number;
}

interface Objects {
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
}

interface Asked {
  readonly source: { readonly namespace: string };
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
  readonly outside?: Readonly<Record<string, readonly string[]>>;
}

/** Nobody found leaves `targets` empty; a Service without ready endpoints too. */
export function findBackends(
  objects: Objects,
  asked: Asked,
): { readonly targets: readonly Backend[]; readonly service?: ServiceTarget } {
  const service = findService(objects, asked);
  if (service) {
    const targets = backendsOf(objects, service, asked.port, asked.protocol);
    const { name = '', namespace = '' } = service.metadata;
    const clusterIp = service.spec?.clusterIP ?? '';
    return { targets, service: { namespace, name, clusterIp, port: asked.port, endpoints: targets.length } };
  }
  const addresses = asked.outside?.[asked.host.replace(/\.$/, '')] ?? (isAddress(asked.host) ? [asked.host] : []);
  return { targets: addresses.map((ip) => ({ ip, port: asked.port, to: podAt(objects, ip) ?? ip })) };
}

/** The pods behind kube-system/kube-dns, which every pod's resolv.conf leads to. */
export function findDnsBackends(objects: Objects): readonly Backend[] {
  const dns = objects.services.find(({ metadata }) => nameOf({ metadata }) === 'kube-system/kube-dns');
  return dns ? backendsOf(objects, dns, 53, 'UDP') : [];
}

function findService({ services }: Objects, { host, source }: Asked): Service | undefined {
  if (isAddress(host)) {
    return services.find(({ spec }) => spec?.clusterIP === host || (spec?.clusterIPs ?? []).includes(host));
  }
  const [name, namespace = source.namespace, kind, ...domain] = host.replace(/\.$/, '').split('.');
  const inCluster = (kind === undefined || kind === 'svc') && ['', 'cluster.local'].includes(domain.join('.'));
  if (!inCluster) return undefined;
  return services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
}

function backendsOf(objects: Objects, service: Service, asked: number, protocol: string): readonly Backend[] {
  const headless = service.spec?.clusterIP === 'None';
  const port = (service.spec?.ports ?? []).find(
    (candidate) => candidate.port === asked && (candidate.protocol ?? 'TCP') === protocol,
  );
  if (!port && !headless) return [];
  const slices = objects.endpointSlices.filter(
    ({ metadata }) =>
      metadata.namespace === service.metadata.namespace &&
      metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
  );
  const backends = slices.flatMap(({ endpoints, ports }) => {
    const target = headless
      ? asked
      : (ports ?? []).find((candidate) => (candidate.name ?? '') === (port?.name ?? ''))?.port;
    if (target === undefined) return [];
    return (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses.map((ip) => ({ ip, port: target, to: podAt(objects, ip) ?? ip })));
  });
  return backends.sort((a, b) => (a.to < b.to ? -1 : a.to > b.to ? 1 : 0));
}

function podAt({ pods }: Objects, ip: string): string | undefined {
  const pod = pods.find(
    ({ spec, status }) =>
      status?.podIP === ip && !spec?.hostNetwork && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
  );
  return pod && nameOf(pod);
}

function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host);
}
