/**
 * What does the server fill in or reset when an object of a kind is written? Statuses that begin empty, addresses that it
 * allocates, labels that it makes up: the `PrepareForCreate` and `PrepareForUpdate` of the real strategies.
 */
import { type KubeObject, timestamp } from '../../../../kube/objects.ts';
import { child, ensure, type Draft as Fields, fill } from '../defaults/draft.ts';
import type { Kind } from '../kinds/kind.ts';
import type { ResourceId } from '../machinery.ts';
import { type Core, type Draft, sameJson } from './core.ts';
import { prepareDefinition } from './custom-definition.ts';
import { qosClass } from './qos.ts';
import { allocateService, reallocateService } from './service-addresses.ts';

type UpdateDraft = Draft & { current: KubeObject };

export interface Preparation {
  create(core: Core, draft: Draft): void;
  update(core: Core, draft: UpdateDraft): void;
}

const nothing = (): void => {};

const table: Readonly<Record<ResourceId, Partial<Preparation>>> = {
  pods: { create: (core, draft) => preparePod(draft, timestamp(core.clock.now())) },
  services: {
    create: (core, draft) => allocateService(core, draft.object),
    update: (core, draft) => reallocateService(core, draft.object, draft.current),
  },
  namespaces: { create: (_core, draft) => prepareNamespace(draft), update: (_core, draft) => keepFinalizers(draft) },
  secrets: {
    create: (_core, draft) => mergeStringData(draft.object),
    update: (_core, draft) => mergeStringData(draft.object),
  },
  'daemonsets.apps': { create: (_core, draft) => countTemplate(draft), update: (_core, draft) => countTemplate(draft) },
  'jobs.batch': { create: (_core, draft) => prepareJob(draft.object) },
  'customresourcedefinitions.apiextensions.k8s.io': {
    create: (core, draft) => prepareDefinition(core, draft.object),
    update: (core, draft) => prepareDefinition(core, draft.object),
  },
};

export function preparationOf(kind: Kind): Preparation {
  const own = table[kind.id];
  return {
    create(core, draft) {
      if (kind.statusSubresource && kind.custom) delete draft.object['status'];
      else if (kind.statusSubresource && kind.schema && !keepsStatus.has(kind.id)) draft.object['status'] = {};
      (own?.create ?? nothing)(core, draft);
    },
    update: own?.update ?? nothing,
  };
}

/** Kinds whose status a client may bring along at creation: nodes register themselves, others are defaulted. */
const keepsStatus: ReadonlySet<ResourceId> = new Set([
  'nodes',
  'namespaces',
  'persistentvolumes',
  'persistentvolumeclaims',
]);

function preparePod({ object }: Draft, now: string): void {
  const spec = (object['spec'] ?? {}) as Fields;
  const gates = Array.isArray(spec['schedulingGates']) ? spec['schedulingGates'].length : 0;
  object['status'] = {
    ...(gates > 0 && { conditions: [gated(object, now)] }),
    phase: 'Pending',
    qosClass: qosClass(spec),
  };
}

/** registry/core/pod/strategy.go, applySchedulingGatedCondition. */
function gated({ metadata }: KubeObject, now: string): Fields {
  return {
    lastProbeTime: null,
    lastTransitionTime: now,
    message: 'Scheduling is blocked due to non-empty scheduling gates',
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    reason: 'SchedulingGated',
    status: 'False',
    type: 'PodScheduled',
  };
}

function prepareNamespace({ object }: Draft): void {
  object['status'] = { phase: 'Active' };
  const spec = ensure(object, 'spec');
  const finalizers = Array.isArray(spec['finalizers']) ? (spec['finalizers'] as string[]) : [];
  if (!finalizers.includes('kubernetes')) spec['finalizers'] = [...finalizers, 'kubernetes'];
}

/** Only the `/finalize` subresource empties them. */
function keepFinalizers({ object, current, request }: UpdateDraft): void {
  if (request.subresource === 'finalize') return;
  const finalizers = child(current, 'spec')?.['finalizers'];
  const spec = ensure(object, 'spec');
  if (finalizers === undefined) delete spec['finalizers'];
  else spec['finalizers'] = finalizers;
}

/** stringData is for writing only: it ends up in data, as base64. */
function mergeStringData(object: KubeObject): void {
  const texts = child(object, 'stringData');
  if (!texts) return;
  const data: Fields = { ...child(object, 'data') };
  for (const [key, text] of Object.entries(texts)) data[key] = Buffer.from(String(text), 'utf8').toString('base64');
  object['data'] = Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
  delete object['stringData'];
}

/** apps/v1 has no templateGeneration any more; the server still counts, in an annotation. */
function countTemplate({ object, current }: Draft): void {
  const key = 'deprecated.daemonset.template.generation';
  const before = Number(current?.metadata.annotations?.[key] ?? 0);
  const template = child(child(object, 'spec') ?? {}, 'template');
  const same = current !== undefined && sameJson(template, child(child(current, 'spec') ?? {}, 'template'));
  object.metadata.annotations = { ...object.metadata.annotations, [key]: String(same ? before : before + 1) };
}

/** A job selects its pods by its own uid, unless its author took that on (`manualSelector`). */
function prepareJob(object: KubeObject): void {
  object['status'] = {};
  const spec = ensure(object, 'spec');
  if (spec['manualSelector'] === true) return;
  const { uid = '', name = '' } = object.metadata;
  const labels = ensure(ensure(ensure(spec, 'template'), 'metadata'), 'labels');
  fill(labels, {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  });
  const selector = ensure(spec, 'selector');
  fill(ensure(selector, 'matchLabels'), { 'batch.kubernetes.io/controller-uid': uid });
}
