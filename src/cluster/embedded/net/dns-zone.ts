/**
 * What CoreDNS's kubernetes plugin knows of cluster.local and the reverse zones: records from Services, EndpointSlices and
 * pods, with its distinction between a name that does not exist and a name without such a record (plugin/kubernetes).
 */
import type { EndpointSlice, Service } from '../../../kube/objects.ts';
import type { DnsRecord, RecordType } from './dns-message.ts';
import type { ServiceTable } from './service-table.ts';

export type ZoneAnswer =
  | { readonly kind: 'records'; readonly records: readonly DnsRecord[] }
  | { readonly kind: 'no-data' }
  | { readonly kind: 'no-name' }
  /** Not ours: ask upstream. */
  | { readonly kind: 'elsewhere' };

export interface DnsZone {
  /** Lower case, without trailing dot. */
  lookup(name: string, type: RecordType): ZoneAnswer;
}

export interface ZoneSources {
  readonly services: ServiceTable;
  readonly namespaceExists: (name: string) => boolean;
}

const domain = 'cluster.local';
const ttl = 30;

interface Target {
  readonly name: string;
  readonly ip: string;
}

export function createDnsZone(sources: ZoneSources): DnsZone {
  return {
    lookup(name, type) {
      if (name.endsWith('.in-addr.arpa')) return lookupReverse(sources, name, type);
      if (name !== domain && !name.endsWith(`.${domain}`)) return { kind: 'elsewhere' };
      const labels = name === domain ? [] : name.slice(0, -domain.length - 1).split('.');
      return lookupForward(sources, name, labels, type);
    },
  };
}

export function startOfAuthority(name: string): DnsRecord {
  const zone = name.endsWith('in-addr.arpa') ? 'in-addr.arpa' : domain;
  const data = `ns.dns.${zone} hostmaster.${zone} 1795222800 7200 1800 86400 ${ttl}`;
  return { name: zone, type: 'SOA', ttl, data };
}

function lookupForward(sources: ZoneSources, name: string, labels: readonly string[], type: RecordType): ZoneAnswer {
  if (labels.length === 0) return type === 'SOA' ? records([startOfAuthority(name)]) : noData;
  const kind = labels.at(-1);
  const namespace = labels.at(-2);
  if (labels.length === 1 && kind === 'dns-version') return type === 'TXT' ? records([txt(name, '1.1.0')]) : noData;
  if (kind !== 'svc' && kind !== 'pod') return noName;
  if (namespace === undefined) return noData;
  if (!sources.namespaceExists(namespace)) return noName;
  const rest = labels.slice(0, -2);
  if (rest.length === 0) return noData;
  return kind === 'pod' ? lookupPod(name, rest, type) : lookupService(sources, name, namespace, rest, type);
}

/** `pods insecure`: any address in a namespace that exists. */
function lookupPod(name: string, rest: readonly string[], type: RecordType): ZoneAnswer {
  const ip = rest.length === 1 ? (rest[0] ?? '').replaceAll('-', '.') : '';
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(ip)) return noName;
  return type === 'A' || type === 'ANY' ? records([{ name, type: 'A', ttl, data: ip }]) : noData;
}

/** `web`, `endpoint.web`, `_http._tcp.web`. */
function lookupService(
  sources: ZoneSources,
  name: string,
  namespace: string,
  rest: readonly string[],
  type: RecordType,
): ZoneAnswer {
  const service = sources.services.service(namespace, rest.at(-1) ?? '');
  if (!service) return noName;
  if (rest[0]?.startsWith('_') && rest.length === 3) return lookupPort(sources, name, service, rest, type);
  const { type: serviceType, externalName, clusterIP } = service.spec ?? {};
  if (serviceType === 'ExternalName') {
    return rest.length === 1 ? records([{ name, type: 'CNAME', ttl, data: externalName ?? '' }]) : noName;
  }
  const headless = clusterIP === 'None';
  if (rest.length > 2 || (rest.length === 2 && !headless && !endpointNamed(sources, service, rest[0]))) return noName;
  const targets =
    headless || rest.length === 2
      ? endpointsOf(sources, service).filter((target) => rest.length === 1 || target.name === rest[0])
      : [{ name: '', ip: clusterIP ?? '' }];
  if (targets.length === 0) return noName;
  if (type === 'SRV') return records(portRecords(name, service, targets));
  if (type !== 'A' && type !== 'ANY') return noData;
  return records(unique(targets).map(({ ip }) => ({ name, type: 'A', ttl, data: ip })));
}

