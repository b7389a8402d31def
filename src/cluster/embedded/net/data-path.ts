/**
 * What becomes of a first packet, in the order of the real thing: Service DNAT on the node where it enters, egress policy
 * of its source, routing (and masquerading where it leaves a node), ingress policy of its destination.
 */
import { isIPv6 } from 'node:net';
import type { Random } from '../../../kit/random.ts';
import type { DirectionVerdict, Flow, Protocol, Verdict } from '../../../policy/model.ts';
import type { FlowEnd, FlowOutcome, FlowRecord } from './flow-log.ts';
import type { HostPorts } from './host-ports.ts';
import { type NetHost, primaryIp } from './net-host.ts';
import type { PolicyJudge } from './policy-judge.ts';
import type { ServiceEntry, ServiceTable } from './service-table.ts';
import { translate } from './service-translation.ts';
import type { SocketAddress } from './sockets.ts';
import type { World } from './world.ts';

export interface Packet {
  readonly from: NetHost;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly protocol: Protocol;
}

export type Path = {
  /** Addresses of the routers that it came past, for time to live. */
  readonly via: readonly string[];
} & (
  | {
      readonly kind: 'arrived';
      readonly host: NetHost;
      /** Where it arrived, after DNAT. */
      readonly destination: SocketAddress;
      /** The source as the destination sees it, after SNAT. */
      readonly seen: SocketAddress;
    }
  | { readonly kind: 'silence' }
  /** ICMP port unreachable; `near` when the source's own node sent it. */
  | { readonly kind: 'port-unreachable'; readonly near: boolean }
  | { readonly kind: 'host-unreachable'; readonly ip: string }
  /** The source has no route: IPv6 beyond the loopback. */
  | { readonly kind: 'network-unreachable' }
);

export interface DataPath {
  send(packet: Packet): Path;
}

export interface DataPathOptions {
  readonly world: World;
  readonly services: ServiceTable;
  readonly hostPorts: HostPorts;
  readonly judge: PolicyJudge;
  readonly random: Random;
  readonly onFlow: (flow: Omit<FlowRecord, 'sequence' | 'atMs'>) => void;
}

/** The walk of one packet so far. */
interface Walk {
  readonly packet: Packet;
  readonly via: string[];
  destination: SocketAddress;
  /** The source address now: changes when a node masquerades. */
  sourceIp: string;
  /** What the destination will see, when the last node masquerades behind policy. */
  finalSourceIp: string | undefined;
  service: { entry: ServiceEntry; original: SocketAddress } | undefined;
  egress: DirectionVerdict | undefined;
  ingress: DirectionVerdict | undefined;
}

export function createDataPath(options: DataPathOptions): DataPath {
  return new Router(options);
}

class Router implements DataPath {
  readonly #options: DataPathOptions;

  constructor(options: DataPathOptions) {
    this.#options = options;
  }

  send(packet: Packet): Path {
    const { from, destination, source } = packet;
    const walk: Walk = {
      packet,
      via: [],
      destination,
      sourceIp: source.ip,
      finalSourceIp: undefined,
      service: undefined,
      egress: undefined,
      ingress: undefined,
    };
    if (isLoopback(destination.ip) || (from.kind !== 'node' && from.ips.includes(destination.ip)))
      return arrive(walk, from);
    if (isIPv6(destination.ip)) return { kind: 'network-unreachable', via: [] };
    const path = from.nodeName === undefined ? this.#fromOutside(walk) : this.#fromCluster(walk, from.nodeName);
    if (path.kind !== 'arrived') return path;
    const refused = packet.protocol === 'TCP' && !path.host.tcpTarget(path.destination.ip, path.destination.port);
    return this.#finish(walk, refused ? 'refused' : 'forwarded', path);
  }

