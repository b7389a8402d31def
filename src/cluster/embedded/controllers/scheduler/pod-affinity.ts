/** Required affinity and anti-affinity between pods, and hard topology spread, by topology domain. */
import type { Node, Pod } from '../../../../kube/objects.ts';
import { matchesSelector } from '../../../../kube/selectors.ts';

type Affinity = NonNullable<NonNullable<Pod['spec']>['affinity']>;
type Term = NonNullable<NonNullable<Affinity['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']>[number];

export interface Placement {
  readonly pod: Pod;
  readonly node: Node;
}

export type NamespaceLabels = (name: string) => Readonly<Record<string, string>>;

/** Undefined when the node will do, else why not. */
export function podAffinityProblem(
  pod: Pod,
  node: Node,
  placed: readonly Placement[],
  labels: NamespaceLabels,
): string | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  const wanted = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (!wanted.every((term) => isSatisfied(term, pod, node, placed, labels))) {
    return "node(s) didn't match pod affinity rules";
  }
  const unwanted = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (unwanted.some((term) => neighbours(term, pod, node, placed, labels).length > 0)) {
    return "node(s) didn't match pod anti-affinity rules";
  }
  const repelled = placed.some(({ pod: other, node: otherNode }) => {
    const terms = other.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    return terms.some((term) => sameDomain(term.topologyKey, node, otherNode) && selects(term, other, pod, labels));
  });
  return repelled ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined;
}

/** A first pod of a group that wants its own company may go anywhere that has the topology key. */
function isSatisfied(term: Term, pod: Pod, node: Node, placed: readonly Placement[], labels: NamespaceLabels): boolean {
  if (node.metadata.labels?.[term.topologyKey] === undefined) return false;
  if (neighbours(term, pod, node, placed, labels).length > 0) return true;
  const anywhere = placed.some(({ pod: other }) => selects(term, pod, other, labels));
  return !anywhere && selects(term, pod, pod, labels);
}

function neighbours(
  term: Term,
  pod: Pod,
  node: Node,
  placed: readonly Placement[],
  labels: NamespaceLabels,
): Placement[] {
  return placed.filter(
    ({ pod: other, node: otherNode }) =>
      sameDomain(term.topologyKey, node, otherNode) && selects(term, pod, other, labels),
  );
}

function sameDomain(key: string, a: Node, b: Node): boolean {
  const value = a.metadata.labels?.[key];
  return value !== undefined && value === b.metadata.labels?.[key];
}

/** Does the term of `owner` select `other`? Without namespaces it means the owner's own. */
function selects(term: Term, owner: Pod, other: Pod, labels: NamespaceLabels): boolean {
  const { namespaces = [], namespaceSelector, labelSelector } = term;
  const namespace = other.metadata.namespace ?? '';
  const inNamespace =
    namespaces.length === 0 && !namespaceSelector
      ? namespace === owner.metadata.namespace
      : namespaces.includes(namespace) ||
        (namespaceSelector ? matchesSelector(namespaceSelector, labels(namespace)) : false);
  return inNamespace && matchesSelector(labelSelector, other.metadata.labels);
}

/** Hard constraints of topologySpreadConstraints. */
export function spreadProblem(
  pod: Pod,
  node: Node,
  nodes: readonly Node[],
  placed: readonly Placement[],
): string | undefined {
  for (const { topologyKey, maxSkew, whenUnsatisfiable, labelSelector } of pod.spec?.topologySpreadConstraints ?? []) {
    if (whenUnsatisfiable !== 'DoNotSchedule') continue;
    const domain = node.metadata.labels?.[topologyKey];
    if (domain === undefined) return "node(s) didn't match pod topology spread constraints (missing required label)";
    const counts = new Map<string, number>();
    for (const { metadata } of nodes) {
      const name = metadata.labels?.[topologyKey];
      if (name !== undefined) counts.set(name, 0);
    }
    for (const { pod: other, node: otherNode } of placed) {
      const name = otherNode.metadata.labels?.[topologyKey];
      const counted =
        other.metadata.namespace === pod.metadata.namespace && matchesSelector(labelSelector, other.metadata.labels);
      if (counted && name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const self = matchesSelector(labelSelector, pod.metadata.labels) ? 1 : 0;
    const skew = (counts.get(domain) ?? 0) + self - Math.min(...counts.values());
    if (skew > maxSkew) return "node(s) didn't match pod topology spread constraints";
  }
  return undefined;
}
