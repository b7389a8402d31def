/** EndpointSlices of a Service: one per set of ports here, as long as a set has no more than a hundred backends. */

import { type EndpointSlice, type Service, timestamp } from '../../../../kube/objects.ts';
import { sameJson } from '../../api/machinery/core.ts';
import type { ControllerContext } from '../context.ts';
import { type Backend, type BackendPort, groupByPorts, targetRefOf } from './backends.ts';

export const sliceManager = 'endpointslice-controller.k8s.io';
const serviceLabel = 'kubernetes.io/service-name';
const managerLabel = 'endpointslice.kubernetes.io/managed-by';
const headlessLabel = 'service.kubernetes.io/headless';
const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';
const maxEndpoints = 100;

type Endpoint = EndpointSlice['endpoints'][number];

interface Wanted {
  readonly ports: readonly Record<string, unknown>[];
  readonly endpoints: readonly Endpoint[];
}

export function reconcileSlices(context: ControllerContext, service: Service, backends: readonly Backend[]): void {
  const groups = groupByPorts(service, backends);
  const wanted = groups.flatMap(({ ports, backends: members }) => chunks(ports.map(portOf), members.map(endpointOf)));
  // A Service without backends keeps one slice that lists nobody.
  writeSlices(context, service, sliceManager, wanted.length > 0 ? wanted : [{ ports: [], endpoints: [] }]);
}

/** Makes the slices of this manager and owner exactly the wanted ones; keeps those whose ports stay. */
export function writeSlices(
  context: ControllerContext,
  owner: Service | { apiVersion?: string; kind?: string; metadata: Service['metadata'] },
  manager: string,
  wanted: readonly Wanted[],
): void {
  const { stores, clock } = context;
  const spare = slicesOf(context, owner.metadata, manager);
  const left = [...wanted];
  for (const slice of spare.slice()) {
    const at = left.findIndex(({ ports }) => sameJson(ports, slice.ports ?? []));
    if (at < 0) continue;
    spare.splice(spare.indexOf(slice), 1);
    const [match] = left.splice(at, 1);
    if (match) update(context, owner, manager, slice, match);
  }
  for (const want of left) {
    const reused = spare.shift();
    if (reused) update(context, owner, manager, reused, want);
    else stores.endpointSlices.create(build(owner, manager, want, timestamp(clock.now())));
  }
  for (const slice of spare) stores.endpointSlices.remove(slice.metadata.namespace, slice.metadata.name ?? '');
}

export function slicesOf(
  context: ControllerContext,
  meta: { namespace?: string; name?: string },
  manager: string,
): EndpointSlice[] {
  return context.stores.endpointSlices
    .list(meta.namespace)
    .filter(({ metadata: { labels = {} } }) => labels[serviceLabel] === meta.name && labels[managerLabel] === manager);
}

function update(
  { stores, clock }: ControllerContext,
  owner: Parameters<typeof writeSlices>[1],
  manager: string,
  slice: EndpointSlice,
  want: Wanted,
): void {
  const { labels } = build(owner, manager, want, '').metadata;
  const same =
    sameJson(slice.endpoints ?? [], want.endpoints) &&
    sameJson(slice.ports ?? [], want.ports) &&
    sameJson(slice.metadata.labels, labels);
  if (same) return;
  const annotations = { ...slice.metadata.annotations, [triggerAnnotation]: timestamp(clock.now()) };
  const next = { ...slice, metadata: { ...slice.metadata, labels, annotations }, ...want };
  stores.endpointSlices.update(next as unknown as EndpointSlice);
}

function build(owner: Parameters<typeof writeSlices>[1], manager: string, want: Wanted, now: string): EndpointSlice {
  const { name = '', namespace = '', uid = '', labels = {} } = owner.metadata;
  const spec = 'spec' in owner ? owner.spec : undefined;
  const kind = owner.kind ?? 'Service';
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: {
        ...labels,
        [managerLabel]: manager,
        [serviceLabel]: name,
        ...(spec?.clusterIP === 'None' && { [headlessLabel]: '' }),
      },
      annotations: { [triggerAnnotation]: now },
      ownerReferences: [{ apiVersion: 'v1', kind, name, uid, controller: true, blockOwnerDeletion: true }],
    },
    addressType: 'IPv4',
    endpoints: want.endpoints,
    ports: want.ports,
  } as unknown as EndpointSlice;
}

function endpointOf({ pod, ip, ready, serving, terminating, hostname }: Backend): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    ...(hostname && { hostname }),
    ...(pod.spec?.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: targetRefOf(pod),
  };
}

function portOf({ name, port, protocol, appProtocol }: BackendPort): Record<string, unknown> {
  return { name, port, protocol, ...(appProtocol && { appProtocol }) };
}

function chunks(ports: readonly Record<string, unknown>[], endpoints: readonly Endpoint[]): Wanted[] {
  const sorted = [...ports].sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1));
  const list: Wanted[] = [];
  for (let at = 0; at < endpoints.length; at += maxEndpoints) {
    list.push({ ports: sorted, endpoints: endpoints.slice(at, at + maxEndpoints) });
  }
  return list;
}
