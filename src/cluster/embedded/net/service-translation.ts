/**
 * kube-proxy's rewrite (iptables mode) of one packet on one node: ClusterIP or NodePort to an endpoint, whether the node's
 * address must replace the source, and the two ways of having no endpoint: rejected, or dropped under policy Local.
 */
import type { Random } from '../../../kit/random.ts';
import type { Protocol } from '../../../policy/model.ts';
import type { Backend, ServiceEntry, ServiceTable } from './service-table.ts';
import type { SocketAddress } from './sockets.ts';

export interface TranslationRequest {
  readonly nodeName: string;
  readonly nodeIps: readonly string[];
  /** From a pod of this node or the node itself: externalTrafficPolicy does not bind it. */
  readonly fromThisNode: boolean;
  readonly fromPod: boolean;
  readonly sourceIp: string;
  readonly destination: SocketAddress;
  readonly protocol: Protocol;
}

export type Translation =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'rewritten';
      readonly entry: ServiceEntry;
      readonly backend: Backend;
      readonly masquerade: boolean;
    }
  | { readonly kind: 'rejected' | 'dropped'; readonly entry: ServiceEntry };

export function translate(services: ServiceTable, random: Random, request: TranslationRequest): Translation {
  const { destination, protocol, nodeIps } = request;
  // ICMP has no ports, so nothing matches: a ClusterIP never answers ping.
  if (protocol === 'ICMP') return { kind: 'none' };
  const cluster = services.cluster(destination.ip, destination.port, protocol);
  if (cluster) return throughCluster(cluster, random, request);
  const node = nodeIps.includes(destination.ip) ? services.node(destination.port, protocol) : undefined;
  return node ? throughNodePort(node, random, request) : { kind: 'none' };
}

function throughCluster(entry: ServiceEntry, random: Random, request: TranslationRequest): Translation {
  const backends = entry.internalLocal ? onNode(entry.backends, request.nodeName) : entry.backends;
  if (entry.backends.length === 0) return { kind: 'rejected', entry };
  if (backends.length === 0) return { kind: 'dropped', entry };
  const backend = choose(entry, backends, random, request.sourceIp);
  const hairpin = backend.ip === request.sourceIp;
  return { kind: 'rewritten', entry, backend, masquerade: hairpin || !request.fromPod };
}

function throughNodePort(entry: ServiceEntry, random: Random, request: TranslationRequest): Translation {
  if (entry.backends.length === 0) return { kind: 'rejected', entry };
  const local = entry.externalLocal && !request.fromThisNode;
  const backends = local ? onNode(entry.backends, request.nodeName) : entry.backends;
  if (backends.length === 0) return { kind: 'dropped', entry };
  return { kind: 'rewritten', entry, backend: choose(entry, backends, random, request.sourceIp), masquerade: !local };
}

function onNode(backends: readonly Backend[], nodeName: string): readonly Backend[] {
  return backends.filter((backend) => backend.nodeName === nodeName);
}

function choose(entry: ServiceEntry, backends: readonly Backend[], random: Random, sourceIp: string): Backend {
  const known = entry.affinity?.get(sourceIp);
  if (known && backends.some((backend) => backend.ip === known.ip && backend.port === known.port)) return known;
  const backend = random.pick(backends);
  entry.affinity?.set(sourceIp, backend);
  return backend;
}
