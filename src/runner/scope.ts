/** Which part of the cluster a scenario plays in: its namespaces, and its objects with their namespaces spelled out. */
import { groupOf, type KubeObject } from '../kube/objects.ts';
import { withNamespace } from './apply.ts';
import type { LabContext } from './context.ts';

export interface Scope {
  /** Sorted. */
  readonly namespaces: readonly string[];
  readonly manifests: readonly KubeObject[];
  readonly fault: readonly KubeObject[];
  /** What is there in the broken state: manifests, with the fault's objects in place of those of the same name. */
  readonly broken: readonly KubeObject[];
  /** Pods that start again once the fault is in place. */
  readonly restarts: readonly KubeObject[];
}

export function scopeOf({ scenario, client }: Pick<LabContext, 'scenario' | 'client'>): Scope {
  const manifests = scenario.manifests.map((object) => withNamespace(object, client));
  const fault = scenario.fault.map((object) => withNamespace(object, client));
  const faultKeys = new Set(fault.map(keyOf));
  const broken = [...manifests.filter((object) => !faultKeys.has(keyOf(object))), ...fault];
  const namespaces = new Set(
    broken.map(({ kind, metadata }) => (kind === 'Namespace' ? metadata.name : metadata.namespace)),
  );
  const restarts = manifests.filter(
    ({ kind, metadata }) => kind === 'Pod' && scenario.restarts.includes(`${metadata.namespace}/${metadata.name}`),
  );
  return {
    namespaces: [...namespaces].filter((name) => name !== undefined).sort(),
    manifests,
    fault,
    broken,
    restarts,
  };
}

/** `NetworkPolicy.networking.k8s.io`, `Pod`: kinds of one name in different groups are told apart, versions are not. */
export function groupKind(kind: string, group: string): string {
  return group === '' ? kind : `${kind}.${group}`;
}

export function groupKindOf({ apiVersion = '', kind = '' }: KubeObject): string {
  return groupKind(kind, groupOf(apiVersion));
}

/** `NetworkPolicy.networking.k8s.io/default/deny-all-egress` */
export function keyOf(object: KubeObject): string {
  const { namespace = '', name = '' } = object.metadata;
  return `${groupKindOf(object)}/${namespace}/${name}`;
}

/** `NetworkPolicy default/deny-all-egress`, for people. */
export function nameKey(key: string): string {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  const plain = kind.split('.')[0] ?? kind;
  return namespace ? `${plain} ${namespace}/${name}` : `${plain} ${name}`;
}
