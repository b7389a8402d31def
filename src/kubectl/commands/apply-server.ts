/** Server-side apply of one object, taking over what client-side apply owned before. */
import { ApiError, pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { dryRunQuery } from '../dry-run.ts';
import { KubectlError } from '../errors.ts';
import { isMap } from '../merge/equal.ts';
import { lastAppliedKey } from '../merge/last-applied.ts';
import { goJson } from '../print/go-json.ts';
import type { FileItem } from '../resources/files.ts';
import type { Session } from '../session.ts';
import type { ApplyContext } from './apply-client.ts';

const advice = `
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

export async function applyServerSide(context: ApplyContext, item: FileItem): Promise<void> {
  const { session, printer, dryRun, fieldManager, fieldValidation, forceConflicts } = context;
  const { type, namespace, name, object } = item;
  const search = new URLSearchParams({
    ...dryRunQuery(dryRun),
    fieldManager,
    fieldValidation,
    force: String(forceConflicts),
  });
  const path = pathOf(type, namespace, name);
  let result: KubeObject;
  try {
    result = await session.json({
      method: 'PATCH',
      path: `${path}?${search}`,
      contentType: 'application/apply-patch+yaml',
      body: goJson(object),
    });
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'Conflict') throw new KubectlError(error.message + advice);
    throw error;
  }
  if (dryRun === 'none') result = (await takeOver(context, path, result)) ?? result;
  printer.print(type, name, 'serverside-applied', result);
}

interface Managed {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: object;
}

/** Without this, fields of an earlier client-side apply would stay owned by a manager that never comes back. */
async function takeOver(
  { session, fieldManager }: ApplyContext,
  path: string,
  object: KubeObject,
): Promise<KubeObject | undefined> {
  const entries = ({ metadata }: KubeObject) => (metadata.managedFields ?? []) as readonly Managed[];
  const isOld = (entry: Managed) =>
    entry.manager === 'kubectl-client-side-apply' && entry.operation === 'Update' && !entry.subresource;
  const isMine = (entry: Managed) => entry.manager === fieldManager && entry.operation === 'Apply';
  if (!entries(object).some(isOld) || !entries(object).some(isMine)) return undefined;
  const latest = await keepAnnotation(session, path, object);
  const old = entries(latest).find(isOld)?.fieldsV1 ?? {};
  const value = entries(latest)
    .filter((entry) => !isOld(entry))
    .map((entry) => (isMine(entry) ? { ...entry, fieldsV1: union(entry.fieldsV1 ?? {}, old) } : entry));
  try {
    return await session.json({
      method: 'PATCH',
      path,
      contentType: 'application/json-patch+json',
      body: [
        { op: 'replace', path: '/metadata/managedFields', value },
        { op: 'replace', path: '/metadata/resourceVersion', value: latest.metadata.resourceVersion },
      ],
    });
  } catch (error) {
    // somebody was faster: ownership is tidied at the next apply
    if (error instanceof ApiError && error.code === 409) return undefined;
    throw error;
  }
}

/** The last-applied annotation gets a manager of its own, or the next server-side apply would drop it. */
async function keepAnnotation(session: Session, path: string, object: KubeObject): Promise<KubeObject> {
  const text = object.metadata.annotations?.[lastAppliedKey];
  if (text === undefined) return object;
  const { name = '', namespace } = object.metadata;
  const { apiVersion = '', kind = '' } = object;
  return session.json({
    method: 'PATCH',
    path: `${path}?fieldManager=kubectl-last-applied&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion,
      kind,
      metadata: { name, ...(namespace && { namespace }), annotations: { [lastAppliedKey]: text } },
    },
  });
}

function union(a: object, b: object): Record<string, unknown> {
  const out: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = out[key];
    out[key] = isMap(before) && isMap(value) ? union(before, value) : (before ?? value);
  }
  return out;
}
