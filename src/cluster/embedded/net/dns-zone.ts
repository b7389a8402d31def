/**
 * What CoreDNS's kubernetes plugin knows of cluster.local and the reverse zones: records from Services, EndpointSlices and
 * pods, with its distinction between a name that does not exist and a name without such a record (plugin/kubernetes).
 */
import { isIPv4 } from 'node:net';
import type { DnsRecord, RecordType } from './dns-message.ts';
import { endpointNames, findService, nameOfService, type ServiceHost } from './dns-services.ts';
import type { ServiceTable } from './service-table.ts';

export type ZoneAnswer =
  | { readonly kind: 'records'; readonly records: readonly DnsRecord[] }
  | { readonly kind: 'no-data' }
  | { readonly kind: 'no-name' }
  /** Names of ours that stand for one that is not: ask upstream for that, and put these before what it answers. */
  | { readonly kind: 'alias'; readonly records: readonly DnsRecord[]; readonly target: string }
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
/** CoreDNS follows no longer chain of aliases. */
const maxAliases = 8;

/** Hosts, none for a name without records, undefined for a name that does not exist. */
type Hosts = readonly ServiceHost[] | undefined;

export function createDnsZone(sources: ZoneSources): DnsZone {
  return {
    lookup(name, type) {
      if (name.endsWith('.in-addr.arpa')) return lookupReverse(sources, name, type);
      return isOurs(name) ? lookupForward(sources, name, type) : { kind: 'elsewhere' };
    },
  };
}

export function startOfAuthority(name: string): DnsRecord {
  const zone = name.endsWith('in-addr.arpa') ? 'in-addr.arpa' : domain;
  const data = `ns.dns.${zone} hostmaster.${zone} 1795222800 7200 1800 86400 ${ttl}`;
  return { name: zone, type: 'SOA', ttl, data };
}

function isOurs(name: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function lookupForward(sources: ZoneSources, name: string, type: RecordType): ZoneAnswer {
  if (type === 'TXT') {
    const versioned = name === `dns-version.${domain}`;
    return versioned ? records([{ name, type, ttl, data: '1.1.0' }]) : noData;
  }
  if (type === 'SOA') return name === domain ? records([startOfAuthority(name)]) : noData;
  if (type === 'NS' && name === domain) return records(nameServers(sources).map((data) => ({ name, type, ttl, data })));
  const hosts = hostsOf(sources, name);
  if (!hosts) return noName;
  const external = hosts.find(({ host }) => !isIPv4(host));
  if (external) return lookupAlias(sources, name, type, external.host);
  if (type === 'SRV') return records(serviceRecords(name, hosts));
  if (type !== 'A') return noData;
  const addresses = [...new Set(hosts.map(({ host }) => host))];
  return records(addresses.map((data) => ({ name, type, ttl, data })));
}

/** Inside the zone the alias is followed, and says nothing where it leads to nothing (plugin/backend_lookup.go). */
function lookupAlias(sources: ZoneSources, name: string, type: RecordType, host: string): ZoneAnswer {
  const alias: DnsRecord = { name, type: 'CNAME', ttl, data: host };
  if (type === 'CNAME') return records([alias]);
  if (type !== 'A' && type !== 'AAAA') return noData;
  const aliases = [alias];
  let target = host.toLowerCase();
  while (isOurs(target)) {
    const hosts = hostsOf(sources, target) ?? [];
    const next = hosts.find((candidate) => !isIPv4(candidate.host))?.host;
    if (next === undefined) {
      const addresses = type === 'A' ? [...new Set(hosts.map((candidate) => candidate.host))] : [];
      const found = addresses.map((data): DnsRecord => ({ name: target, type: 'A', ttl, data }));
      return found.length > 0 ? records([...aliases, ...found]) : noData;
    }
    if (aliases.length >= maxAliases || next === target) return noData;
    aliases.push({ name: target, type: 'CNAME', ttl, data: next });
    target = next.toLowerCase();
  }
  return { kind: 'alias', records: aliases, target };
}

function hostsOf(sources: ZoneSources, name: string): Hosts {
  const labels = name === domain ? [] : name.slice(0, -domain.length - 1).split('.');
  if (labels.join('.') === 'ns.dns') return nameServerHosts(sources);
  if (labels.length === 0 || (labels.length === 1 && labels[0] === 'dns-version')) return [];
  const kind = labels.at(-1);
  const namespace = labels.at(-2);
  if (kind !== 'svc' && kind !== 'pod') return undefined;
  if (namespace === undefined) return [];
  if (!sources.namespaceExists(namespace)) return undefined;
  const rest = labels.slice(0, -2);
  if (rest.length === 0) return [];
  return kind === 'pod' ? podHosts(rest) : findService(sources.services, namespace, rest);
}

/** `pods insecure`: any address in a namespace that exists. */
function podHosts(rest: readonly string[]): Hosts {
  const ip = (rest.at(-1) ?? '').replaceAll('-', '.');
  return rest.length <= 3 && isIPv4(ip) ? [{ host: ip, target: '', port: undefined }] : undefined;
}

function nameServerHosts({ services }: ZoneSources): readonly ServiceHost[] {
  return findService(services, 'kube-system', ['kube-dns']) ?? [];
}

function nameServers(sources: ZoneSources): readonly string[] {
  return [...new Set(nameServerHosts(sources).map(({ target }) => target))];
}

/** Every port of every endpoint has its share of a weight of 100. */
function serviceRecords(name: string, hosts: readonly ServiceHost[]): DnsRecord[] {
  const weight = Math.max(1, Math.floor(100 / hosts.length));
  const data = hosts.flatMap(({ target, port }) => (port === undefined ? [] : [`0 ${weight} ${port} ${target}`]));
  return [...new Set(data)].map((text) => ({ name, type: 'SRV', ttl, data: text }));
}

function lookupReverse(sources: ZoneSources, name: string, type: RecordType): ZoneAnswer {
  const ip = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.');
  if (!isIPv4(ip)) return { kind: 'elsewhere' };
  const service = sources.services.byClusterIp(ip);
  const names = service ? [nameOfService(service)] : [...new Set(endpointNames(sources.services, ip))];
  if (type !== 'PTR') return names.length === 0 ? { kind: 'elsewhere' } : noData;
  return names.length === 0 ? { kind: 'elsewhere' } : records(names.map((data) => ({ name, type, ttl, data })));
}

const noData: ZoneAnswer = { kind: 'no-data' };
const noName: ZoneAnswer = { kind: 'no-name' };

function records(list: readonly DnsRecord[]): ZoneAnswer {
  return list.length > 0 ? { kind: 'records', records: list } : noData;
}
