/**
 * Puts a scenario's objects into the cluster as `kubectl apply` would have done it by hand: created with the annotation that
 * later applies compare with, namespaces first. Nothing is updated here: what exists with another content is replaced.
 */

import type { KubeClient } from '../kube/client.ts';
import { ApiError, pathOf } from '../kube/client.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { LabContext } from './context.ts';
import { fieldManager, labLabel, labLabelValue } from './context.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** In order, but namespaces before everything that may live in them. */
export async function applyObjects(context: LabContext, objects: readonly KubeObject[]): Promise<void> {
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
  for (const object of [...namespaces, ...objects.filter(({ kind }) => kind !== 'Namespace')])
    await applyObject(context, object);
}

async function applyObject({ client, ownsCluster }: LabContext, object: KubeObject): Promise<void> {
  const wanted = prepare(withNamespace(object, client), ownsCluster);
  try {
    await client.create(wanted, fieldManager);
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
    await client.apply(wanted, fieldManager);
  }
}

/** Force-deletes at once; gone already is fine. */
export async function deleteObject(client: KubeClient, object: KubeObject): Promise<void> {
  const type = await client.typeOf(object.apiVersion ?? '', object.kind ?? '');
  const options = object.kind === 'Pod' ? { gracePeriodSeconds: 0 } : { propagationPolicy: 'Background' };
  const { code, text } = await client.raw({
    method: 'DELETE',
    path: pathOf(type, object.metadata.namespace, object.metadata.name),
    body: options,
  });
  if (code >= 400 && code !== 404) throw new ApiError({ ...(JSON.parse(text) as ApiError['status']), code });
}

/** `Pod default/web`; objects without a namespace are taken to be in the connection's where their kind has one. */
export function withNamespace(object: KubeObject, client: KubeClient): KubeObject {
  if (object.kind === 'Namespace' || object.metadata.namespace) return object;
  if (clusterScoped.has(object.kind ?? '')) return object;
  return { ...object, metadata: { ...object.metadata, namespace: client.connection.namespace } };
}

const clusterScoped = new Set([
  'Namespace',
  'Node',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'GlobalNetworkPolicy',
  'GlobalNetworkSet',
  'Tier',
  'PersistentVolume',
  'StorageClass',
]);

function prepare(object: KubeObject, ownsCluster: boolean): KubeObject {
  const { metadata } = object;
  const labelled = ownsCluster ? metadata : { ...metadata, labels: { ...metadata.labels, [labLabel]: labLabelValue } };
  const plain = { ...object, metadata: { ...labelled, annotations: metadata.annotations ?? {} } };
  const annotations = { ...metadata.annotations, [lastApplied]: `${JSON.stringify(plain)}\n` };
  return { ...plain, metadata: { ...plain.metadata, annotations } };
}
