/** kubectl label and annotate. */
import { type DiscoveredType, pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { type DryRun, dryRunOf, dryRunQuery } from '../dry-run.ts';
import { KubectlError, throwAll } from '../errors.ts';
import {
  allFlag,
  allNamespacesFlag,
  dryRunFlag,
  fieldManagerFlag,
  fieldSelectorFlag,
  fileFlags,
  printFlags,
  selectorFlag,
} from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { type ResultPrinter, resultPrinter } from '../print/result.ts';
import { kindName } from '../resources/types.ts';
import { visitLive } from '../resources/visit.ts';
import {
  applyChanges,
  conflictsIn,
  type MetadataChanges,
  parseAnnotationChanges,
  parseLabelChanges,
  patchOf,
  splitArguments,
} from './metadata-changes.ts';

const changeFlags = (manager: string) => [
  ...printFlags,
  ...fileFlags,
  selectorFlag,
  fieldSelectorFlag,
  allFlag,
  allNamespacesFlag,
  dryRunFlag,
  fieldManagerFlag(manager),
  flag('list', 'bool', { help: 'If true, display the current values for a given resource.' }),
  flag('local', 'bool', { help: 'If true, will NOT contact api-server but run locally.' }),
  flag('overwrite', 'bool', {
    help: 'If true, allow values to be overwritten, otherwise reject updates that overwrite existing ones.',
  }),
  flag('resource-version', 'string', {
    help: 'If non-empty, the update will only succeed if this is the current resource-version for the object.',
  }),
];

export const labelCommand: Command = {
  name: 'label',
  short: 'Update the labels on a resource',
  usage: '[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]',
  flags: changeFlags('kubectl-label'),
  run: (call) => change(call, 'labels'),
};

export const annotateCommand: Command = {
  name: 'annotate',
  short: 'Update the annotations on a resource',
  usage: '[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]',
  flags: changeFlags('kubectl-annotate'),
  run: (call) => change(call, 'annotations'),
};

type Field = 'labels' | 'annotations';

async function change(call: Call, field: Field): Promise<number> {
  const { session, flags } = call;
  const word = field === 'labels' ? 'label' : 'annotation';
  const { resources, changes: words } = splitArguments(call.args, word);
  if (resources.length === 0 && flags.list('filename').length === 0) {
    throw new KubectlError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  }
  if (words.length === 0 && !flags.bool('list')) throw new KubectlError(`at least one ${word} update is required`);
  const changes = field === 'labels' ? parseLabelChanges(words) : parseAnnotationChanges(words);
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, dryRun);
  const errors = await visitLive(
    session,
    flags,
    resources,
    { local: flags.bool('local') },
    async ({ type, object, count }) => {
      if (flags.bool('list')) listValues(call, type, object, field, count);
      else await changeOne(call, { type, object, field, changes, dryRun, printer });
    },
  );
  throwAll(errors);
  return 0;
}

function listValues({ session }: Call, type: DiscoveredType, object: KubeObject, field: Field, count: number): void {
  const indent = count > 1 ? ' ' : '';
  if (count > 1) session.out(`Listing ${field} for ${kindName(type)}/${object.metadata.name}:\n`);
  for (const [key, value] of Object.entries(object.metadata[field] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    session.out(`${indent}${key}=${value}\n`);
  }
}

interface Change {
  readonly type: DiscoveredType;
  readonly object: KubeObject;
  readonly field: Field;
  readonly changes: MetadataChanges;
  readonly dryRun: DryRun;
  readonly printer: ResultPrinter;
}

async function changeOne(
  { session, flags }: Call,
  { type, object, field, changes, dryRun, printer }: Change,
): Promise<void> {
  const before = object.metadata[field] ?? {};
  if (!flags.bool('overwrite')) refuseConflicts(before, changes, field);
  const after = applyChanges(before, changes);
  const patch = patchOf(before, after);
  const missing = field === 'labels' ? changes.remove.filter((key) => !Object.hasOwn(before, key)) : [];
  for (const key of missing) session.out(`label ${JSON.stringify(key)} not found.\n`);
  const changed = Object.keys(patch).length > 0;
  const updated: KubeObject = { ...object, metadata: { ...object.metadata, [field]: after } };
  if (Object.keys(after).length === 0) delete updated.metadata[field];
  let result = updated;
  if (changed && dryRun !== 'client' && !flags.bool('local')) {
    const search = new URLSearchParams({ fieldManager: flags.string('field-manager'), ...dryRunQuery(dryRun) });
    const resourceVersion = flags.string('resource-version');
    result = await session.json({
      method: 'PATCH',
      path: `${pathOf(type, object.metadata.namespace, object.metadata.name)}?${search}`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { [field]: patch, ...(resourceVersion && { resourceVersion }) } },
    });
  }
  printer.print(
    type,
    object.metadata.name ?? '',
    field === 'labels' ? labelWord(changes, before, changed) : 'annotated',
    result,
  );
}

/** How the result is called: kubectl tells additions, removals and no change apart. */
function labelWord(changes: MetadataChanges, before: Readonly<Record<string, string>>, changed: boolean): string {
  if (!changed) return 'not labeled';
  const adds = Object.entries(changes.set).some(([key, value]) => before[key] !== value);
  const removes = changes.remove.some((key) => Object.hasOwn(before, key));
  if (adds && removes) return 'modified';
  return removes ? 'unlabeled' : 'labeled';
}

function refuseConflicts(before: Readonly<Record<string, string>>, changes: MetadataChanges, field: Field): void {
  const keys = conflictsIn(before, changes);
  const texts = keys.map((key) => `'${key}' already has a value (${before[key]})`);
  if (texts.length === 0) return;
  if (field === 'labels') throw new KubectlError(`${texts[0]}, and --overwrite is false`);
  throw new KubectlError(`--overwrite is false but found the following declared annotation(s): ${texts.join('; ')}`);
}