  #fromOutside(walk: Walk): Path {
    const host = this.#options.world.find(walk.destination.ip);
    if (!host) return this.#unassigned(walk);
    if (host.kind === 'pod') return this.#silence(walk, 'no route to pods from outside the cluster');
    return this.#leave(walk, host, undefined);
  }

  #fromCluster(walk: Walk, nodeName: string): Path {
    const { from } = walk.packet;
    const ended = this.#enterNode(walk, nodeName, true);
    if (ended) return ended;
    const host = this.#options.world.find(walk.destination.ip);
    const onOwnNode = host?.kind === 'node' && host.name === nodeName;
    if (from.kind === 'pod' && !onOwnNode) walk.via.push(this.#nodeIp(nodeName));
    if (!this.#allowsEgress(walk)) return this.#denied(walk, true);
    if (!host) return this.#unassigned(walk);
    return host.kind === 'pod' ? this.#toPod(walk, host, nodeName) : this.#leave(walk, host, nodeName);
  }

  /** Rewrites the destination on the node where the packet enters. A path when that is the end of it. */
  #enterNode(walk: Walk, nodeName: string, origin: boolean): Path | undefined {
    const { services, random, world } = this.#options;
    const { from, protocol } = walk.packet;
    const fromThisNode = from.nodeName === nodeName;
    const nodeIps = world.node(nodeName)?.ips ?? [];
    const translation = translate(services, random, {
      nodeName,
      nodeIps,
      fromThisNode,
      fromPod: from.kind === 'pod' && fromThisNode,
      sourceIp: walk.sourceIp,
      destination: walk.destination,
      protocol,
    });
    if (translation.kind === 'none') {
      if (nodeIps.includes(walk.destination.ip)) this.#enterHostPort(walk, nodeName);
      return undefined;
    }
    walk.service = { entry: translation.entry, original: walk.service?.original ?? walk.destination };
    if (translation.kind === 'dropped') return this.#silence(walk, 'the Service has no endpoint on this node');
    if (translation.kind !== 'rewritten') {
      // Calico's chains come before kube-proxy's REJECT (chainInsertMode Insert): a denied pod gets silence even here.
      if (origin && !this.#allowsEgress(walk)) return this.#denied(walk, true);
      return this.#finish(walk, 'no-endpoints', { kind: 'port-unreachable', near: fromThisNode, via: walk.via });
    }
    walk.destination = { ip: translation.backend.ip, port: translation.backend.port };
    if (translation.masquerade) walk.finalSourceIp = this.#nodeIp(nodeName);
    return undefined;
  }

  #enterHostPort(walk: Walk, nodeName: string): void {
    const { protocol, source } = walk.packet;
    const to = this.#options.hostPorts.find(nodeName, walk.destination, protocol);
    if (!to) return;
    walk.destination = to;
    if (to.ip === source.ip) walk.finalSourceIp = this.#nodeIp(nodeName);
  }

  #toPod(walk: Walk, host: NetHost, nodeName: string): Path {
    const { from } = walk.packet;
    const crosses = host.nodeName !== nodeName;
    // Masquerading is done where the packet leaves the node: before the policy of a pod elsewhere, after that of one here.
    if (crosses && walk.finalSourceIp !== undefined) walk.sourceIp = walk.finalSourceIp;
    if (crosses && host.nodeName !== undefined) walk.via.push(this.#nodeIp(host.nodeName));
    // Felix does not police what a host sends to its own pods (felix/rules/static.go): the kubelet's probes always pass.
    const fromOwnNode = from.kind === 'node' && from.nodeName === host.nodeName && walk.via.length === 0;
    if (!fromOwnNode) {
      walk.ingress = this.#options.judge.judge('Ingress', flowOf(walk, walk.sourceIp));
      if (!walk.ingress.allowed) return this.#denied(walk, !crosses && from.nodeName === host.nodeName);
    }
    return arrive(walk, host);
  }

  /** From the network between the nodes to one of them; NodePorts are rewritten here. */
  #toNode(walk: Walk, host: NetHost): Path {
    const ended = this.#enterNode(walk, host.name, false);
    if (ended) return ended;
    if (host.ips.includes(walk.destination.ip)) return arrive(walk, host);
    const target = this.#options.world.find(walk.destination.ip);
    if (!target) return this.#silence(walk, 'nobody has this address');
    walk.via.push(primaryIp(host));
    return target.kind === 'pod' ? this.#toPod(walk, target, host.name) : this.#leave(walk, target, host.name);
  }

  /** Out of a node (undefined: out of an outside host) to a node or a host outside. */
  #leave(walk: Walk, host: NetHost, nodeName: string | undefined): Path {
    if (host.kind === 'node' && host.name === nodeName) return arrive(walk, host);
    if (nodeName !== undefined) {
      // natOutgoing: a pod's address leaves its node for pods only.
      walk.sourceIp = walk.finalSourceIp ?? this.#nodeIp(nodeName);
      walk.finalSourceIp = undefined;
    }
    if (host.kind === 'node') return this.#toNode(walk, host);
    if (host.allowsFrom && !host.allowsFrom.has(walk.sourceIp)) {
      return this.#silence(walk, `the firewall of ${host.name} does not let ${walk.sourceIp} in`);
    }
    return arrive(walk, host);
  }

  #unassigned(walk: Walk): Path {
    const { ip } = walk.destination;
    if (!sharesNodesNetwork(ip, this.#options.world)) return this.#silence(walk, 'nobody has this address');
    return this.#finish(
      walk,
      'lost',
      { kind: 'host-unreachable', ip, via: walk.via },
      'no host of that address answers ARP',
    );
  }

  #allowsEgress(walk: Walk): boolean {
    if (walk.packet.from.kind !== 'pod') return true;
    walk.egress ??= this.#options.judge.judge('Egress', flowOf(walk, walk.packet.source.ip));
    return walk.egress.allowed;
  }

  #denied(walk: Walk, near: boolean): Path {
    return this.#options.judge.denied === 'dropped'
      ? this.#finish(walk, 'dropped', { kind: 'silence', via: walk.via })
      : this.#finish(walk, 'rejected', { kind: 'port-unreachable', near, via: walk.via });
  }

  #silence(walk: Walk, note: string): Path {
    return this.#finish(walk, 'lost', { kind: 'silence', via: walk.via }, note);
  }

  #nodeIp(nodeName: string): string {
    const node = this.#options.world.node(nodeName);
    return node ? primaryIp(node) : '0.0.0.0';
  }

  #finish(walk: Walk, outcome: FlowOutcome, path: Path, note?: string): Path {
    const { egress, ingress, service, packet } = walk;
    this.#options.onFlow({
      protocol: packet.protocol,
      source: endOf(packet.from, packet.source),
      destination: endOf(this.#options.world.find(walk.destination.ip), walk.destination),
      ...(service && {
        service: { namespace: service.entry.namespace, name: service.entry.name, ...service.original },
      }),
      outcome,
      ...((egress || ingress) && { verdict: verdictOf(egress, ingress) }),
      ...(note !== undefined && { note }),
    });
    return path;
  }
}

