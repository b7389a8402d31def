/**
 * Calico rules that name a Service mean its endpoints: to whom, at which port. A snapshot holds no Services, so whoever
 * knows them writes the endpoints into the rule before the engine reads it (felix/serviceindex).
 */
import type { EndpointSlice, KubeObject } from '../kube/objects.ts';
import { listOf, recordOf, textOf } from './untyped.ts';

export interface ServiceEndpoint {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

type Fields = Readonly<Record<string, unknown>>;

const sections = [
  ['ingress', 'source'],
  ['egress', 'destination'],
] as const;

export function namesService(object: KubeObject): boolean {
  const spec = recordOf(object['spec']);
  return sections.some(([section, side]) => listOf(spec[section]).some((rule) => servicesOf(rule, side) !== undefined));
}

/** The same policy with `endpoints` beside each Service's name. */
export function withServiceEndpoints(
  object: KubeObject,
  endpointsOf: (namespace: string, name: string) => readonly ServiceEndpoint[],
): KubeObject {
  const spec = { ...recordOf(object['spec']) };
  for (const [section, side] of sections) {
    if (!Array.isArray(spec[section])) continue;
    spec[section] = listOf(spec[section]).map((rule) => {
      const services = servicesOf(rule, side);
      if (!services) return rule;
      const namespace = textOf(services['namespace']) || (object.metadata.namespace ?? '');
      const endpoints = endpointsOf(namespace, textOf(services['name']) ?? '');
      return { ...recordOf(rule), [side]: { ...recordOf(recordOf(rule)[side]), services: { ...services, endpoints } } };
    });
  }
  return { ...object, spec };
}

/** Undefined: nobody has written them in. */
export function writtenEndpoints(entity: Fields): readonly ServiceEndpoint[] | undefined {
  const { endpoints } = recordOf(entity['services']);
  return Array.isArray(endpoints) ? (endpoints as readonly ServiceEndpoint[]) : undefined;
}

export function endpointsOfSlices(slices: Iterable<EndpointSlice>): ServiceEndpoint[] {
  return [...slices].flatMap((slice) =>
    (slice.ports ?? []).flatMap(({ port, protocol = 'TCP' }) =>
      (slice.endpoints ?? []).flatMap(({ addresses = [] }) =>
        port === undefined ? [] : addresses.map((ip) => ({ ip, protocol, port })),
      ),
    ),
  );
}

function servicesOf(rule: unknown, side: string): Fields | undefined {
  const services = recordOf(recordOf(rule)[side])['services'];
  return services === undefined ? undefined : recordOf(services);
}
