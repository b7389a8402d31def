/**
 * What every namespace gets (the default service account, the cluster's CA) and how it goes: its content first, then the
 * namespace itself (pkg/controller/namespace, pkg/controller/serviceaccount, pkg/controller/certificates/rootcacertpublisher).
 */
import { type KubeObject, type Namespace, timestamp } from '../../../kube/objects.ts';
import { workQueue } from '../work-queue.ts';
import type { Controller, ControllerContext } from './context.ts';

export function startNamespaceController(context: ControllerContext, caPem: string): Controller {
  const { stores, clock } = context;
  const work = (name: string): void => {
    const namespace = stores.namespaces.find(undefined, name);
    if (!namespace) return;
    const { deletionTimestamp } = namespace.metadata;
    if (!deletionTimestamp) {
      furnish(context, name, caPem);
      return;
    }
    const left = Date.parse(deletionTimestamp) + deletionDelayMs - clock.now();
    if (left > 0) queue.addAfter(name, left);
    else terminate(context, namespace);
  };
  const queue = workQueue(clock, work);
  const add = (name: string | undefined): void => {
    if (name !== undefined) queue.add(name);
  };
  const stops = [
    stores.namespaces.watch(({ object }) => add(object.metadata.name)),
    stores.serviceAccounts.watch(({ type, object }) => {
      if (type === 'DELETED' && object.metadata.name === 'default') add(object.metadata.namespace);
    }),
    stores.configMaps.watch(({ type, object }) => {
      if (type !== 'ADDED' && object.metadata.name === rootCa) add(object.metadata.namespace);
    }),
    context.machinery.subscribe(undefined, ({ type, object }) => {
      const { namespace } = object.metadata;
      if (type !== 'DELETED' || !namespace) return;
      if (stores.namespaces.find(undefined, namespace)?.metadata.deletionTimestamp) add(namespace);
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

const rootCa = 'kube-root-ca.crt';
/** namespaceDeletionGracePeriod: nothing of a namespace is touched before, so that every API server has heard of it. */
const deletionDelayMs = 5_000;

function furnish({ stores }: ControllerContext, namespace: string, caPem: string): void {
  if (!stores.serviceAccounts.find(namespace, 'default')) {
    stores.serviceAccounts.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    });
  }
  const data = { 'ca.crt': caPem };
  const current = stores.configMaps.find(namespace, rootCa);
  if (!current) {
    const annotations = {
      'kubernetes.io/description':
        'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
    };
    const metadata = { name: rootCa, namespace, annotations };
    stores.configMaps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  } else if (current.data?.['ca.crt'] !== caPem) stores.configMaps.update({ ...current, data });
}

/** What is left of one kind, and the finalizers that hold it. */
interface Remains {
  /** `pods.`, `deployments.apps`: resource, dot, group. */
  readonly resource: string;
  readonly objects: readonly KubeObject[];
}

/** Pods first, and nothing else before the last of them is gone. Called again whenever something of it has gone. */
function terminate(context: ControllerContext, namespace: Namespace): void {
  const { machinery, stores, clock } = context;
  const name = namespace.metadata.name ?? '';
  const pods = removeAll(context, 'pods', name);
  const others = machinery
    .types()
    .filter(({ id, namespaced, storage }) => namespaced && storage !== false && id !== 'pods');
  const left = pods.objects.length > 0 ? [pods] : others.map(({ id }) => removeAll(context, id, name));
  const remains = left.filter(({ objects }) => objects.length > 0);
  if (remains.length === 0) {
    stores.namespaces.update({ ...namespace, spec: { ...namespace.spec, finalizers: [] } }, 'finalize');
    return;
  }
  const status = { phase: 'Terminating', conditions: conditionsFor(remains, timestamp(clock.now()), namespace) };
  stores.namespaces.updateStatus({ ...namespace, status } as unknown as Namespace);
}

function removeAll({ machinery }: ControllerContext, id: string, namespace: string): Remains {
  for (const { metadata } of machinery.list(id, namespace)) {
    if (metadata.deletionTimestamp) continue;
    const request = { fieldManager: 'kube-controller-manager' };
    machinery.delete(id, namespace, metadata.name ?? '', { propagationPolicy: 'Background' }, request);
  }
  return { resource: id.includes('.') ? id : `${id}.`, objects: machinery.list(id, namespace) };
}

/** The five conditions of a namespace on its way out; only the last two tell what is still there. */
function conditionsFor(left: readonly Remains[], now: string, namespace: Namespace): Record<string, string>[] {
  const finalizers = left.flatMap(({ objects }) => objects.flatMap(({ metadata }) => metadata.finalizers ?? []));
  const resources = left.map(({ resource, objects }) => `${resource} has ${objects.length} resource instances`).sort();
  const draft = (type: string, status: string, reason: string, message: string) => {
    const before = namespace.status?.conditions?.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? String(before.lastTransitionTime) : now;
    return { lastTransitionTime, message, reason, status, type };
  };
  return [
    draft('NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'),
    draft(
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    draft(
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    draft(
      'NamespaceContentRemaining',
      'True',
      'SomeResourcesRemain',
      `Some resources are remaining: ${resources.join(', ')}`,
    ),
    finalizers.length > 0
      ? draft(
          'NamespaceFinalizersRemaining',
          'True',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${counted(finalizers).join(', ')}`,
        )
      : draft(
          'NamespaceFinalizersRemaining',
          'False',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
}

function counted(finalizers: readonly string[]): string[] {
  const count = (name: string): number => finalizers.filter((finalizer) => finalizer === name).length;
  return [...new Set(finalizers)].sort().map((name) => `${name} in ${count(name)} resource instances`);
}
