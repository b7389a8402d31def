/** Which pods belong to a controller: those that it owns and still selects, and orphans that it selects and adopts. */
import type { LabelSelector, ObjectMeta, OwnerReference, Pod } from '../../../../kube/objects.ts';
import { matchesSelector } from '../../../../kube/selectors.ts';
import type { ControllerContext } from '../context.ts';
import { controllerOf, isActive } from '../pod-facts.ts';

export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export function ownerReference({ apiVersion, kind, metadata }: Owner): OwnerReference {
  const { name = '', uid = '' } = metadata;
  return { apiVersion, blockOwnerDeletion: true, controller: true, kind, name, uid };
}

/** Adopts and releases on the way, as pkg/controller/controller_ref_manager.go does. */
export function claimPods({ stores }: ControllerContext, owner: Owner, selector: LabelSelector | undefined): Pod[] {
  const claimed: Pod[] = [];
  const { uid, namespace, deletionTimestamp } = owner.metadata;
  for (const pod of stores.pods.list(namespace)) {
    const controller = controllerOf(pod);
    const selected = matchesSelector(selector, pod.metadata.labels);
    if (controller?.uid === uid) {
      if (selected) claimed.push(pod);
      else if (!deletionTimestamp) stores.pods.update(withOwners(pod, otherOwners(pod, uid)));
    } else if (!controller && selected && !deletionTimestamp && isActive(pod)) {
      claimed.push(
        stores.pods.update(withOwners(pod, [...(pod.metadata.ownerReferences ?? []), ownerReference(owner)])),
      );
    }
  }
  return claimed;
}

function otherOwners(pod: Pod, uid: string | undefined): OwnerReference[] {
  return (pod.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
}

function withOwners(pod: Pod, ownerReferences: OwnerReference[]): Pod {
  return { ...pod, metadata: { ...pod.metadata, ownerReferences } };
}
