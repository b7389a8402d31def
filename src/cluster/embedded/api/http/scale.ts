/** The scale subresource: how many replicas something has, as an autoscaling/v1 Scale that can be read, replaced and patched. */

import type { KubeObject, LabelSelector } from '../../../../kube/objects.ts';
import { formatSelector } from '../../../../kube/selectors.ts';
import { invalid, rejectedPatch } from '../machinery/status.ts';
import type { PatchType, ServedType } from '../machinery.ts';
import { applyJsonPatch, JsonPatchError, type JsonPatchOperation } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { invalidValue } from '../validation/field-error.ts';
import type { ApiRequest, Reply, ServerContext } from './request.ts';
import { objectOf, patchBody, patchTypeOf, requestInfo } from './write.ts';

type Raw = Record<string, unknown>;

export async function scale(
  request: ApiRequest,
  type: ServedType,
  namespace: string | undefined,
  name: string,
  context: ServerContext,
): Promise<Reply> {
  const { machinery } = context;
  if (request.method === 'GET') return answer(scaleOf(machinery.get(type.id, namespace, name)));
  const options = request.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions';
  const info = requestInfo(request, options, 'scale');
  const wanted = await wantedScale(request, machinery.get(type.id, namespace, name));
  const replicas = replicasIn(wanted, name);
  const version = asRaw(wanted['metadata'])['resourceVersion'];
  const change = {
    ...(typeof version === 'string' && request.method === 'PUT' && { metadata: { resourceVersion: version } }),
    spec: { replicas },
  };
  return answer(scaleOf(machinery.patch(type.id, namespace, name, 'merge', change, info)));
}

function answer(object: KubeObject): Reply {
  return { type: 'object', code: 200, object };
}

function scaleOf(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const spec = asRaw(object['spec']);
  const replicas = Number(spec['replicas'] ?? 0);
  const selector = selectorText(spec['selector']);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp })),
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: Number(asRaw(object['status'])['replicas'] ?? 0), ...(selector !== '' && { selector }) },
  };
}

/** ReplicationControllers select by a plain map. */
function selectorText(selector: unknown): string {
  const raw = asRaw(selector);
  if (Object.keys(raw).length === 0) return '';
  const isSelector = 'matchLabels' in raw || 'matchExpressions' in raw;
  return formatSelector(isSelector ? (raw as LabelSelector) : { matchLabels: raw as Record<string, string> });
}

async function wantedScale(request: ApiRequest, current: KubeObject): Promise<Raw> {
  if (request.method === 'PUT') return objectOf(request, 'Scale');
  const type = patchTypeOf(request);
  const patch = await patchBody(request, type);
  return patched(structuredClone(scaleOf(current)) as Raw, type, patch);
}

/** A Scale has no lists: merge, strategic merge and apply come to the same. */
function patched(scaled: Raw, type: PatchType, patch: unknown): Raw {
  if (type !== 'json') return asRaw(mergePatch(scaled, patch));
  if (!Array.isArray(patch)) throw rejectedPatch();
  try {
    return asRaw(applyJsonPatch(scaled, patch as JsonPatchOperation[]));
  } catch (error) {
    if (error instanceof JsonPatchError) throw rejectedPatch();
    throw error;
  }
}

function replicasIn(wanted: Raw, name: string): number {
  const value = asRaw(wanted['spec'])['replicas'] ?? 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw invalid('autoscaling', 'Scale', name, [
    invalidValue('spec.replicas', value, 'must be greater than or equal to 0'),
  ]);
}

function asRaw(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}
