/** kubectl replace: PUT, or delete and create again with --force. */
import { ApiError, pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { type DryRun, dryRunOf, dryRunQuery } from '../dry-run.ts';
import { addSource, KubectlError, throwAll } from '../errors.ts';
import { dryRunFlag, fieldManagerFlag, fileFlags, printFlags, validateFlag } from '../flags/common.ts';
import { flag, refused } from '../flags/spec.ts';
import { lastAppliedKey, withLastApplied } from '../merge/last-applied.ts';
import { resultPrinter } from '../print/result.ts';
import { type FileItem, readItems } from '../resources/files.ts';
import type { Session } from '../session.ts';
import { deleteOne } from './delete.ts';
import { waitUntilGone } from './delete-wait.ts';
import { refuseKustomize, validation } from './file-options.ts';

export const replaceCommand: Command = {
  name: 'replace',
  short: 'Replace a resource by file name or stdin',
  usage: '-f FILENAME',
  flags: [
    ...printFlags,
    ...fileFlags.filter(({ name }) => name !== 'kustomize'),
    flag('kustomize', 'string', { short: 'k', help: 'Not in the built-in kubectl.' }),
    dryRunFlag,
    validateFlag,
    fieldManagerFlag('kubectl-replace'),
    flag('force', 'bool', { help: 'If true, delete the resource and create it again.' }),
    flag('grace-period', 'int', {
      fallback: '-1',
      help: 'Period of time in seconds given to the resource to terminate gracefully.',
    }),
    flag('cascade', 'string', {
      fallback: 'background',
      bare: 'background',
      help: 'Must be "background", "orphan", or "foreground".',
    }),
    flag('save-config', 'bool', {
      help: 'If true, the configuration of current object will be saved in its annotation.',
    }),
    flag('timeout', 'duration', { fallback: '0s', help: 'The length of time to wait before giving up on a delete' }),
    flag('wait', 'bool', { help: 'Accepted and ignored: --force always waits.' }),
    ...refused('string', 'raw', 'subresource'),
  ],
  run: replace,
};

async function replace(call: Call): Promise<number> {
  const { session, flags, args } = call;
  await refuseKustomize(session, flags);
  if (flags.list('filename').length === 0) throw new KubectlError('must specify one of -f and -k');
  if (args.length > 0)
    throw new KubectlError(`Unexpected args: [${args.join(' ')}]\nSee 'kubectl replace -h' for help and examples`);
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, dryRun);
  const fieldValidation = validation(flags);
  const { items, errors } = await readItems(session, flags, { validate: fieldValidation !== 'Ignore' });
  const failed: unknown[] = [...errors];
  if (items.length === 0 && failed.length === 0) throw new KubectlError('no objects passed to replace');
  const force = flags.bool('force');
  if (force && dryRun === 'none') failed.push(...(await deleteFirst(call, items)));
  for (const item of items) {
    try {
      const body = annotated(item.object, flags.bool('save-config'));
      const search = new URLSearchParams({
        ...dryRunQuery(dryRun),
        fieldManager: flags.string('field-manager'),
        fieldValidation,
      });
      const result = dryRun === 'client' ? body : await send(call, item, body, search, force, dryRun);
      printer.print(item.type, item.name, 'replaced', result);
    } catch (error) {
      failed.push(addSource('replacing', item.source, error));
    }
  }
  throwAll(failed);
  return 0;
}

async function send(
  { session }: Call,
  item: FileItem,
  body: KubeObject,
  search: URLSearchParams,
  force: boolean,
  dryRun: DryRun,
): Promise<KubeObject> {
  const { type, namespace, name } = item;
  if (force && dryRun === 'none')
    return session.json({ method: 'POST', path: `${pathOf(type, namespace)}?${search}`, body });
  const path = pathOf(type, namespace, name);
  return session.json({ method: 'PUT', path: `${path}?${search}`, body: await withVersion(session, path, body) });
}

/** Without a resourceVersion of its own the object replaces whatever is there; nothing there is the PUT's own error. */
async function withVersion(session: Session, path: string, object: KubeObject): Promise<KubeObject> {
  if (object.metadata.resourceVersion) return object;
  try {
    const { resourceVersion } = (await session.json({ path })).metadata;
    return { ...object, metadata: { ...object.metadata, ...(resourceVersion && { resourceVersion }) } };
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return object;
    throw error;
  }
}

/** An annotation of apply in the file is brought up to date; a file without one has none. */
function annotated(object: KubeObject, always: boolean): KubeObject {
  return always || object.metadata.annotations?.[lastAppliedKey] !== undefined ? withLastApplied(object) : object;
}

async function deleteFirst({ session, flags }: Call, items: readonly FileItem[]): Promise<unknown[]> {
  const errors: unknown[] = [];
  const options = {
    dryRun: 'none',
    cascade: flags.string('cascade'),
    force: false,
    gracePeriod: flags.int('grace-period') === 0 ? 1 : flags.int('grace-period'),
    names: false,
  } as const;
  const waiting = [];
  for (const target of items) {
    try {
      const uid = await deleteOne(session, target, options);
      if (uid !== undefined) waiting.push({ target, uid });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) errors.push(error);
    }
  }
  return [...errors, ...(await waitUntilGone(session, waiting, flags.duration('timeout')))];
}
