/**
 * What an object is, apart from when and where: equal for two objects that a learner cannot tell apart. Reset compares these
 * to find what was changed, and the contract to prove that two resets give the same state. Pure.
 */
import { createHash } from 'node:crypto';
import type { KubeObject } from '../kube/objects.ts';

/** Filled in by the cluster, and different each time. */
const volatileMetadata = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'managedFields',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
]);
const volatileSpec = new Set(['nodeName', 'clusterIP', 'clusterIPs', 'hostIP', 'ephemeralContainers']);
const volatileAnnotations =
  /^(cni\.projectcalico\.org\/|kubernetes\.io\/config\.|deployment\.kubernetes\.io\/revision$|kubectl\.kubernetes\.io\/last-applied-configuration$)/;

export function fingerprint(object: KubeObject): string {
  const { metadata, spec, kind, apiVersion, status, ...rest } = object;
  void status;
  const plain = {
    apiVersion,
    kind,
    metadata: {
      ...without(metadata as Record<string, unknown>, (key) => volatileMetadata.has(key)),
      labels: metadata.labels ?? {},
      annotations: without(metadata.annotations ?? {}, (key) => volatileAnnotations.test(key)),
    },
    spec: isRecord(spec) ? without(spec, (key) => volatileSpec.has(key)) : spec,
    ...rest,
  };
  const text = JSON.stringify(sortKeys(plain)).replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-x');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The controller that made it, if any: such objects follow from their owner. */
export function isOwned(object: KubeObject): boolean {
  return object.metadata.ownerReferences?.some(({ controller }) => controller === true) ?? false;
}

function without(record: Readonly<Record<string, unknown>>, drop: (key: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => !drop(key) && value !== undefined));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key])]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
