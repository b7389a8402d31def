/** What kube-proxy makes of a Service: rewritten, rejected, dropped, or left alone. */
import { expect, test } from 'vitest';
import { createServiceTable } from '../../../../src/cluster/embedded/net/service-table.ts';
import { translate } from '../../../../src/cluster/embedded/net/service-translation.ts';
import { seededRandom } from '../../../../src/kit/random.ts';
import type { EndpointSlice, Service } from '../../../../src/kube/objects.ts';

interface Endpoint {
  readonly ip: string;
  readonly node: string;
  readonly ready?: boolean;
  readonly terminating?: boolean;
}

function tableWith(spec: Partial<Service['spec']>, endpoints: readonly Endpoint[]) {
  const table = createServiceTable();
  const metadata = { name: 'web', namespace: 'shop' };
  table.setService({
    metadata,
    spec: { clusterIP: '10.96.0.50', ports: [{ port: 80, nodePort: 31380, protocol: 'TCP' }], ...spec },
  } as Service);
  table.setSlice({
    metadata: { name: 'web-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: endpoints.map(({ ip, node, ready = true, terminating = false }) => ({
      addresses: [ip],
      nodeName: node,
      conditions: { ready, serving: ready || terminating, terminating },
    })),
  } as EndpointSlice);
  return table;
}

const fromPod = {
  nodeName: 'a',
  nodeIps: ['172.18.0.2'],
  fromThisNode: true,
  fromPod: true,
  sourceIp: '10.244.1.1',
  protocol: 'TCP',
} as const;
const fromOutside = { ...fromPod, fromThisNode: false, fromPod: false, sourceIp: '172.18.0.9' } as const;
const clusterIp = { ip: '10.96.0.50', port: 80 };
const nodePort = { ip: '172.18.0.2', port: 31_380 };

test('a ClusterIP becomes an endpoint with the target port, without masquerading for pods', () => {
  const table = tableWith({}, [{ ip: '10.244.2.2', node: 'b' }]);
  const result = translate(table, seededRandom(1), { ...fromPod, destination: clusterIp });
  expect(result).toMatchObject({ kind: 'rewritten', backend: { ip: '10.244.2.2', port: 8080 }, masquerade: false });
});

test('a pod that is picked as its own backend is masqueraded', () => {
  const table = tableWith({}, [{ ip: '10.244.1.1', node: 'a' }]);
  const result = translate(table, seededRandom(1), { ...fromPod, destination: clusterIp });
  expect(result).toMatchObject({ kind: 'rewritten', masquerade: true });
});

test('a Service without ready endpoints is rejected', () => {
  const table = tableWith({}, [{ ip: '10.244.2.2', node: 'b', ready: false }]);
  expect(translate(table, seededRandom(1), { ...fromPod, destination: clusterIp }).kind).toBe('rejected');
});

test('endpoints that still serve while they terminate are used when no other is left', () => {
  const table = tableWith({}, [{ ip: '10.244.2.2', node: 'b', ready: false, terminating: true }]);
  expect(translate(table, seededRandom(1), { ...fromPod, destination: clusterIp }).kind).toBe('rewritten');
});

test('another port of a ClusterIP, and ICMP, are left alone', () => {
  const table = tableWith({}, [{ ip: '10.244.2.2', node: 'b' }]);
  const other = { ip: '10.96.0.50', port: 81 };
  expect(translate(table, seededRandom(1), { ...fromPod, destination: other }).kind).toBe('none');
  expect(translate(table, seededRandom(1), { ...fromPod, protocol: 'ICMP', destination: clusterIp }).kind).toBe('none');
});

test('externalTrafficPolicy Local: this node or nothing for the outside, everything for the node itself', () => {
  const table = tableWith({ externalTrafficPolicy: 'Local' }, [{ ip: '10.244.2.2', node: 'b' }]);
  expect(translate(table, seededRandom(1), { ...fromOutside, destination: nodePort }).kind).toBe('dropped');
  expect(translate(table, seededRandom(1), { ...fromPod, destination: nodePort }).kind).toBe('rewritten');
  const local = tableWith({ externalTrafficPolicy: 'Local' }, [{ ip: '10.244.1.7', node: 'a' }]);
  expect(translate(local, seededRandom(1), { ...fromOutside, destination: nodePort })).toMatchObject({
    masquerade: false,
  });
});

test('internalTrafficPolicy Local drops where the node has no endpoint', () => {
  const table = tableWith({ internalTrafficPolicy: 'Local' }, [{ ip: '10.244.2.2', node: 'b' }]);
  expect(translate(table, seededRandom(1), { ...fromPod, destination: clusterIp }).kind).toBe('dropped');
});

test('sessionAffinity ClientIP keeps a client on one backend', () => {
  const table = tableWith(
    { sessionAffinity: 'ClientIP' },
    ['2', '3', '4'].map((n) => ({ ip: `10.244.2.${n}`, node: 'b' })),
  );
  const random = seededRandom(1);
  const picks = Array.from({ length: 20 }, () => translate(table, random, { ...fromPod, destination: clusterIp }));
  expect(new Set(picks.map((pick) => (pick.kind === 'rewritten' ? pick.backend.ip : ''))).size).toBe(1);
});

test('without affinity every backend gets its turn', () => {
  const table = tableWith(
    {},
    ['2', '3', '4'].map((n) => ({ ip: `10.244.2.${n}`, node: 'b' })),
  );
  const random = seededRandom(1);
  const picks = Array.from({ length: 60 }, () => translate(table, random, { ...fromPod, destination: clusterIp }));
  expect(new Set(picks.map((pick) => (pick.kind === 'rewritten' ? pick.backend.ip : ''))).size).toBe(3);
});
