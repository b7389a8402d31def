/** One flow of the log as a line for people or an object for programs: when, who, what became of it, and which rule decided. */
import type { FlowEnd, FlowRecord } from '../../cluster/embedded/net/flow-log.ts';
import { explainVerdict, printTraffic } from '../../policy/explain.ts';
import type { Style } from '../../ui/style.ts';

/** No newline at the end. */
export function printFlow(flow: FlowRecord, style: Style): string {
  const { source, destination, outcome } = flow;
  const path = `${nameWithPort(source)} -> ${nameOf(destination)}:${printTraffic(trafficOf(flow))}`;
  const verdict = outcome.toUpperCase().padEnd('NO-ENDPOINTS'.length);
  const painted = outcome === 'forwarded' ? style.good(verdict) : style.bad(verdict);
  const reason = reasonOf(flow);
  return `${timeOf(flow)}  ${painted}  ${path}${serviceOf(flow)}${reason ? `  ${style.dim(reason)}` : ''}`;
}

/** `verdict` is what became of the flow, `policy` what was decided for each direction. */
export function flowObject(flow: FlowRecord): Readonly<Record<string, unknown>> {
  const { protocol, source, destination, service, outcome, verdict } = flow;
  return {
    time: timeOf(flow),
    verdict: outcome,
    protocol,
    source,
    destination,
    ...(service && { service }),
    ...(verdict && { policy: verdict }),
    reason: reasonOf(flow),
  };
}

/** RFC 3339 in UTC, as `kubectl logs --timestamps` has it. */
function timeOf({ atMs }: FlowRecord): string {
  return new Date(atMs).toISOString();
}

/** What policy decided, and what else was in the way. Empty where neither is known: a node to its own pod. */
function reasonOf(flow: FlowRecord): string {
  const { verdict, source, destination, protocol, note } = flow;
  const parts: string[] = [];
  if (verdict) {
    const names = { source: nameOf(source), destination: nameOf(destination) };
    const asked = { sourceIp: source.ip, destinationIp: destination.ip, protocol, port: destination.port };
    parts.push(explainVerdict(verdict, asked, names));
  }
  const other = note ?? obstacleOf(flow);
  if (other) parts.push(other);
  return parts.join('; ');
}

function obstacleOf({ outcome, service, destination, protocol }: FlowRecord): string | undefined {
  if (outcome === 'refused') return `nobody listens on ${printTraffic({ protocol, port: destination.port })}`;
  if (outcome === 'no-endpoints' && service)
    return `Service ${service.namespace}/${service.name} has no ready endpoint`;
  return undefined;
}

function serviceOf({ service }: FlowRecord): string {
  return service ? ` (by Service ${service.namespace}/${service.name}, ${service.ip}:${service.port})` : '';
}

function trafficOf({ protocol, destination }: FlowRecord): Pick<FlowRecord, 'protocol'> & { port: number } {
  return { protocol, port: destination.port };
}

function nameWithPort(end: FlowEnd): string {
  return end.port === 0 ? nameOf(end) : `${nameOf(end)}:${end.port}`;
}

function nameOf({ kind, namespace, name, ip }: FlowEnd): string {
  if (name === undefined) return ip;
  if (kind === 'pod') return `${namespace}/${name}`;
  return kind === 'node' ? `node ${name}` : `${name} (${ip})`;
}
