/** Which workload does a pod belong to? Replicas of one owner make one row of a truth table. */
import type { KubeObject } from '../kube/objects.ts';
import { nameOf } from '../kube/objects.ts';

export interface Owner {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** From a pod of a running cluster. A ReplicaSet that a Deployment made ends in the pods' template hash. */
export function ownerOf({ metadata }: Pick<KubeObject, 'metadata'>): Owner {
  const { namespace = 'default', name = '', labels, ownerReferences } = metadata;
  const controller = ownerReferences?.find((reference) => reference.controller);
  if (!controller) return { kind: 'Pod', namespace, name };
  const hash = labels?.['pod-template-hash'];
  if (controller.kind === 'ReplicaSet' && hash && controller.name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', namespace, name: controller.name.slice(0, -hash.length - 1) };
  }
  return { kind: controller.kind, namespace, name: controller.name };
}

/** By `namespace/pod`: `shop/web`, with the kind where two owners would share a name. */
export function nameOwners(owners: ReadonlyMap<string, Owner>): ReadonlyMap<string, string> {
  const kinds = new Map<string, Set<string>>();
  for (const { kind, namespace, name } of owners.values()) {
    const short = `${namespace}/${name}`;
    kinds.set(short, (kinds.get(short) ?? new Set()).add(kind));
  }
  return new Map(
    [...owners].map(([pod, { kind, namespace, name }]) => {
      const short = `${namespace}/${name}`;
      return [pod, (kinds.get(short)?.size ?? 0) > 1 ? `${short} (${kind})` : short];
    }),
  );
}

/** By `namespace/pod`, from the pods of a running cluster. */
export function ownersOf(pods: readonly Pick<KubeObject, 'metadata'>[]): ReadonlyMap<string, string> {
  return nameOwners(new Map(pods.map((pod) => [nameOf(pod), ownerOf(pod)])));
}
