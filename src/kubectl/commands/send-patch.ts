/** Sends what changed between two versions of an object as the patch its kind understands. */
import { pathOf } from '../../kube/client.ts';
import type { KubeObject, ResourceType } from '../../kube/objects.ts';
import { type DryRun, dryRunQuery } from '../dry-run.ts';
import { mergesStrategically } from '../merge/merge-keys.ts';
import { diffObjects } from '../merge/strategic-diff.ts';
import { jsonDiff } from '../merge/three-way.ts';
import type { Session } from '../session.ts';

export interface PatchOptions {
  readonly dryRun: DryRun;
  readonly fieldManager: string;
  readonly query?: Readonly<Record<string, string>>;
}

export const patchTypes = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
} as const;

/** undefined when nothing differs. */
export function patchBetween(
  type: ResourceType,
  before: KubeObject,
  after: KubeObject,
): Record<string, unknown> | undefined {
  const patch = mergesStrategically(type.group) ? diffObjects(type.kind, before, after) : jsonDiff(before, after, true);
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** The object as it is afterwards; `after` itself for a client-side dry run; undefined when nothing differs. */
export async function sendDifference(
  session: Session,
  type: ResourceType,
  before: KubeObject,
  after: KubeObject,
  options: PatchOptions,
): Promise<KubeObject | undefined> {
  const patch = patchBetween(type, before, after);
  if (!patch) return undefined;
  if (options.dryRun === 'client') return after;
  return sendPatch(session, type, before, patch, mergesStrategically(type.group) ? 'strategic' : 'merge', options);
}

export async function sendPatch(
  session: Session,
  type: ResourceType,
  { metadata }: KubeObject,
  body: unknown,
  kind: keyof typeof patchTypes,
  options: PatchOptions,
  subresource?: string,
): Promise<KubeObject> {
  const search = new URLSearchParams({
    fieldManager: options.fieldManager,
    ...dryRunQuery(options.dryRun),
    ...options.query,
  });
  const path = `${pathOf(type, metadata.namespace, metadata.name, subresource)}?${search}`;
  return session.json({ method: 'PATCH', path, body, contentType: patchTypes[kind] });
}
