/** Client-side apply of one object: create it, or patch what differs and remember what was applied. */
import { ApiError, pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { type DryRun, dryRunQuery } from '../dry-run.ts';
import { addSource, KubectlError, messageOf } from '../errors.ts';
import { isMap } from '../merge/equal.ts';
import { lastAppliedKey, lastAppliedOf, withLastApplied } from '../merge/last-applied.ts';
import { mergesStrategically } from '../merge/merge-keys.ts';
import { threeWayJson, threeWayStrategic } from '../merge/three-way.ts';
import { goJson } from '../print/go-json.ts';
import type { ResultPrinter } from '../print/result.ts';
import type { FileItem } from '../resources/files.ts';
import { goKind, goResource } from '../resources/types.ts';
import type { Session } from '../session.ts';
import type { FieldValidation } from './file-options.ts';

export interface ApplyContext {
  readonly session: Session;
  readonly printer: ResultPrinter;
  readonly dryRun: DryRun;
  readonly fieldValidation: FieldValidation;
  readonly fieldManager: string;
  readonly forceConflicts: boolean;
}

export async function applyClientSide(context: ApplyContext, item: FileItem): Promise<void> {
  const { session, printer, dryRun } = context;
  const { type, object, name } = item;
  if (name === '' && object.metadata.generateName) {
    throw new KubectlError(`from ${object.metadata.generateName}: cannot use generate name with apply`);
  }
  const live = await findLive(context, item);
  const modified = withLastApplied(object);
  if (!live) {
    const created = dryRun === 'client' ? modified : await create(context, item, modified);
    printer.print(type, name, 'created', created);
    return;
  }
  warnAbout(session, item, live);
  const [patched, changed] = await patch(context, item, live, modified);
  const shown = dryRun === 'client' ? modified : patched;
  // 1.36 also prints the live object, with the manifest's fields over it, for a client-side dry run
  printer.print(type, name, changed ? 'configured' : 'unchanged', dryRun === 'client' ? overlay(live, shown) : shown);
}

/** `Resource: …\nName: …`, as errors quote it. */
export function describeItem({ type, name, namespace }: FileItem): string {
  return `Resource: ${JSON.stringify(goResource(type))}, GroupVersionKind: ${JSON.stringify(goKind(type))}\nName: ${JSON.stringify(name)}, Namespace: ${JSON.stringify(namespace ?? '')}`;
}

async function findLive({ session }: ApplyContext, item: FileItem): Promise<KubeObject | undefined> {
  const { type, namespace, name, source } = item;
  try {
    if (name === '') throw new KubectlError('resource name may not be empty');
    return await session.json({ path: pathOf(type, namespace, name) });
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    if (error instanceof ApiError || error instanceof KubectlError) {
      const verb = `retrieving current configuration of:\n${describeItem(item)}\nfrom server for:`;
      throw quoteSource(verb, source, error);
    }
    throw error;
  }
}

/** addSource, but the verb goes in unquoted over several lines. */
function quoteSource(verb: string, source: string, error: ApiError | KubectlError): unknown {
  const message = `error when ${verb} ${JSON.stringify(source)}: ${messageOf(error)}`;
  return error instanceof ApiError ? new ApiError({ ...error.status, message }) : new KubectlError(message);
}

async function create(
  { session, dryRun, fieldManager, fieldValidation }: ApplyContext,
  item: FileItem,
  body: KubeObject,
): Promise<KubeObject> {
  const search = new URLSearchParams({ ...dryRunQuery(dryRun), fieldManager, fieldValidation });
  try {
    return await session.json({ method: 'POST', path: `${pathOf(item.type, item.namespace)}?${search}`, body });
  } catch (error) {
    throw addSource('creating', item.source, error);
  }
}

function warnAbout(session: Session, { type, name }: FileItem, live: KubeObject): void {
  const what = `${type.resource}/${name}`;
  if (live.metadata.annotations?.[lastAppliedKey] === undefined) {
    session.err(
      `Warning: resource ${what} is missing the ${lastAppliedKey} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    );
  }
  if (live.metadata.deletionTimestamp) {
    session.err(`Warning: Detected changes to resource ${name} which is currently being deleted.\n`);
  }
}

async function patch(
  context: ApplyContext,
  item: FileItem,
  live: KubeObject,
  modified: KubeObject,
): Promise<[KubeObject, boolean]> {
  const { session, dryRun, fieldManager, fieldValidation } = context;
  const { type, namespace, name, source } = item;
  const strategic = mergesStrategically(type.group);
  const original = lastAppliedOf(live) ?? {};
  const body = strategic
    ? threeWayStrategic(type.kind, original, modified, live)
    : threeWayJson(original, modified, live);
  if (Object.keys(body).length === 0) return [live, false];
  if (dryRun === 'client') return [live, true];
  const search = new URLSearchParams({ ...dryRunQuery(dryRun), fieldManager, fieldValidation });
  try {
    const result = await session.json({
      method: 'PATCH',
      path: `${pathOf(type, namespace, name)}?${search}`,
      contentType: strategic ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json',
      body: goJson(body),
    });
    return [result, true];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw quoteSource(`applying patch:\n${goJson(body)}\nto:\n${describeItem(item)}\nfor:`, source, error);
  }
}

function overlay(live: unknown, modified: unknown): unknown {
  if (!isMap(live) || !isMap(modified)) return modified;
  const out: Record<string, unknown> = { ...live };
  for (const [key, value] of Object.entries(modified)) out[key] = key in out ? overlay(out[key], value) : value;
  return out;
}