function endpointNamed(sources: ZoneSources, service: Service, name: string | undefined): boolean {
  return endpointsOf(sources, service).some((target) => target.name === name);
}

function lookupPort(
  sources: ZoneSources,
  name: string,
  service: Service,
  rest: readonly string[],
  type: RecordType,
): ZoneAnswer {
  const [portLabel = '', protocolLabel = ''] = rest;
  const port = (service.spec?.ports ?? []).find(
    (candidate) =>
      `_${candidate.name ?? ''}` === portLabel && `_${(candidate.protocol ?? 'TCP').toLowerCase()}` === protocolLabel,
  );
  if (!port) return noName;
  const targets =
    service.spec?.clusterIP === 'None'
      ? endpointsOf(sources, service)
      : [{ name: '', ip: service.spec?.clusterIP ?? '' }];
  if (type === 'A') return records(targets.map(({ ip }) => ({ name, type: 'A', ttl, data: ip })));
  if (type !== 'SRV') return noData;
  return records(targets.map((target) => srv(name, service, target, port.port, targets.length)));
}

function portRecords(name: string, service: Service, targets: readonly Target[]): DnsRecord[] {
  return (service.spec?.ports ?? []).flatMap((port) =>
    targets.map((target) => srv(name, service, target, port.port, targets.length)),
  );
}

function srv(name: string, service: Service, target: Target, port: number, count: number): DnsRecord {
  const host = `${target.name ? `${target.name}.` : ''}${nameOf(service)}`;
  return { name, type: 'SRV', ttl, data: `0 ${Math.floor(100 / count)} ${port} ${host}` };
}

function endpointsOf(sources: ZoneSources, service: Service): Target[] {
  const notReady = service.spec?.publishNotReadyAddresses === true;
  const slices = sources.services.slices(service.metadata.namespace ?? '', service.metadata.name ?? '');
  return slices.flatMap((slice) => targetsOf(slice, notReady));
}

function targetsOf(slice: EndpointSlice, notReady: boolean): Target[] {
  return (slice.endpoints ?? []).flatMap((endpoint) =>
    notReady || endpoint.conditions?.ready !== false
      ? (endpoint.addresses ?? []).map((ip) => ({ ip, name: endpoint.hostname ?? ip.replaceAll('.', '-') }))
      : [],
  );
}

function lookupReverse(sources: ZoneSources, name: string, type: RecordType): ZoneAnswer {
  const ip = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.');
  if (ip.split('.').length !== 4) return { kind: 'elsewhere' };
  const service = sources.services.byClusterIp(ip);
  const names = service ? [nameOf(service)] : [...endpointNames(sources, ip)];
  if (names.length === 0) return { kind: 'elsewhere' };
  return type === 'PTR' || type === 'ANY'
    ? records(names.map((data) => ({ name, type: 'PTR' as const, ttl, data })))
    : noData;
}

/** Endpoints of headless and other Services alike answer for their address. */
function* endpointNames(sources: ZoneSources, ip: string): Iterable<string> {
  for (const service of sources.services.services()) {
    for (const target of endpointsOf(sources, service)) {
      if (target.ip === ip) yield `${target.name}.${nameOf(service)}`;
    }
  }
}

function nameOf(service: Service): string {
  return `${service.metadata.name}.${service.metadata.namespace}.svc.${domain}`;
}

function unique(targets: readonly Target[]): readonly Target[] {
  return [...new Map(targets.map((target) => [target.ip, target])).values()];
}

function txt(name: string, data: string): DnsRecord {
  return { name, type: 'TXT', ttl, data };
}

const noData: ZoneAnswer = { kind: 'no-data' };
const noName: ZoneAnswer = { kind: 'no-name' };

function records(list: readonly DnsRecord[]): ZoneAnswer {
  return { kind: 'records', records: list };
}
