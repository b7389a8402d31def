/** What CoreDNS answers for aliases, named ports and its own zone, as its kubernetes plugin does. */
import { describe, expect, test } from 'vitest';
import type { RecordType } from '../../../../src/cluster/embedded/net/dns-message.ts';
import { createDnsZone } from '../../../../src/cluster/embedded/net/dns-zone.ts';
import { createServiceTable } from '../../../../src/cluster/embedded/net/service-table.ts';
import type { EndpointSlice, Service } from '../../../../src/kube/objects.ts';

const services = createServiceTable();
const zone = createDnsZone({ services, namespaceExists: (name) => ['shop', 'kube-system'].includes(name) });

function service(name: string, spec: Service['spec'], namespace = 'shop'): void {
  services.setService({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec } as Service);
}

service('kube-dns', { clusterIP: '10.96.0.10', ports: [{ port: 53, protocol: 'UDP' }] }, 'kube-system');
service('web', { clusterIP: '10.96.7.7', externalIPs: ['192.0.2.7'], ports: [{ name: 'http', port: 80 }] });
service('db', {
  clusterIP: 'None',
  ports: [
    { name: 'sql', port: 80, targetPort: 5432 },
    { name: 'admin', port: 81 },
  ],
});
service('alias', { type: 'ExternalName', externalName: 'web.shop.svc.cluster.local' });
service('partner', { type: 'ExternalName', externalName: 'example.com' });
service('dangling', { type: 'ExternalName', externalName: 'gone.shop.svc.cluster.local' });
service('loop', { type: 'ExternalName', externalName: 'loop.shop.svc.cluster.local' });
services.setSlice({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'db-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'db' } },
  addressType: 'IPv4',
  ports: [
    { name: 'sql', port: 5432, protocol: 'TCP' },
    { name: 'admin', port: 81, protocol: 'TCP' },
  ],
  endpoints: [
    { addresses: ['10.244.1.1'], conditions: { ready: true }, hostname: 'db-0' },
    { addresses: ['10.244.1.2'], conditions: { ready: true } },
    { addresses: ['10.244.1.3'], conditions: { ready: false } },
  ],
} as EndpointSlice);

function ask(name: string, type: RecordType): string[] | string {
  const answer = zone.lookup(name, type);
  return answer.kind === 'records' ? answer.records.map((record) => `${record.type} ${record.data}`) : answer.kind;
}

describe('an ExternalName Service', () => {
  test('is followed inside the zone, for the type that was asked', () => {
    expect(ask('alias.shop.svc.cluster.local', 'A')).toEqual(['CNAME web.shop.svc.cluster.local', 'A 10.96.7.7']);
    expect(ask('alias.shop.svc.cluster.local', 'AAAA')).toBe('no-data');
    expect(ask('alias.shop.svc.cluster.local', 'CNAME')).toEqual(['CNAME web.shop.svc.cluster.local']);
  });

  test('that leads nowhere or to itself exists without addresses', () => {
    expect(ask('dangling.shop.svc.cluster.local', 'A')).toBe('no-data');
    expect(ask('loop.shop.svc.cluster.local', 'A')).toBe('no-data');
  });

  test('of a foreign name is for the server behind', () => {
    expect(zone.lookup('partner.shop.svc.cluster.local', 'A')).toMatchObject({
      kind: 'alias',
      target: 'example.com',
    });
    expect(ask('partner.shop.svc.cluster.local', 'SRV')).toBe('no-data');
  });
});

test('SRV names the port of the endpoint, not of the headless Service, and shares the weight among all', () => {
  expect(ask('_sql._tcp.db.shop.svc.cluster.local', 'SRV')).toEqual([
    'SRV 0 50 5432 db-0.db.shop.svc.cluster.local',
    'SRV 0 50 5432 10-244-1-2.db.shop.svc.cluster.local',
  ]);
  expect(ask('db.shop.svc.cluster.local', 'SRV')).toHaveLength(4);
  expect(ask('db.shop.svc.cluster.local', 'SRV')).toContain('SRV 0 25 81 db-0.db.shop.svc.cluster.local');
  expect(ask('_http._tcp.web.shop.svc.cluster.local', 'SRV')).toEqual(['SRV 0 100 80 web.shop.svc.cluster.local']);
  expect(ask('_http._udp.web.shop.svc.cluster.local', 'SRV')).toBe('no-name');
});

test('the zone has a name server, and a type that it lacks is no missing name', () => {
  expect(ask('cluster.local', 'NS')).toEqual(['NS kube-dns.kube-system.svc.cluster.local']);
  expect(ask('ns.dns.cluster.local', 'A')).toEqual(['A 10.96.0.10']);
  expect(ask('web.shop.svc.cluster.local', 'ANY')).toBe('no-data');
  expect(ask('999-1-1-1.shop.pod.cluster.local', 'A')).toBe('no-name');
});

test('a ClusterIP has a reverse name, an external address has none', () => {
  expect(ask('7.7.96.10.in-addr.arpa', 'PTR')).toEqual(['PTR web.shop.svc.cluster.local']);
  expect(ask('7.2.0.192.in-addr.arpa', 'PTR')).toBe('elsewhere');
});
