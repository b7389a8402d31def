/** Which half of an object does a request write? The main resource leaves status alone, `/status` leaves all else alone. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { clone, type Draft } from './core.ts';
import { orderMetadata } from './metadata.ts';

/** The kinds whose `/status` also takes labels and annotations: the CNI plugin and the kubelet annotate through it. */
const annotatedThroughStatus: ReadonlySet<string> = new Set(['pods', 'nodes']);

/** Puts back into `draft.object` what the request has no business with. */
export function keepOutsideSubresource(draft: Draft & { current: KubeObject }): void {
  const { kind, object, current, request } = draft;
  switch (request.subresource) {
    case undefined:
    case '':
      if (kind.statusSubresource) replaceField(object, 'status', current['status']);
      return;
    case 'status':
      keepAllBut(draft, 'status');
      return;
    case 'finalize':
      replaceField(object, 'status', current['status']);
      return;
    default:
      if (kind.statusSubresource) replaceField(object, 'status', current['status']);
  }
}

function keepAllBut({ kind, object, current }: Draft & { current: KubeObject }, field: string): void {
  const written = object[field];
  const { labels, annotations } = object.metadata;
  const { metadata: own } = object;
  for (const key of Object.keys(object)) delete object[key];
  // What a status does not touch is shared with the stored object: no step behind this one changes it.
  Object.assign(object, { ...current, metadata: { ...current.metadata } });
  if (annotatedThroughStatus.has(kind.id)) {
    object.metadata = orderMetadata({ ...object.metadata, labels, annotations });
  }
  if (own.managedFields) object.metadata.managedFields = own.managedFields;
  replaceField(object, field, written);
}

function replaceField(object: KubeObject, field: string, value: unknown): void {
  if (value === undefined) delete object[field];
  else object[field] = clone(value);
}
