/**
 * What does "can shop/web reach coredns.kube-system:53/tcp" mean in flows? Turns a source pod and a destination, with the
 * objects of a cluster, into the packets that policy judges: the DNS queries first where a name is used, then the connection.
 */
import { parseAddress } from '../kube/cidr.ts';
import type { EndpointSlice, KubeObject, Namespace, Pod, Service } from '../kube/objects.ts';
import { snapshotOfCluster } from '../policy/cluster-snapshot.ts';
import type { Flow, PolicySnapshot } from '../policy/model.ts';
import { findBackends, findDnsBackends, type ServiceTarget } from './backends.ts';

/** Everything that a diagnosis looks at. */
export interface ClusterObjects {
  readonly namespaces: readonly Namespace[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly policies: readonly KubeObject[];
}

export interface AskedFlow {
  readonly role: 'dns' | 'connection';
  readonly flow: Flow;
  /** Who the other end is: `kube-system/coredns-x`, `203.0.113.80`. */
  readonly to: string;
}

export interface FlowQuestion {
  readonly source: { readonly namespace: string; readonly name: string; readonly hostNetwork: boolean };
  /** As asked: `google.com:80/TCP`. */
  readonly asked: string;
  readonly flows: readonly AskedFlow[];
  /** Where the destination is a Service. */
  readonly service?: ServiceTarget;
  /** The name was looked up in vain: there is no address to judge. */
  readonly unknownName?: boolean;
}

export interface Asked {
  readonly source: { readonly namespace: string; readonly name: string };
  /** A name as the pod would write it, or an address. */
  readonly host: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  /** Addresses of names beyond the cluster. */
  readonly outside?: Readonly<Record<string, readonly string[]>>;
}

export interface Resolved {
  readonly snapshot: PolicySnapshot;
  readonly question: FlowQuestion;
}

/** Never throws. A source pod that does not exist, or has no address, leads to a question without flows. */
export function resolveQuestion(objects: ClusterObjects, asked: Asked): Resolved {
  const snapshot = snapshotOfCluster(objects);
  const pod = objects.pods.find(
    ({ metadata }) => metadata.name === asked.source.name && metadata.namespace === asked.source.namespace,
  );
  const sourceIp = pod?.status?.podIP;
  const source = { ...asked.source, hostNetwork: pod?.spec?.hostNetwork === true };
  const text = `${asked.host}:${asked.port}/${asked.protocol}`;
  if (!sourceIp) return { snapshot, question: { source, asked: text, flows: [] } };
  const byName = parseAddress(asked.host) === undefined;
  const { targets, service } = findBackends(objects, asked);
  const flowTo = (ip: string, port: number, protocol: Flow['protocol']): Flow => ({
    sourceIp,
    destinationIp: ip,
    protocol,
    port,
    ...(ip === sourceIp && service && { hairpin: true }),
  });
  const dns: AskedFlow[] = byName
    ? findDnsBackends(objects).flatMap(({ ip, to, port }) =>
        (['UDP', 'TCP'] as const).map((protocol) => ({ role: 'dns' as const, to, flow: flowTo(ip, port, protocol) })),
      )
    : [];
  const connection: AskedFlow[] = targets.map(({ ip, to, port }) => ({
    role: 'connection',
    to,
    flow: flowTo(ip, port, asked.protocol),
  }));
  return {
    snapshot,
    question: {
      source,
      asked: text,
      flows: [...dns, ...connection],
      ...(service && { service }),
      ...(byName && targets.length === 0 && !service && { unknownName: true }),
    },
  };
}
