/** kubectl create: from files, or with a generator per kind (create-*.ts). */
import { pathOf } from '../../kube/client.ts';
import type { Call, Command } from '../command.ts';
import { dryRunOf, dryRunQuery } from '../dry-run.ts';
import { addSource, KubectlError, throwAll } from '../errors.ts';
import { dryRunFlag, fieldManagerFlag, fileFlags, printFlags, selectorFlag, validateFlag } from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { withLastApplied } from '../merge/last-applied.ts';
import { resultPrinter } from '../print/result.ts';
import { readItems } from '../resources/files.ts';
import { matchesSelectorText } from '../resources/selector-text.ts';
import { accessGenerators } from './create-access.ts';
import { configGenerators } from './create-config.ts';
import { serviceGenerators } from './create-service.ts';
import { workloadGenerators } from './create-workloads.ts';
import { refuseKustomize, validation } from './file-options.ts';

export const createCommand: Command = {
  name: 'create',
  short: 'Create a resource from a file or from stdin',
  usage: '-f FILENAME',
  flags: [
    ...printFlags,
    ...fileFlags.filter(({ name }) => name !== 'kustomize'),
    flag('kustomize', 'string', { short: 'k', help: 'Not in the built-in kubectl.' }),
    selectorFlag,
    dryRunFlag,
    validateFlag,
    fieldManagerFlag('kubectl-create'),
    flag('save-config', 'bool', {
      help: 'If true, the configuration of current object will be saved in its annotation.',
    }),
    flag('edit', 'bool', { refused: true }),
    flag('raw', 'string', { refused: true }),
    flag('windows-line-endings', 'bool', { help: 'Accepted and ignored.' }),
  ],
  commands: [...workloadGenerators, ...serviceGenerators, ...configGenerators, ...accessGenerators],
  run: createFromFiles,
};

async function createFromFiles({ session, flags, args }: Call): Promise<number> {
  await refuseKustomize(session, flags);
  if (args.length > 0)
    throw new KubectlError(`Unexpected args: [${args.join(' ')}]\nSee 'kubectl create -h' for help and examples`);
  if (flags.list('filename').length === 0) throw new KubectlError('must specify one of -f and -k');
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, dryRun);
  const fieldValidation = validation(flags);
  const { items, errors } = await readItems(session, flags, { validate: fieldValidation !== 'Ignore' });
  const selector = flags.string('selector');
  const chosen = items.filter(({ object }) => selector === '' || matchesSelectorText(selector, object.metadata.labels));
  const failed: unknown[] = [...errors];
  if (chosen.length === 0 && failed.length === 0) throw new KubectlError('no objects passed to create');
  const search = new URLSearchParams({
    ...dryRunQuery(dryRun),
    fieldManager: flags.string('field-manager'),
    fieldValidation,
  });
  for (const { type, namespace, name, object, source } of chosen) {
    const body = flags.bool('save-config') ? withLastApplied(object) : object;
    try {
      const path = `${pathOf(type, namespace)}?${search}`;
      const result = dryRun === 'client' ? body : await session.json({ method: 'POST', path, body });
      printer.print(type, result.metadata.name ?? name, 'created', result);
    } catch (error) {
      failed.push(addSource('creating', source, error));
    }
  }
  throwAll(failed);
  return 0;
}
