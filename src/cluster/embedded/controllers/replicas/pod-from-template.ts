/** A pod as a workload's template describes it, owned by the workload. */
import type { Pod, PodTemplateSpec } from '../../../../kube/objects.ts';
import { type Owner, ownerReference } from './claim.ts';

/** Named `<owner>-xxxxx` by the server, unless `name` is given. */
export function podFromTemplate(owner: Owner, template: PodTemplateSpec | undefined, name?: string): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  const prefix = owner.metadata.name ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name ? { name } : { generateName: `${prefix}-` }),
      namespace: owner.metadata.namespace ?? '',
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: [ownerReference(owner)],
    },
    spec: structuredClone(template?.spec ?? { containers: [] }),
  } as Pod;
}
