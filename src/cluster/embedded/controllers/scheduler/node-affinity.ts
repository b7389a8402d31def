/** Whether a node's labels suit a pod: nodeSelector and required node affinity; how well: preferred node affinity. */
import type { LabelSelectorRequirement, Node, Pod } from '../../../../kube/objects.ts';
import { matchesRequirement } from '../../../../kube/selectors.ts';

type Affinity = NonNullable<NonNullable<Pod['spec']>['affinity']>;
type NodeAffinity = NonNullable<Affinity['nodeAffinity']>;
type Term = NonNullable<NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']>['nodeSelectorTerms'][number];

export function suitsNode(pod: Pod, node: Node): boolean {
  const { nodeSelector = {}, affinity } = pod.spec ?? {};
  const labels = node.metadata.labels ?? {};
  const selected = Object.entries(nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return selected && (!required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node)));
}

/** The sum of the weights that apply. */
export function preference(pod: Pod, node: Node): number {
  const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return preferred.reduce((sum, { weight, preference: term }) => sum + (matchesTerm(term, node) ? weight : 0), 0);
}

/** An empty term matches nothing. */
function matchesTerm(term: Term, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  const fields = { 'metadata.name': node.metadata.name ?? '' };
  return (
    matchExpressions.every((requirement) =>
      matchesRequirement(requirement as LabelSelectorRequirement, node.metadata.labels),
    ) && matchFields.every((requirement) => matchesRequirement(requirement as LabelSelectorRequirement, fields))
  );
}
