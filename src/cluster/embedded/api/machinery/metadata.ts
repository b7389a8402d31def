/** What does the server itself write into metadata? Name from generateName, uid, times, generation: nothing of it from the client. */
import { type KubeObject, timestamp } from '../../../../kube/objects.ts';
import type { Core, Draft } from './core.ts';

/** Names made by the server end in five letters; the part before is cut so that the whole fits into a label. */
const maxGeneratedBase = 58;

/** Before defaulting and admission; `draft.object` is changed in place. */
export function fillMetadata(core: Core, draft: Draft): void {
  const { kind, object } = draft;
  const { metadata } = object;
  const own: Partial<KubeObject['metadata']> = {};
  if (!metadata.name && metadata.generateName) {
    own.name = metadata.generateName.slice(0, maxGeneratedBase) + core.random.suffix(5);
  }
  if (kind.namespaced && draft.namespace) own.namespace = draft.namespace;
  own.uid = core.random.uuid();
  own.creationTimestamp = timestamp(core.clock.now());
  if (kind.generation) own.generation = 1;
  const { uid: _uid, resourceVersion: _v, generation: _g, creationTimestamp: _c, selfLink: _s, ...given } = metadata;
  const { deletionTimestamp: _d, deletionGracePeriodSeconds: _p, managedFields: _m, ...kept } = given;
  if (!kind.namespaced) delete kept.namespace;
  object.metadata = orderMetadata({ ...kept, ...own });
}

const order = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const;

/** As Go writes it; `kubectl get --raw` shows the order. */
export function orderMetadata(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  const source = metadata as Readonly<Record<string, unknown>>;
  const result: Record<string, unknown> = {};
  for (const key of order) if (source[key] !== undefined) result[key] = source[key];
  // resourceVersion is stamped by the store: its place is kept
  if (!('resourceVersion' in result)) return withPlace(result);
  return result as KubeObject['metadata'];
}

function withPlace(result: Record<string, unknown>): KubeObject['metadata'] {
  const entries = Object.entries(result);
  const at = entries.findIndex(
    ([key]) => order.indexOf(key as (typeof order)[number]) > order.indexOf('resourceVersion'),
  );
  entries.splice(at < 0 ? entries.length : at, 0, ['resourceVersion', '']);
  return Object.fromEntries(entries) as KubeObject['metadata'];
}
