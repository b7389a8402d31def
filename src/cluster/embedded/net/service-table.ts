/**
 * What kube-proxy in iptables mode makes of Services and EndpointSlices: which address and port is rewritten to which
 * endpoints, which is rejected for want of any, and what it leaves alone.
 */
import type { EndpointSlice, Service, ServicePort } from '../../../kube/objects.ts';

export interface Backend {
  readonly ip: string;
  readonly port: number;
  /** Absent for endpoints that are no pods. */
  readonly nodeName?: string;
}

/** One port of one Service. */
export interface ServiceEntry {
  readonly namespace: string;
  readonly name: string;
  readonly portName: string;
  readonly protocol: string;
  readonly backends: readonly Backend[];
  readonly externalLocal: boolean;
  readonly internalLocal: boolean;
  /** Of ClientIP affinity: client address → backend. Absent without affinity. */
  readonly affinity?: Map<string, Backend>;
}

export interface ServiceTable {
  setService(service: Service): void;
  removeService(namespace: string, name: string): void;
  setSlice(slice: EndpointSlice): void;
  removeSlice(slice: EndpointSlice): void;
  /** By ClusterIP (or external IP). */
  cluster(ip: string, port: number, protocol: string): ServiceEntry | undefined;
  node(port: number, protocol: string): ServiceEntry | undefined;
  service(namespace: string, name: string): Service | undefined;
  services(): Iterable<Service>;
  /** Sorted by name. */
  slices(namespace: string, name: string): readonly EndpointSlice[];
  byClusterIp(ip: string): Service | undefined;
}

interface Index {
  readonly cluster: Map<string, ServiceEntry>;
  readonly node: Map<string, ServiceEntry>;
  readonly byIp: Map<string, Service>;
}

export function createServiceTable(): ServiceTable {
  return new Table();
}

class Table implements ServiceTable {
  readonly #services = new Map<string, Service>();
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();
  readonly #affinities = new Map<string, Map<string, Backend>>();
  /** Rebuilt when somebody asks after a change. */
  #index: Index | undefined;

  setService(service: Service): void {
    this.#services.set(keyOf(service.metadata.namespace, service.metadata.name), service);
    this.#index = undefined;
  }

  removeService(namespace: string, name: string): void {
    this.#services.delete(keyOf(namespace, name));
    this.#index = undefined;
  }

  setSlice(slice: EndpointSlice): void {
    const owner = ownerKey(slice);
    const known = this.#slices.get(owner) ?? new Map<string, EndpointSlice>();
    known.set(slice.metadata.name ?? '', slice);
    this.#slices.set(owner, known);
    this.#index = undefined;
  }

  removeSlice(slice: EndpointSlice): void {
    this.#slices.get(ownerKey(slice))?.delete(slice.metadata.name ?? '');
    this.#index = undefined;
  }

  cluster(ip: string, port: number, protocol: string): ServiceEntry | undefined {
    return this.#current().cluster.get(`${ip}:${port}/${protocol}`);
  }

  node(port: number, protocol: string): ServiceEntry | undefined {
    return this.#current().node.get(`${port}/${protocol}`);
  }

  service(namespace: string, name: string): Service | undefined {
    return this.#services.get(keyOf(namespace, name));
  }

  services(): Iterable<Service> {
    return this.#services.values();
  }

  slices(namespace: string, name: string): readonly EndpointSlice[] {
    return this.#slicesOf(keyOf(namespace, name));
  }

  byClusterIp(ip: string): Service | undefined {
    return this.#current().byIp.get(ip);
  }

  #current(): Index {
    this.#index ??= this.#build();
    return this.#index;
  }

  #build(): Index {
    const built: Index = { cluster: new Map(), node: new Map(), byIp: new Map() };
    for (const [key, service] of this.#services) {
      const ips = addressesOf(service);
      const [clusterIp] = ips;
      if (clusterIp === undefined) continue;
      built.byIp.set(clusterIp, service);
      for (const port of service.spec?.ports ?? []) {
        const entry = this.#entryOf(key, service, port);
        for (const ip of ips) built.cluster.set(`${ip}:${port.port}/${entry.protocol}`, entry);
        if (port.nodePort) built.node.set(`${port.nodePort}/${entry.protocol}`, entry);
      }
    }
    return built;
  }

  #entryOf(key: string, service: Service, port: ServicePort): ServiceEntry {
    const portName = port.name ?? '';
    const protocol = port.protocol ?? 'TCP';
    return {
      namespace: service.metadata.namespace ?? '',
      name: service.metadata.name ?? '',
      portName,
      protocol,
      backends: backendsOf(this.#slicesOf(key), portName, protocol),
      externalLocal: service.spec?.externalTrafficPolicy === 'Local',
      internalLocal: service.spec?.internalTrafficPolicy === 'Local',
      ...(service.spec?.sessionAffinity === 'ClientIP' && {
        affinity: this.#affinityOf(`${key}:${portName}/${protocol}`),
      }),
    };
  }

  #slicesOf(key: string): EndpointSlice[] {
    return [...(this.#slices.get(key)?.values() ?? [])].sort((a, b) =>
      compare(a.metadata.name ?? '', b.metadata.name ?? ''),
    );
  }

  #affinityOf(key: string): Map<string, Backend> {
    const known = this.#affinities.get(key);
    if (known) return known;
    const fresh = new Map<string, Backend>();
    this.#affinities.set(key, fresh);
    return fresh;
  }
}

/**
 * Ready endpoints; where there is none, those that still serve while they terminate (kube-proxy's fallback,
 * pkg/proxy/topology.go).
 */
export function backendsOf(slices: readonly EndpointSlice[], portName: string, protocol: string): readonly Backend[] {
  const ready: Backend[] = [];
  const terminating: Backend[] = [];
  for (const slice of slices) {
    const port = (slice.ports ?? []).find((p) => (p.name ?? '') === portName && (p.protocol ?? 'TCP') === protocol);
    if (port?.port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const conditions = endpoint.conditions ?? {};
      for (const ip of endpoint.addresses ?? []) {
        const backend = { ip, port: port.port, ...(endpoint.nodeName && { nodeName: endpoint.nodeName }) };
        if (conditions.ready !== false) ready.push(backend);
        else if (conditions.serving && conditions.terminating) terminating.push(backend);
      }
    }
  }
  return ready.length > 0 ? ready : terminating;
}

function addressesOf(service: Service): readonly string[] {
  const { clusterIP, externalIPs = [], type } = service.spec ?? {};
  if (!clusterIP || clusterIP === 'None' || type === 'ExternalName') return [];
  return [clusterIP, ...externalIPs];
}

function ownerKey(slice: EndpointSlice): string {
  return keyOf(slice.metadata.namespace, slice.metadata.labels?.['kubernetes.io/service-name']);
}

function keyOf(namespace = '', name = ''): string {
  return `${namespace}/${name}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
