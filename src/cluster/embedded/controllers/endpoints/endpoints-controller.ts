/**
 * Keeps EndpointSlices and Endpoints of Services current: after changes of the Service, of pods that it selects or used to
 * select. Endpoints that a person wrote for a Service without selector are mirrored into slices.
 */
import type { Endpoints, Pod, Service } from '../../../../kube/objects.ts';
import { matchesMap } from '../../../../kube/selectors.ts';
import { workQueue } from '../../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from '../context.ts';
import { backendsOf } from './backends.ts';
import { managedLabel, reconcileEndpoints } from './legacy.ts';
import { reconcileSlices, sliceManager, slicesOf, writeSlices } from './slices.ts';

const mirrorManager = 'endpointslicemirroring-controller.k8s.io';

export function startEndpointsController(context: ControllerContext): Controller {
  const { stores, clock } = context;
  const queue = workQueue(clock, (key) => reconcile(context, key));
  const onPod = (pod: Pod | undefined): void => {
    if (!pod) return;
    for (const service of stores.services.list(pod.metadata.namespace)) {
      if (matchesMap(service.spec?.selector, pod.metadata.labels)) queue.add(keyOf(service));
    }
  };
  const stops = [
    stores.services.watch(({ object }) => queue.add(keyOf(object))),
    stores.endpoints.watch(({ object }) => queue.add(keyOf(object))),
    stores.endpointSlices.watch(({ type, object: { metadata } }) => {
      const service = metadata.labels?.['kubernetes.io/service-name'];
      if (type === 'DELETED' && service) queue.add(`${metadata.namespace}/${service}`);
    }),
    stores.pods.watch(({ object, previous }) => {
      onPod(object);
      if (previous && previous.metadata.labels !== object.metadata.labels) onPod(previous);
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function reconcile(context: ControllerContext, key: string): void {
  const { stores } = context;
  const { namespace, name } = splitKey(key);
  const service = stores.services.find(namespace, name);
  if (!service) {
    const slices = [
      ...slicesOf(context, { namespace, name }, sliceManager),
      ...slicesOf(context, { namespace, name }, mirrorManager),
    ];
    for (const slice of slices) stores.endpointSlices.remove(namespace, slice.metadata.name ?? '');
    stores.endpoints.remove(namespace, name);
    return;
  }
  if (service.metadata.deletionTimestamp || service.spec?.type === 'ExternalName') return;
  const endpoints = stores.endpoints.find(namespace, name);
  if (isSelecting(service)) {
    const backends = backendsOf(service, stores.pods.list(namespace));
    reconcileSlices(context, service, backends);
    reconcileEndpoints(context, service, backends);
  } else if (endpoints && isMirrored(endpoints)) mirror(context, endpoints);
}

function isSelecting(service: Service): boolean {
  return Object.keys(service.spec?.selector ?? {}).length > 0;
}

function isMirrored({ metadata: { labels = {} } }: Endpoints): boolean {
  return labels[managedLabel] === undefined && labels['endpointslice.kubernetes.io/skip-mirror'] !== 'true';
}

function mirror(context: ControllerContext, endpoints: Endpoints): void {
  const wanted = (endpoints.subsets ?? []).map(({ addresses = [], notReadyAddresses = [], ports = [] }) => {
    const endpoint = (ready: boolean) => (address: (typeof addresses)[number]) => ({
      addresses: [address.ip],
      conditions: { ready },
      ...(address.hostname && { hostname: address.hostname }),
      ...(address.nodeName && { nodeName: address.nodeName }),
      ...(address.targetRef && { targetRef: address.targetRef }),
    });
    return {
      endpoints: [...addresses.map(endpoint(true)), ...notReadyAddresses.map(endpoint(false))],
      ports: ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
        name,
        port,
        protocol,
        ...(appProtocol && { appProtocol }),
      })),
    };
  });
  writeSlices(context, { ...endpoints, apiVersion: 'v1', kind: 'Endpoints' }, mirrorManager, wanted);
}
