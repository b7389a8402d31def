/** The v1 Endpoints object of a Service, deprecated but what `kubectl get ep` shows. */

import { type Endpoints, type Service, timestamp } from '../../../../kube/objects.ts';
import { sameJson } from '../../api/machinery/core.ts';
import type { ControllerContext } from '../context.ts';
import { type Backend, groupByPorts, targetRefOf } from './backends.ts';

const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';
export const managedLabel = 'endpoints.kubernetes.io/managed-by';

type Subset = NonNullable<Endpoints['subsets']>[number];

export function reconcileEndpoints(
  { stores, clock }: ControllerContext,
  service: Service,
  backends: readonly Backend[],
): void {
  const { name = '', namespace, labels: own = {} } = service.metadata;
  const subsets = groupByPorts(
    service,
    backends.filter(({ terminating }) => !terminating),
  )
    .filter(({ ports }) => ports.length > 0 || service.spec?.clusterIP === 'None')
    .map(({ ports, backends: members }) => subsetOf(members, ports));
  const labels = {
    ...own,
    [managedLabel]: 'endpoint-controller',
    ...(service.spec?.clusterIP === 'None' && { 'service.kubernetes.io/headless': '' }),
  };
  const current = stores.endpoints.find(namespace, name);
  const annotations = { ...current?.metadata.annotations, [triggerAnnotation]: timestamp(clock.now()) };
  if (!current) {
    const metadata = { name, namespace: namespace ?? '', labels, annotations };
    stores.endpoints.create({ apiVersion: 'v1', kind: 'Endpoints', metadata, subsets } as Endpoints);
    return;
  }
  const same = sameJson(current.subsets ?? [], subsets) && sameJson(current.metadata.labels, labels);
  if (same) return;
  stores.endpoints.update({ ...current, metadata: { ...current.metadata, labels, annotations }, subsets });
}

function subsetOf(
  members: readonly Backend[],
  ports: readonly { name: string; port: number; protocol: string; appProtocol: string | undefined }[],
): Subset {
  const address = ({ pod, ip, hostname }: Backend) => ({
    ...(hostname && { hostname }),
    ip,
    ...(pod.spec?.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: targetRefOf(pod),
  });
  const sorted = [...members].sort((a, b) => compareIps(a.ip, b.ip));
  const ready = sorted.filter((member) => member.ready).map(address);
  const notReady = sorted.filter((member) => !member.ready).map(address);
  return {
    ...(ready.length > 0 && { addresses: ready }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady }),
    ports: ports.map(({ name, port, protocol, appProtocol }) => ({
      ...(name && { name }),
      port,
      protocol,
      ...(appProtocol && { appProtocol }),
    })),
  };
}

function compareIps(a: string, b: string): number {
  const padded = (ip: string) =>
    ip
      .split('.')
      .map((part) => part.padStart(3, '0'))
      .join('.');
  return padded(a) < padded(b) ? -1 : 1;
}
