/** kubectl delete: by file, name, selector or --all; prints before it waits until the objects are gone. */
import { ApiError, type DiscoveredType, pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { type DryRun, dryRunNote, dryRunOf } from '../dry-run.ts';
import { addSource, KubectlError, throwAll } from '../errors.ts';
import { allFlag, allNamespacesFlag, dryRunFlag, fieldSelectorFlag, fileFlags, selectorFlag } from '../flags/common.ts';
import { type Flags, flag, refused } from '../flags/spec.ts';
import { fetchSelection, refuseArguments } from '../resources/fetch.ts';
import { readItems } from '../resources/files.ts';
import { select } from '../resources/select.ts';
import { kindName } from '../resources/types.ts';
import type { Session } from '../session.ts';
import { waitUntilGone } from './delete-wait.ts';

export const deleteCommand: Command = {
  name: 'delete',
  short: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
  usage: '([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])',
  flags: [
    ...fileFlags,
    selectorFlag,
    fieldSelectorFlag,
    allFlag,
    allNamespacesFlag,
    dryRunFlag,
    flag('cascade', 'string', {
      fallback: 'background',
      bare: 'background',
      help: 'Must be "background", "orphan", or "foreground".',
    }),
    flag('force', 'bool', { help: 'If true, immediately remove resources from API and bypass graceful deletion.' }),
    flag('grace-period', 'int', {
      fallback: '-1',
      help: 'Period of time in seconds given to the resource to terminate gracefully.',
    }),
    flag('ignore-not-found', 'bool', { help: 'Treat "resource not found" as a successful delete.' }),
    flag('now', 'bool', { help: 'If true, resources are signaled for immediate shutdown (same as --grace-period=1).' }),
    flag('output', 'string', { short: 'o', help: 'Output mode. Use "-o name" for shorter output (resource/name).' }),
    flag('timeout', 'duration', { fallback: '0s', help: 'The length of time to wait before giving up on a delete' }),
    flag('wait', 'bool', { fallback: 'true', help: 'If true, wait for resources to be gone before returning.' }),
    flag('interactive', 'bool', { short: 'i', help: 'If true, delete resource only when user confirms.' }),
    ...refused('string', 'raw'),
  ],
  run: runDelete,
};

export interface Doomed {
  readonly type: DiscoveredType;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly source: string;
}

export interface DeleteOptions {
  readonly dryRun: DryRun;
  readonly cascade: string;
  readonly force: boolean;
  /** Seconds; -1 = as the object says. */
  readonly gracePeriod: number;
  readonly names: boolean;
  readonly quiet?: boolean;
}

async function runDelete(call: Call): Promise<number> {
  const { session, flags } = call;
  const options = deleteOptions(session, flags);
  const { doomed, errors } = await findDoomed(call);
  if (flags.bool('interactive') && options.dryRun === 'none' && !(await confirm(session, doomed))) {
    session.out('deletion is cancelled\n');
    return 0;
  }
  if (doomed.length === 0 && errors.length === 0) session.out('No resources found\n');
  const waiting: { target: Doomed; uid: string }[] = [];
  for (const target of doomed) {
    try {
      const uid = await deleteOne(session, target, options);
      if (uid !== undefined) waiting.push({ target, uid });
    } catch (error) {
      if (isNotFound(error) && ignoresNotFound(flags)) continue;
      errors.push(addSource('deleting', target.source, error));
    }
  }
  throwAll(errors);
  if (options.dryRun === 'none' && flags.bool('wait') && !(options.force && options.gracePeriod === 0)) {
    const failed = await waitUntilGone(session, waiting, flags.duration('timeout'));
    throwAll(failed);
  }
  return 0;
}

/** A selector that finds nothing is no error, and neither is an object that went away meanwhile. */
function ignoresNotFound(flags: Flags): boolean {
  return flags.bool('ignore-not-found');
}

function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}

