/**
 * What CoreDNS's kubernetes plugin finds for a name below `svc.cluster.local`: one host for each address and port, as its
 * backend lists them, from which the records of every type are made (plugin/kubernetes, findServices).
 */
import type { EndpointSlice, Service } from '../../../kube/objects.ts';
import type { ServiceTable } from './service-table.ts';

/** An address and the name it has in SRV records, or the name that an ExternalName Service stands for. */
export interface ServiceHost {
  readonly host: string;
  /** For an address: the full name of the Service or of its endpoint. */
  readonly target: string;
  /** Undefined: a headless Service without ports. */
  readonly port: number | undefined;
}

interface Wanted {
  readonly endpoint?: string;
  readonly port?: string;
  readonly protocol?: string;
}

/** `rest`: the labels left of the namespace, as `web`, `endpoint.web`, `_http._tcp.web`. Undefined: no such name. */
export function findService(
  table: ServiceTable,
  namespace: string,
  rest: readonly string[],
): readonly ServiceHost[] | undefined {
  const service = table.service(namespace, rest.at(-1) ?? '');
  const wanted = wantedOf(rest.slice(0, -1));
  if (!service || !wanted) return undefined;
  const { type, externalName = '', clusterIP } = service.spec ?? {};
  const hosts: readonly ServiceHost[] =
    type === 'ExternalName'
      ? wanted.endpoint === undefined
        ? [{ host: externalName, target: '', port: undefined }]
        : []
      : clusterIP === 'None' || wanted.endpoint !== undefined
        ? endpointHosts(table, service, wanted)
        : (service.spec?.ports ?? [])
            .filter((port) => isWanted(wanted, port))
            .map(({ port }) => ({ host: clusterIP ?? '', target: nameOfService(service), port }));
  return hosts.length > 0 ? hosts : undefined;
}

function wantedOf(labels: readonly string[]): Wanted | undefined {
  const [first, second] = labels;
  if (labels.length > 2) return undefined;
  if (first === undefined) return {};
  if (second === undefined) return { endpoint: first };
  return { port: first.replace(/^_/, ''), protocol: second.replace(/^_/, '') };
}

/** What the question leaves open, every port has. */
function isWanted(wanted: Wanted, port: { readonly name?: string; readonly protocol?: string }): boolean {
  const { name = '', protocol = 'TCP' } = port;
  return (wanted.port ?? name) === name && (wanted.protocol ?? protocol).toUpperCase() === protocol;
}

/** The ports of endpoints are those of the pods, not those of the Service. */
function endpointHosts(table: ServiceTable, service: Service, wanted: Wanted): ServiceHost[] {
  return slicesOf(table, service).flatMap((slice) => {
    const ports = slice.ports?.length ? slice.ports : [{}];
    return targetsOf(slice)
      .filter((target) => wanted.endpoint === undefined || target.name === wanted.endpoint)
      .flatMap(({ ip, name }) =>
        ports
          .filter((port) => isWanted(wanted, port))
          .map((port) => ({ host: ip, target: `${name}.${nameOfService(service)}`, port: port.port })),
      );
  });
}

/** Endpoints of headless and other Services alike answer for their address. */
export function* endpointNames(table: ServiceTable, ip: string): Iterable<string> {
  for (const service of table.services()) {
    for (const slice of slicesOf(table, service)) {
      for (const target of targetsOf(slice)) if (target.ip === ip) yield `${target.name}.${nameOfService(service)}`;
    }
  }
}

function slicesOf(table: ServiceTable, service: Service): readonly EndpointSlice[] {
  return table.slices(service.metadata.namespace ?? '', service.metadata.name ?? '');
}

interface Target {
  readonly name: string;
  readonly ip: string;
}

function targetsOf(slice: EndpointSlice): Target[] {
  return (slice.endpoints ?? []).flatMap((endpoint) =>
    endpoint.conditions?.ready === false
      ? []
      : (endpoint.addresses ?? []).map((ip) => ({ ip, name: endpoint.hostname ?? ip.replaceAll('.', '-') })),
  );
}

export function nameOfService(service: Service): string {
  return `${service.metadata.name}.${service.metadata.namespace}.svc.cluster.local`;
}
