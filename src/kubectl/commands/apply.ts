/** kubectl apply: client-side with a three-way merge, or server-side. */
import type { Call, Command } from '../command.ts';
import { dryRunOf } from '../dry-run.ts';
import { KubectlError, notBuiltIn, throwAll } from '../errors.ts';
import {
  allFlag,
  dryRunFlag,
  fieldManagerFlag,
  fileFlags,
  printFlags,
  selectorFlag,
  validateFlag,
  waitFlags,
} from '../flags/common.ts';
import { flag, refused } from '../flags/spec.ts';
import { resultPrinter } from '../print/result.ts';
import { readItems } from '../resources/files.ts';
import { matchesSelectorText } from '../resources/selector-text.ts';
import { type ApplyContext, applyClientSide } from './apply-client.ts';
import { editLastApplied, setLastApplied, viewLastApplied } from './apply-last-applied.ts';
import { applyServerSide } from './apply-server.ts';
import { refuseKustomize, validation } from './file-options.ts';

export const applyCommand: Command = {
  name: 'apply',
  short: 'Apply a configuration to a resource by file name or stdin',
  usage: '(-f FILENAME | -k DIRECTORY)',
  flags: [
    ...printFlags,
    ...fileFlags.filter(({ name }) => name !== 'kustomize'),
    flag('kustomize', 'string', { short: 'k', help: 'Not in the built-in kubectl.' }),
    selectorFlag,
    allFlag,
    dryRunFlag,
    validateFlag,
    fieldManagerFlag('kubectl-client-side-apply'),
    ...waitFlags,
    flag('force-conflicts', 'bool', { help: 'If true, server-side apply will force the changes against conflicts.' }),
    flag('openapi-patch', 'bool', { fallback: 'true', help: 'Accepted and ignored.' }),
    flag('overwrite', 'bool', {
      fallback: 'true',
      help: 'Accepted and ignored: the modified configuration always wins.',
    }),
    flag('prune', 'bool', { help: 'Not in the built-in kubectl.' }),
    flag('server-side', 'bool', { help: 'If true, apply runs in the server instead of the client.' }),
    flag('wait', 'bool', { help: 'Accepted and ignored: without --prune there is nothing to wait for.' }),
    flag('cascade', 'string', {
      fallback: 'background',
      bare: 'background',
      help: 'Accepted and ignored: it matters with --force only.',
    }),
    flag('grace-period', 'int', { fallback: '-1', help: 'Accepted and ignored: it matters with --force only.' }),
    ...refused('bool', 'force'),
    ...refused('string', 'applyset', 'prune-allowlist', 'subresource'),
  ],
  commands: [viewLastApplied, setLastApplied, editLastApplied],
  run: apply,
};

async function apply(call: Call): Promise<number> {
  const { session, flags, args } = call;
  if (args.length > 0)
    throw new KubectlError(`Unexpected args: [${args.join(' ')}]\nSee 'kubectl apply -h' for help and examples`);
  await refuseKustomize(session, flags);
  if (flags.list('filename').length === 0) throw new KubectlError('must specify one of -f and -k');
  const dryRun = dryRunOf(session, flags);
  const serverSide = flags.bool('server-side');
  if (flags.bool('force-conflicts') && !serverSide)
    throw new KubectlError('--force-conflicts only works with --server-side');
  if (serverSide && dryRun === 'client') {
    throw new KubectlError(`--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)`);
  }
  if (flags.bool('prune') && !flags.bool('all') && !flags.string('selector')) {
    throw new KubectlError(
      'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
    );
  }
  const printer = await resultPrinter(session, flags, dryRun);
  const fieldValidation = validation(flags);
  const read = await readItems(session, flags, { validate: fieldValidation !== 'Ignore' });
  const selector = flags.string('selector');
  const items = read.items.filter(
    ({ object }) => selector === '' || matchesSelectorText(selector, object.metadata.labels),
  );
  if (items.length === 0 && read.errors.length === 0) throw new KubectlError('no objects passed to apply');
  if (flags.bool('prune') && items.length > 0) throw notBuiltIn('kubectl apply --prune');
  const context: ApplyContext = {
    session,
    printer,
    dryRun,
    fieldValidation,
    fieldManager: serverSide && !flags.changed('field-manager') ? 'kubectl' : flags.string('field-manager'),
    forceConflicts: flags.bool('force-conflicts'),
  };
  const errors = [...read.errors];
  for (const item of items) {
    try {
      await (serverSide ? applyServerSide(context, item) : applyClientSide(context, item));
    } catch (error) {
      errors.push(error);
    }
  }
  throwAll(errors);
  return 0;
}
