/** Which objects does a list, watch or deletecollection mean? Label and field selectors of the query as one predicate. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { parseFieldSelector } from '../machinery/field-selectors.ts';
import { parseLabelSelector } from '../machinery/selectors.ts';
import type { ServedType } from '../machinery.ts';

export interface Selection {
  /** No selector at all: lists may then say how many items remain. */
  readonly everything: boolean;
  matches(object: KubeObject): boolean;
}

/** Throws StatusError 400 for a selector that cannot be parsed or a field that the kind does not offer. */
export function selectionOf(type: ServedType, query: URLSearchParams): Selection {
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  const byLabel = parseLabelSelector(labels);
  const byField = parseFieldSelector(type.id, fields);
  return {
    everything: labels === '' && fields === '',
    matches: (object) => byLabel(object.metadata.labels) && byField(object),
  };
}

/** The name that a field selector pins down: authorization treats such a list as one about that object. */
export function selectedName(query: URLSearchParams): string | undefined {
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
}
