/** Does a rule match a packet? The plain reading of the normal form, one packet at a time. */
import type { PolicyPod, Protocol } from './model.ts';
import type { Ip, Net } from './net.ts';
import type { Endpoint, EntityMatch, NormalRule, PortSet, TrafficMatch } from './normal.ts';

/** One end of a packet. */
export interface Side {
  /** What blocks are asked about; undefined where no block can hold it. */
  readonly ip: Ip | undefined;
  readonly pod: PolicyPod | undefined;
  /** The pod and the network sets at this address. */
  readonly endpoints: readonly Endpoint[];
}

export interface Packet {
  readonly source: Side;
  readonly destination: Side;
  readonly protocol: Protocol;
  /** As rules name it: ICMPv6 is apart from ICMP. */
  readonly ruleProtocol: string;
  readonly family: 4 | 6;
  readonly port: number;
}

export function matchesRule(rule: NormalRule, packet: Packet): boolean {
  return (
    matchesTraffic(rule.traffic, packet) &&
    matchesEntities(rule.source, packet.source) &&
    matchesEntities(rule.destination, packet.destination)
  );
}

export function matchesTraffic(traffic: readonly TrafficMatch[] | undefined, packet: Packet): boolean {
  if (!traffic) return true;
  for (const match of traffic) if (matchesOneTraffic(match, packet)) return true;
  return false;
}

export function matchesEntities(entities: readonly EntityMatch[] | undefined, side: Side): boolean {
  if (!entities) return true;
  for (const entity of entities) if (matchesEntity(entity, side)) return true;
  return false;
}

/** All parts of one entity hold for this end. */
export function matchesEntity({ nets, notNets, selector, notSelector }: EntityMatch, side: Side): boolean {
  if (nets && !anyNet(nets, side.ip)) return false;
  if (notNets && anyNet(notNets, side.ip)) return false;
  if (selector && !side.endpoints.some((endpoint) => selector.matches(endpoint))) return false;
  return !notSelector || !side.endpoints.some((endpoint) => notSelector.matches(endpoint));
}

function anyNet(nets: readonly Net[], ip: Ip | undefined): boolean {
  if (!ip) return false;
  for (const net of nets) if (net.contains(ip)) return true;
  return false;
}

function matchesOneTraffic(match: TrafficMatch, packet: Packet): boolean {
  if (match.possible === false) return false;
  if (match.protocol !== undefined && match.protocol !== packet.ruleProtocol) return false;
  if (match.notProtocol !== undefined && match.notProtocol === packet.ruleProtocol) return false;
  if (match.family !== undefined && match.family !== packet.family) return false;
  if (match.ports && !inPorts(match.ports, packet)) return false;
  return !match.notPorts || !inPorts(match.notPorts, packet);
}

/** Named ports: (name, protocol) must be a containerPort of the destination pod, with the flow's number. */
function inPorts(ports: PortSet, { port, protocol, destination }: Packet): boolean {
  for (const { from, to } of ports.ranges) if (port >= from && port <= to) return true;
  if (ports.names.length === 0 || !destination.pod) return false;
  const { owner } = ports;
  if (owner && !destination.endpoints.some((endpoint) => endpoint.kind === 'pod' && owner.matches(endpoint)))
    return false;
  return destination.pod.ports.some(
    (declared) =>
      declared.port === port &&
      declared.protocol === protocol &&
      declared.name !== undefined &&
      ports.names.includes(declared.name),
  );
}