function deleteOptions(session: Session, flags: Flags): DeleteOptions {
  const dryRun = dryRunOf(session, flags);
  const cascade =
    flags.string('cascade') === 'true'
      ? 'background'
      : flags.string('cascade') === 'false'
        ? 'orphan'
        : flags.string('cascade');
  if (!['background', 'foreground', 'orphan'].includes(cascade)) {
    throw new KubectlError(`invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`);
  }
  let gracePeriod = flags.int('grace-period');
  const force = flags.bool('force');
  if (flags.bool('now')) {
    if (gracePeriod !== -1) throw new KubectlError('--now and --grace-period cannot be specified together');
    gracePeriod = 1;
  }
  if (force && gracePeriod > 0)
    throw new KubectlError('--force and --grace-period greater than 0 cannot be specified together');
  // without --force a pod is given a second, so that its containers are told
  if (gracePeriod === 0 && !force) gracePeriod = 1;
  if (force && gracePeriod < 0) gracePeriod = 0;
  const output = flags.string('output');
  if (output !== '' && output !== 'name')
    throw new KubectlError(`unexpected -o output mode: ${output}. We only support '-o name'`);
  return { dryRun, cascade, force, gracePeriod, names: output === 'name' };
}

async function findDoomed(call: Call): Promise<{ doomed: Doomed[]; errors: unknown[] }> {
  const { session, flags, args } = call;
  if (flags.list('filename').length > 0) {
    refuseArguments(args);
    const { items, errors } = await readItems(session, flags);
    if (flags.bool('force')) warnForce(session);
    return {
      doomed: items.map(({ type, namespace, name, source }) => ({ type, namespace, name, source })),
      errors: [...errors],
    };
  }
  const all = flags.bool('all');
  if (
    flags.bool('all-namespaces') &&
    !all &&
    !flags.string('selector') &&
    !flags.string('field-selector') &&
    args.length < 2
  ) {
    throw new KubectlError('resource(s) were provided, but no name was specified');
  }
  const selection = await select(session, args, {
    labelSelector: flags.string('selector'),
    fieldSelector: flags.string('field-selector'),
    allNamespaces: flags.bool('all-namespaces'),
    all,
  });
  if (flags.bool('force')) warnForce(session);
  if (selection.how === 'names') {
    return { doomed: selection.targets.map((target) => ({ ...target, source: '' })), errors: [] };
  }
  const types = selection.targets.filter(({ type }) => type.verbs.includes('delete') && type.verbs.includes('list'));
  const { groups, errors } = await fetchSelection(session, flags, { how: 'lists', targets: types }, {});
  const doomed = groups.flatMap(({ type, objects }) =>
    objects.map(({ metadata }) => ({ type, namespace: metadata.namespace, name: metadata.name ?? '', source: '' })),
  );
  return { doomed, errors: [...errors] };
}

function warnForce(session: Session): void {
  session.err(
    'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
  );
}

/** Returns the uid to wait for; undefined when nothing needs waiting. */
export async function deleteOne(session: Session, target: Doomed, options: DeleteOptions): Promise<string | undefined> {
  const { type, namespace, name } = target;
  let uid = '';
  if (options.dryRun !== 'client') {
    const policy =
      { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' }[options.cascade] ?? 'Background';
    const answer = await session.json<KubeObject & { details?: { uid?: string } }>({
      method: 'DELETE',
      path: pathOf(type, namespace, name),
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: policy,
        ...(options.gracePeriod >= 0 && { gracePeriodSeconds: options.gracePeriod }),
        ...(options.dryRun === 'server' && { dryRun: ['All'] }),
      },
    });
    uid = answer.metadata?.uid ?? answer.details?.uid ?? '';
  }
  if (!options.quiet) session.out(deletedLine(target, options));
  return uid;
}

function deletedLine({ type, namespace, name }: Doomed, options: DeleteOptions): string {
  if (options.names) return `${kindName(type)}/${name}\n`;
  const forced = options.force && options.gracePeriod === 0 ? 'force ' : '';
  const from = namespace ? ` from ${namespace} namespace` : '';
  return `${kindName(type)} ${JSON.stringify(name)} ${forced}deleted${from}${dryRunNote(options.dryRun)}\n`;
}

async function confirm(session: Session, doomed: readonly Doomed[]): Promise<boolean> {
  session.out(`You are about to delete the following ${doomed.length} resource(s):\n`);
  for (const { type, name } of doomed) session.out(`${kindName(type)}/${name}\n`);
  session.out('Do you want to continue? (y/N): ');
  for await (const chunk of session.io.stdin) return /^y(es)?\s*$/i.test(Buffer.from(chunk).toString('utf8'));
  return false;
}
