/** describe for Endpoints, EndpointSlices and Ingresses. */
import type { EndpointSlice, Endpoints, KubeEvent, KubeObject } from '../../kube/objects.ts';
import { writeEvents } from './events.ts';
import { field, type Json, list, text, writeAnnotations, writeHead, writeLabels } from './metadata.ts';
import { describeWriter } from './writer.ts';

type Events = readonly KubeEvent[] | undefined;

export function describeEndpoints(endpoints: Endpoints, events: Events, nowMs: number): string {
  const w = describeWriter();
  writeHead(w, endpoints as KubeObject);
  w.line(0, 'Subsets:');
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of endpoints.subsets ?? []) {
    w.line(1, `Addresses:\t${addresses.map(({ ip }) => ip).join(',') || '<none>'}`);
    w.line(1, `NotReadyAddresses:\t${notReadyAddresses.map(({ ip }) => ip).join(',') || '<none>'}`);
    if (ports.length > 0) {
      w.line(1, 'Ports:');
      w.line(2, 'Name\tPort\tProtocol');
      w.line(2, '----\t----\t--------');
      for (const { name, port, protocol } of ports) w.line(2, `${name || '<unset>'}\t${port}\t${protocol}`);
    }
    w.line(0, '');
  }
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

export function describeEndpointSlice(slice: EndpointSlice, events: Events, nowMs: number): string {
  const w = describeWriter();
  writeHead(w, slice as KubeObject);
  w.line(0, `AddressType:\t${slice.addressType}`);
  const ports = slice.ports ?? [];
  w.line(0, ports.length === 0 ? 'Ports: <unset>' : 'Ports:');
  if (ports.length > 0) {
    w.line(1, 'Name\tPort\tProtocol');
    w.line(1, '----\t----\t--------');
  }
  for (const { name, port, protocol } of ports)
    w.line(1, `${name || '<unset>'}\t${port ?? '<unset>'}\t${protocol ?? '<unset>'}`);
  const endpoints = slice.endpoints ?? [];
  w.line(0, endpoints.length === 0 ? 'Endpoints: <none>' : 'Endpoints:');
  for (const endpoint of endpoints) {
    w.line(1, `- Addresses:\t${endpoint.addresses.join(', ')}`);
    w.line(2, 'Conditions:');
    w.line(3, `Ready:\t${endpoint.conditions?.ready ?? '<unset>'}`);
    w.line(2, `Hostname:\t${endpoint.hostname ?? '<unset>'}`);
    if (endpoint.targetRef) w.line(2, `TargetRef:\t${endpoint.targetRef.kind}/${endpoint.targetRef.name}`);
    w.line(2, `NodeName:\t${endpoint.nodeName ?? '<unset>'}`);
    w.line(2, `Zone:\t${endpoint.zone ?? '<unset>'}`);
  }
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

/** `backendsOf` gives the endpoints behind a service's port, or why there are none. */
export async function describeIngress(
  ingress: KubeObject,
  backendsOf: (service: string, port: string | number) => Promise<string>,
  events: Events,
  nowMs: number,
): Promise<string> {
  const w = describeWriter();
  const { metadata } = ingress;
  w.line(0, `Name:\t${metadata.name}`);
  writeLabels(w, 'Labels', metadata.labels);
  w.line(0, `Namespace:\t${metadata.namespace}`);
  const addresses = list(ingress, 'status.loadBalancer.ingress').map(
    (entry) => text(entry, 'ip') || text(entry, 'hostname'),
  );
  w.line(0, `Address:\t${addresses.join(',')}`);
  w.line(0, `Ingress Class:\t${text(ingress, 'spec.ingressClassName', '<none>')}`);
  const fallback = field(ingress, 'spec.defaultBackend') as Json | undefined;
  w.line(0, `Default backend:\t${fallback ? await backendText(fallback, backendsOf) : '<default>'}`);
  const tls = list(ingress, 'spec.tls');
  if (tls.length > 0) w.line(0, 'TLS:');
  for (const entry of tls) {
    const hosts = ((entry['hosts'] ?? []) as string[]).join(',');
    w.line(1, text(entry, 'secretName') ? `${text(entry, 'secretName')} terminates ${hosts}` : `SNI routes ${hosts}`);
  }
  const rules = list(ingress, 'spec.rules');
  w.line(0, 'Rules:\n  Host\tPath\tBackends');
  w.line(1, '----\t----\t--------');
  for (const rule of rules) {
    w.line(1, `${text(rule, 'host', '*')}\t`);
    for (const path of list(rule, 'http.paths')) {
      w.line(2, `\t${text(path, 'path')} \t${await backendText(path['backend'] as Json, backendsOf)}`);
    }
  }
  if (rules.length === 0) w.line(1, `*\t*\t${fallback ? await backendText(fallback, backendsOf) : '<default>'}`);
  writeAnnotations(w, 'Annotations', metadata.annotations);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

async function backendText(
  backend: Json,
  backendsOf: (service: string, port: string | number) => Promise<string>,
): Promise<string> {
  const name = text(backend, 'service.name');
  if (name === '')
    return `APIGroup: ${text(backend, 'resource.apiGroup')}, Kind: ${text(backend, 'resource.kind')}, Name: ${text(backend, 'resource.name')}`;
  const number = field(backend, 'service.port.number') as number | undefined;
  const port = number ?? text(backend, 'service.port.name');
  return `${name}:${port} (${await backendsOf(name, port)})`;
}
