/** How do Services, endpoints, Ingresses and NetworkPolicies look in a table? */
import type { EndpointSlice, Endpoints, KubeObject, LabelSelector, Service } from '../../../../kube/objects.ts';
import { formatSelector } from '../../../../kube/selectors.ts';
import { ageOf, columns, firstThree, formatMap, type KindTable, nameCell } from './column.ts';

export const serviceTable: KindTable = {
  columns: columns('Name*, Type, Cluster-IP, External-IP, Port(s), Age | Selector'),
  cells(object, nowMs) {
    const { spec } = object as unknown as Service;
    return [
      nameCell(object),
      spec?.type ?? '',
      spec?.clusterIPs?.[0] || '<none>',
      externalIps(object as unknown as Service),
      servicePorts(spec?.ports ?? []),
      ageOf(object, nowMs),
      formatMap(spec?.selector),
    ];
  },
};

function externalIps({ spec, status }: Service): string {
  const ips = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ExternalName':
      return spec.externalName ?? '';
    case 'LoadBalancer': {
      const balanced = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
      return [...balanced, ...ips].filter((ip) => ip !== '').join(',') || '<pending>';
    }
    default:
      return ips.join(',') || '<none>';
  }
}

function servicePorts(ports: NonNullable<NonNullable<Service['spec']>['ports']>): string {
  const texts = ports.map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`);
  return texts.join(',') || '<none>';
}

export const endpointsTable: KindTable = {
  columns: columns('Name*, Endpoints, Age'),
  cells: (object, nowMs) => [nameCell(object), endpoints(object as unknown as Endpoints), ageOf(object, nowMs)],
};

function endpoints({ subsets = [] }: Endpoints): string {
  const all = subsets.flatMap(({ ports = [], addresses = [] }) => {
    if (ports.length === 0) return addresses.map(({ ip }) => ip);
    return ports.flatMap(({ port }) =>
      addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
    );
  });
  return subsets.length === 0 ? '<none>' : firstThree(all);
}

export const endpointSliceTable: KindTable = {
  columns: columns('Name*, AddressType, Ports, Endpoints, Age'),
  cells(object, nowMs) {
    const slice = object as unknown as EndpointSlice;
    const ports = (slice.ports ?? []).map(({ port }) => (port === undefined ? '*' : String(port)));
    const addresses = (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses ?? []);
    return [
      nameCell(object),
      slice.addressType,
      ports.length === 0 ? '<unset>' : firstThree(ports),
      addresses.length === 0 ? '<unset>' : firstThree(addresses),
      ageOf(object, nowMs),
    ];
  },
};

export const networkPolicyTable: KindTable = {
  columns: columns('Name*, Pod-Selector, Age'),
  cells(object, nowMs) {
    const spec = object['spec'] as { podSelector?: LabelSelector } | undefined;
    return [nameCell(object), formatSelector(spec?.podSelector), ageOf(object, nowMs)];
  },
};

interface Ingress {
  readonly spec?: {
    readonly ingressClassName?: string;
    readonly rules?: readonly { readonly host?: string }[];
    readonly tls?: readonly unknown[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { ip?: string; hostname?: string }[] } };
}

export const ingressTable: KindTable = {
  columns: columns('Name*, Class, Hosts, Address, Ports, Age'),
  cells(object, nowMs) {
    const { spec, status } = object as Ingress;
    const hosts = (spec?.rules ?? []).map(({ host }) => host ?? '').filter((host) => host !== '');
    const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
    return [
      nameCell(object),
      spec?.ingressClassName ?? '<none>',
      hosts.length === 0 ? '*' : firstThree(hosts),
      addresses.join(','),
      (spec?.tls ?? []).length > 0 ? '80, 443' : '80',
      ageOf(object, nowMs),
    ];
  },
};

export const ingressClassTable: KindTable = {
  columns: columns('Name*, Controller, Parameters, Age'),
  cells(object: KubeObject, nowMs: number) {
    const spec = object['spec'] as
      | { controller?: string; parameters?: { apiGroup?: string; kind: string; name: string } }
      | undefined;
    const parameters = spec?.parameters;
    const kind = parameters?.apiGroup ? `${parameters.kind}.${parameters.apiGroup}` : parameters?.kind;
    return [
      nameCell(object),
      spec?.controller ?? '',
      parameters ? `${kind}/${parameters.name}` : '<none>',
      ageOf(object, nowMs),
    ];
  },
};
