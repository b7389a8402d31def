/**
 * From a probe to the packets that policy judges: the DNS query where a name has to be resolved, then the connection to each
 * address behind the destination, after the Service's translation. Pure over a ClusterView.
 */
import { isIP } from 'node:net';
import type { EndpointSlice, Pod, Service } from '../kube/objects.ts';
import type { Flow } from '../policy/model.ts';
import type { Destination } from '../scenario/endpoint.ts';
import type { Outside } from '../scenario/model.ts';
import type { ClusterView } from './cluster-view.ts';

export interface NamedFlow {
  readonly role: 'dns' | 'connection';
  readonly flow: Flow;
  /** For people: `kube-system/coredns-5d78c9869d-abcde`, `203.0.113.80`. */
  readonly destination: string;
}

/** In the order in which they happen. Empty where the source has no address or the destination leads nowhere. */
export function flowsOf(
  view: ClusterView,
  source: { readonly namespace: string; readonly pod: string },
  to: Destination,
  outside: readonly Outside[],
): readonly NamedFlow[] {
  const sourceIp = view.pods.find(
    ({ metadata }) => metadata.namespace === source.namespace && metadata.name === source.pod,
  )?.status?.podIP;
  if (!sourceIp) return [];
  const byName = to.target.kind === 'name';
  const dns = byName
    ? connections(
        view,
        { host: 'kube-dns', service: findService(view, 'kube-system', 'kube-dns') },
        53,
        'UDP',
        'dns',
        sourceIp,
      )
    : [];
  return [
    ...dns,
    ...connections(view, locate(view, source.namespace, to, outside), to.port, to.protocol, 'connection', sourceIp),
  ];
}

interface Located {
  readonly host: string;
  readonly service?: Service | undefined;
  readonly addresses?: readonly string[];
}

function locate(view: ClusterView, namespace: string, { target }: Destination, outside: readonly Outside[]): Located {
  switch (target.kind) {
    case 'address':
      return { host: target.ip, addresses: [target.ip] };
    case 'outside':
      return { host: target.name, addresses: outside.find(({ name }) => name === target.name)?.addresses ?? [] };
    case 'pod': {
      const pod = view.pods.find(
        ({ metadata }) => metadata.namespace === target.namespace && metadata.name === target.name,
      );
      return { host: target.name, addresses: pod?.status?.podIP ? [pod.status.podIP] : [] };
    }
    case 'service':
      return { host: target.name, service: findService(view, target.namespace, target.name) };
    case 'name': {
      const host = target.host.replace(/\.$/, '');
      const known = outside.find(({ name }) => name === host);
      return known
        ? { host, addresses: known.addresses ?? [] }
        : { host, service: serviceByName(view, namespace, host) };
    }
  }
}

/** `web`, `web.shop`, `web.shop.svc`, `web.shop.svc.cluster.local`, as the search list completes them. */
function serviceByName(view: ClusterView, namespace: string, host: string): Service | undefined {
  const short = host.replace(/\.svc(\.cluster\.local)?$/, '');
  const [name = '', otherNamespace = namespace, ...rest] = short.split('.');
  return rest.length === 0 ? findService(view, otherNamespace, name) : undefined;
}

function findService(view: ClusterView, namespace: string, name: string): Service | undefined {
  return view.services.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
}

function connections(
  view: ClusterView,
  located: Located,
  port: number,
  protocol: 'TCP' | 'UDP',
  role: NamedFlow['role'],
  sourceIp: string,
): readonly NamedFlow[] {
  const behind = located.service
    ? endpointsOf(view.endpointSlices, located.service, port, protocol)
    : (located.addresses ?? []).map((ip) => ({ ip, port }));
  return behind.map(({ ip, port: realPort }) => ({
    role,
    flow: { sourceIp, destinationIp: ip, protocol, port: realPort },
    destination: nameOfAddress(view.pods, ip) ?? (isIP(located.host) ? ip : `${located.host} (${ip})`),
  }));
}

/** Policy sees the pod's address and the target port: translation comes first. Headless Services keep the port. */
function endpointsOf(
  slices: readonly EndpointSlice[],
  service: Service,
  port: number,
  protocol: string,
): readonly { ip: string; port: number }[] {
  const servicePort = service.spec?.ports?.find(
    (entry) => entry.port === port && (entry.protocol ?? 'TCP') === protocol,
  );
  const headless = service.spec?.clusterIP === 'None';
  const own = slices.filter(
    ({ metadata }) =>
      metadata.namespace === service.metadata.namespace &&
      metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
  );
  return own.flatMap((slice) => {
    const target = slice.ports?.find(
      (entry) => (entry.name ?? '') === (servicePort?.name ?? '') && (entry.protocol ?? 'TCP') === protocol,
    )?.port;
    const realPort = headless ? port : target;
    if (realPort === undefined || (!headless && !servicePort)) return [];
    return (slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses.map((ip) => ({ ip, port: realPort })));
  });
}

function nameOfAddress(pods: readonly Pod[], ip: string): string | undefined {
  const pod = pods.find(({ status, spec }) => status?.podIP === ip && !spec?.hostNetwork);
  return pod && `${pod.metadata.namespace}/${pod.metadata.name}`;
}
