/** describe service. */
import type { EndpointSlice, KubeEvent, Service } from '../../kube/objects.ts';
import { writeEvents } from './events.ts';
import { writeHead } from './metadata.ts';
import { type DescribeWriter, describeWriter } from './writer.ts';

export function describeService(
  service: Service,
  slices: readonly EndpointSlice[],
  events: readonly KubeEvent[] | undefined,
  nowMs: number,
): string {
  const w = describeWriter();
  writeHead(w, service);
  writeAddresses(w, service);
  for (const port of service.spec?.ports ?? []) writePort(w, port, slices);
  const { spec } = service;
  w.line(0, `Session Affinity:\t${spec?.sessionAffinity ?? 'None'}`);
  if (spec?.externalTrafficPolicy) w.line(0, `External Traffic Policy:\t${spec.externalTrafficPolicy}`);
  if (spec?.internalTrafficPolicy) w.line(0, `Internal Traffic Policy:\t${spec.internalTrafficPolicy}`);
  if (spec?.healthCheckNodePort) w.line(0, `HealthCheck NodePort:\t${spec.healthCheckNodePort}`);
  if (spec?.loadBalancerSourceRanges?.length)
    w.line(0, `LoadBalancer Source Ranges:\t${spec.loadBalancerSourceRanges.join(',')}`);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

function writeAddresses(w: DescribeWriter, { spec, status }: Service): void {
  const selector = Object.entries(spec?.selector ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  w.line(0, `Selector:\t${selector.map(([key, value]) => `${key}=${value}`).join(',') || '<none>'}`);
  w.line(0, `Type:\t${spec?.type ?? ''}`);
  if (spec?.ipFamilyPolicy) w.line(0, `IP Family Policy:\t${spec.ipFamilyPolicy}`);
  w.line(0, `IP Families:\t${(spec?.ipFamilies ?? []).join(',') || '<none>'}`);
  w.line(0, `IP:\t${spec?.clusterIP ?? ''}`);
  w.line(0, `IPs:\t${[...(spec?.clusterIPs ?? [])].sort().join(',') || '<none>'}`);
  if (spec?.externalIPs?.length) w.line(0, `External IPs:\t${spec.externalIPs.join(',')}`);
  if (spec?.loadBalancerIP) w.line(0, `Desired LoadBalancer IP:\t${spec.loadBalancerIP}`);
  if (spec?.externalName) w.line(0, `External Name:\t${spec.externalName}`);
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) =>
    ip ? `${ip} (VIP)` : (hostname ?? ''),
  );
  if (ingress.length > 0) w.line(0, `LoadBalancer Ingress:\t${ingress.join(', ')}`);
}

type Port = NonNullable<NonNullable<Service['spec']>['ports']>[number];

function writePort(w: DescribeWriter, port: Port, slices: readonly EndpointSlice[]): void {
  const name = port.name || '<unset>';
  const protocol = port.protocol ?? 'TCP';
  w.line(0, `Port:\t${name}\t${port.port}/${protocol}`);
  w.line(0, `TargetPort:\t${port.targetPort ?? port.port}/${protocol}`);
  if (port.nodePort) w.line(0, `NodePort:\t${name}\t${port.nodePort}/${protocol}`);
  w.line(0, `Endpoints:\t${formatEndpoints(slices, port.name ?? '')}`);
}

const shown = 3;

/** `10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...`; ready ones only. */
export function formatEndpoints(slices: readonly EndpointSlice[], portName: string | undefined): string {
  const all = slices.flatMap((slice) => {
    const ready = (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
    const hosts = ready.map(({ addresses }) => (addresses[0] ?? '').replace(/^(.*:.*)$/, '[$1]'));
    const ports = slice.ports ?? [];
    if (ports.length === 0) return hosts;
    return ports
      .filter(({ name }) => portName === undefined || (name ?? '') === portName)
      .flatMap(({ port }) => hosts.map((host) => `${host}:${port}`));
  });
  const more = all.length > shown ? ` + ${all.length - shown} more...` : '';
  return all.slice(0, shown).join(',') + more;
}
