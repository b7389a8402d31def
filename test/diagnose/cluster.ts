/** A small cluster to ask questions about: shop/web and shop/db, a Service in front of db, and CoreDNS. */
import { parse } from 'yaml';
import type { ClusterObjects } from '../../src/diagnose/question.ts';
import type { EndpointSlice, KubeObject, Namespace, Pod, Service } from '../../src/kube/objects.ts';

const dnsPort = { name: 'dns', port: 53, protocol: 'UDP' };

export function pod(
  namespace: string,
  name: string,
  ip: string,
  labels: Record<string, string>,
  ports: unknown[] = [],
): Pod {
  return {
    metadata: { namespace, name, labels },
    spec: { containers: [{ name, ports }] },
    status: { phase: 'Running', podIP: ip },
  } as unknown as Pod;
}

export function namespace(name: string, labels: Record<string, string> = {}): Namespace {
  return { metadata: { name, labels } };
}

export function service(namespaceName: string, name: string, clusterIP: string, ports: unknown[]): Service {
  return { metadata: { namespace: namespaceName, name }, spec: { clusterIP, ports } } as unknown as Service;
}

export function slice(namespaceName: string, name: string, addresses: string[], ports: unknown[]): EndpointSlice {
  return {
    addressType: 'IPv4',
    metadata: { namespace: namespaceName, name: `${name}-x`, labels: { 'kubernetes.io/service-name': name } },
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports,
  } as unknown as EndpointSlice;
}

/** Policies as YAML documents, as people write them. */
export function cluster(...policies: string[]): ClusterObjects {
  return {
    namespaces: [namespace('shop'), namespace('kube-system'), namespace('front')],
    pods: [
      pod('shop', 'web', '10.244.1.2', { app: 'web' }),
      pod('shop', 'db', '10.244.1.3', { app: 'db' }, [{ name: 'pg', containerPort: 5432 }]),
      pod('front', 'ui', '10.244.1.4', { app: 'ui' }),
      pod('kube-system', 'coredns-1', '10.244.0.2', { 'k8s-app': 'kube-dns' }),
    ],
    services: [
      service('shop', 'db', '10.96.0.50', [{ port: 80, targetPort: 5432, protocol: 'TCP' }]),
      service('kube-system', 'kube-dns', '10.96.0.10', [dnsPort, { name: 'dns-tcp', port: 53, protocol: 'TCP' }]),
    ],
    endpointSlices: [
      slice('shop', 'db', ['10.244.1.3'], [{ name: '', port: 5432, protocol: 'TCP' }]),
      slice('kube-system', 'kube-dns', ['10.244.0.2'], [dnsPort, { name: 'dns-tcp', port: 53, protocol: 'TCP' }]),
    ],
    policies: policies.map((text) => parse(text) as KubeObject),
  };
}
