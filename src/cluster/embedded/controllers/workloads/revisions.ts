/** ControllerRevisions: the history of a StatefulSet's or DaemonSet's template, which `rollout history` and `undo` read. */
import type { ControllerRevision, PodTemplateSpec } from '../../../../kube/objects.ts';
import type { ControllerContext } from '../context.ts';
import { safeHash, stableJson } from '../deployment/template-hash.ts';
import { isOwnedBy } from '../pod-facts.ts';
import { type Owner, ownerReference } from '../replicas/claim.ts';

export const revisionLabel = 'controller-revision-hash';

export interface Revisions {
  /** Of the present template; made if there is none yet. */
  readonly current: ControllerRevision;
  readonly all: readonly ControllerRevision[];
}

export function revisionsOf(
  context: ControllerContext,
  owner: Owner,
  template: PodTemplateSpec | undefined,
): Revisions {
  const { stores } = context;
  const { namespace = '', name = '', uid } = owner.metadata;
  const data = { spec: { template: { ...template, $patch: 'replace' } } };
  const all = stores.controllerRevisions
    .list(namespace)
    .filter((revision) => isOwnedBy(revision, uid))
    .sort((a, b) => a.revision - b.revision);
  const text = stableJson(data);
  const same = all.find((revision) => stableJson(revision.data) === text);
  const newest = all.at(-1)?.revision ?? 0;
  if (same?.revision === newest && same) return { current: same, all };
  if (same) {
    const current = stores.controllerRevisions.update({ ...same, revision: newest + 1 });
    return { current, all: [...all.filter((revision) => revision !== same), current] };
  }
  const hash = safeHash(text);
  const current = stores.controllerRevisions.create({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...template?.metadata?.labels, [revisionLabel]: hash },
      ownerReferences: [ownerReference(owner)],
    },
    data,
    revision: newest + 1,
  } as unknown as ControllerRevision);
  return { current, all: [...all, current] };
}

export function hashOf(revision: ControllerRevision): string {
  return revision.metadata.labels?.[revisionLabel] ?? '';
}

/** Keeps the last `limit` beside those in use. */
export function trimRevisions(
  { stores }: ControllerContext,
  { all }: Revisions,
  limit: number,
  inUse: ReadonlySet<string>,
): void {
  const idle = all.filter((revision) => !inUse.has(revision.metadata.name ?? '') && !inUse.has(hashOf(revision)));
  for (const { metadata } of idle.slice(0, Math.max(0, idle.length - limit))) {
    stores.controllerRevisions.remove(metadata.namespace, metadata.name ?? '');
  }
}
