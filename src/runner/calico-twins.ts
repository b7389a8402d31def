/**
 * Calico's objects are served by their definitions (crd.projectcalico.org) and, where its API server runs, by a view of them
 * (projectcalico.org). What is in both is one object. On the embedded cluster the two are apart, and both count. Pure.
 */
import { groupOf, type KubeObject } from '../kube/objects.ts';

const definitions = 'crd.projectcalico.org';
const view = 'projectcalico.org';

/** Without the objects of the definitions that the view shows as well. */
export function withoutTwins(objects: readonly KubeObject[]): readonly KubeObject[] {
  const viewed = new Set(objects.filter((object) => isOf(object, view)).map(placeOf));
  return objects.filter((object) => !isOf(object, definitions) || !viewed.has(placeOf(object)));
}

/** `Tier.crd.projectcalico.org` for `Tier.projectcalico.org` and the other way round; nothing for kinds that are not Calico's. */
export function twinKind(groupKind: string): readonly string[] {
  const [kind = '', ...labels] = groupKind.split('.');
  const group = labels.join('.');
  if (group === view) return [`${kind}.${definitions}`];
  return group === definitions ? [`${kind}.${view}`] : [];
}

function isOf({ apiVersion = '' }: KubeObject, group: string): boolean {
  return groupOf(apiVersion) === group;
}

/** The definitions name a policy with its tier, the view leaves out `default`. */
function placeOf({ kind, metadata: { namespace = '', name = '' } }: KubeObject): string {
  return [kind, namespace, name.replace(/^default\./, '')].join('/');
}
