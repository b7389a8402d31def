/** kubectl apply view-last-applied, set-last-applied, edit-last-applied. */
import { pathOf } from '../../kube/client.ts';
import type { Call, Command } from '../command.ts';
import { dryRunOf, dryRunQuery } from '../dry-run.ts';
import { KubectlError, notBuiltIn, throwAll } from '../errors.ts';
import { allFlag, dryRunFlag, fileFlags, printFlags, selectorFlag } from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { lastAppliedKey, lastAppliedOf, lastAppliedText } from '../merge/last-applied.ts';
import { goJson } from '../print/go-json.ts';
import { goYaml } from '../print/go-yaml.ts';
import { resultPrinter } from '../print/result.ts';
import { fetchSelection } from '../resources/fetch.ts';
import { readItems } from '../resources/files.ts';
import { visitLive } from '../resources/visit.ts';

export const viewLastApplied: Command = {
  name: 'view-last-applied',
  short: 'View the latest last-applied-configuration annotations of a resource/object',
  usage: '(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)',
  flags: [
    ...fileFlags,
    selectorFlag,
    allFlag,
    flag('output', 'string', { short: 'o', fallback: 'yaml', help: 'Output format. Must be one of (yaml, json)' }),
  ],
  run: view,
};

export const setLastApplied: Command = {
  name: 'set-last-applied',
  short: 'Set the last-applied-configuration annotation on a live object to match the contents of a file',
  usage: '-f FILENAME',
  flags: [
    ...printFlags,
    ...fileFlags,
    dryRunFlag,
    flag('create-annotation', 'bool', { help: 'Will create the annotation if it is missing.' }),
  ],
  run: set,
};

export const editLastApplied: Command = {
  name: 'edit-last-applied',
  short: 'Edit latest last-applied-configuration annotations of a resource/object',
  usage: '(RESOURCE/NAME | -f FILENAME)',
  flags: [...fileFlags],
  run: async ({ session, flags, args }) => {
    throwAll(await visitLive(session, flags, args, {}, async () => undefined));
    throw notBuiltIn('kubectl apply edit-last-applied');
  },
};

async function view({ session, flags, args }: Call): Promise<number> {
  const format = flags.string('output');
  if (format !== 'yaml' && format !== 'json') {
    throw new KubectlError(`Unexpected -o output mode: ${format}, the flag 'output' must be one of yaml|json`);
  }
  const errors = await visitLive(session, flags, args, { bareTypeMeansAll: true }, async ({ object }) => {
    const applied = lastAppliedOf(object);
    if (!applied)
      throw new KubectlError(`no last-applied-configuration annotation found on resource: ${object.metadata.name}`);
    session.out(format === 'yaml' ? goYaml(applied) : `${goJson(applied, '  ')}\n`);
  });
  throwAll(errors);
  return 0;
}

async function set({ session, flags }: Call): Promise<number> {
  if (flags.list('filename').length === 0) throw new KubectlError('must specify one of -f and -k');
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, dryRun);
  const { items, errors } = await readItems(session, flags);
  const failed: unknown[] = [...errors];
  for (const item of items) {
    const { type, namespace, name, object } = item;
    const { groups, errors: missing } = await fetchSelection(
      session,
      flags,
      { how: 'names', targets: [item], single: true },
      {},
    );
    failed.push(...missing);
    const live = groups[0]?.objects[0];
    if (!live) continue;
    const before = live.metadata.annotations?.[lastAppliedKey];
    if (before === undefined && !flags.bool('create-annotation')) {
      failed.push(new KubectlError(`no last-applied-configuration annotation found on resource: ${name}`));
      continue;
    }
    const body = { metadata: { annotations: { [lastAppliedKey]: lastAppliedText(object) } } };
    const search = new URLSearchParams(dryRunQuery(dryRun));
    const path = `${pathOf(type, namespace, name)}?${search}`;
    const result =
      dryRun === 'client'
        ? live
        : await session.json({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
    printer.print(type, name, 'configured', result);
  }
  throwAll(failed);
  return 0;
}