const unasked: DirectionVerdict = { allowed: true, decision: { by: 'not-a-pod' } };

function verdictOf(egress = unasked, ingress = unasked): Verdict {
  return { allowed: egress.allowed && ingress.allowed, egress, ingress };
}

function flowOf(walk: Walk, sourceIp: string): Flow {
  const { ip, port } = walk.destination;
  // A pod that reached itself through its Service: the packet did leave it, so both directions are asked.
  const hairpin = ip === walk.packet.source.ip;
  return { sourceIp, destinationIp: ip, protocol: walk.packet.protocol, port, ...(hairpin && { hairpin }) };
}

function arrive(walk: Walk, host: NetHost): Path {
  const seen = { ip: walk.finalSourceIp ?? walk.sourceIp, port: walk.packet.source.port };
  return { kind: 'arrived', host, destination: walk.destination, seen, via: walk.via };
}

export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '0.0.0.0' || ip === '::1';
}

/** The nodes' network is a /16 (kind's docker network). */
function sharesNodesNetwork(ip: string, world: World): boolean {
  const prefix = ip.split('.', 2).join('.');
  for (const host of world.hosts()) {
    if (host.kind === 'node' && primaryIp(host).startsWith(`${prefix}.`)) return true;
  }
  return false;
}

function endOf(host: NetHost | undefined, address: SocketAddress): FlowEnd {
  return {
    ip: address.ip,
    port: address.port,
    kind: host?.kind ?? 'unknown',
    ...(host?.namespace !== undefined && { namespace: host.namespace }),
    ...(host && { name: host.name }),
  };
}
