/** kubectl edit: the live object in $KUBE_EDITOR or $EDITOR, and what changed as a patch. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type DiscoveredType } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError, messageOf, throwAll } from '../errors.ts';
import { fieldManagerFlag, fileFlags, printFlags, selectorFlag, validateFlag } from '../flags/common.ts';
import { flag, refused } from '../flags/spec.ts';
import { goJson } from '../print/go-json.ts';
import { goYaml } from '../print/go-yaml.ts';
import { objectPrinter, outputFormat } from '../print/object.ts';
import { kindName, qualified } from '../resources/types.ts';
import { visitLive } from '../resources/visit.ts';
import { parseOne } from '../resources/yaml-input.ts';
import { validation } from './file-options.ts';
import { openEditor } from './open-editor.ts';
import { sendDifference } from './send-patch.ts';

export const editCommand: Command = {
  name: 'edit',
  short: 'Edit a resource on the server',
  usage: '(RESOURCE/NAME | -f FILENAME)',
  flags: [
    ...printFlags,
    ...fileFlags,
    selectorFlag,
    validateFlag,
    fieldManagerFlag('kubectl-edit'),
    flag('output-patch', 'bool', { help: 'Output the patch if the resource is edited.' }),
    flag('windows-line-endings', 'bool', { help: 'Accepted and ignored.' }),
    flag('save-config', 'bool', { help: 'Accepted and ignored.' }),
    ...refused('string', 'subresource'),
  ],
  run: edit,
};

interface Edited {
  readonly type: DiscoveredType;
  readonly object: KubeObject;
}

async function edit(call: Call): Promise<number> {
  const { session, flags, args } = call;
  const items: Edited[] = [];
  const errors = await visitLive(session, flags, args, { bareTypeMeansAll: true }, async ({ type, object }) => {
    items.push({ type, object });
  });
  throwAll(errors);
  if (items.length === 0) {
    session.err('Edit cancelled, no objects found.\n');
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-edit-'));
  try {
    return await editLoop(call, items, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const header = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

/** Reopens the editor with the reasons until the server is content or nothing changes any more. */
async function editLoop(call: Call, items: readonly Edited[], folder: string): Promise<number> {
  const { session, flags } = call;
  const json = outputFormat(flags) === 'json';
  const shown = items.map(({ object }) => withoutManagedFields(object));
  const [single] = shown;
  const body = shown.length === 1 && single ? single : { apiVersion: 'v1', items: shown, kind: 'List' };
  const original = json ? `${goJson(body, '    ')}\n` : goYaml(body);
  const path = join(folder, json ? 'edit.json' : 'edit.yaml');
  let text = original;
  let notes = '';
  for (;;) {
    await writeFile(path, header + notes + text);
    await openEditor(session, path);
    const saved = withoutComments(await readFile(path, 'utf8'));
    if (saved.trim() === '') {
      session.err('Edit cancelled, saved file was empty.\n');
      return 0;
    }
    if (notes !== '' && saved === text) return giveUp(session, saved);
    if (saved === withoutComments(original)) {
      session.err('Edit cancelled, no changes made.\n');
      return 0;
    }
    try {
      await save(call, items, saved);
      return 0;
    } catch (error) {
      if (error instanceof ApiError && error.reason !== 'Invalid' && error.reason !== 'BadRequest') throw error;
      const [failed] = items;
      if (error instanceof ApiError && failed) {
        session.err(`error: ${qualified(failed.type)} ${JSON.stringify(failed.object.metadata.name)} is invalid\n`);
      }
      notes = reasons(error, failed);
      text = saved;
    }
  }
}

async function giveUp(session: Call['session'], text: string): Promise<number> {
  const kept = join(await mkdtemp(join(tmpdir(), 'kubectl-edit-')), 'kubectl-edit.yaml');
  await writeFile(kept, text);
  session.err(`A copy of your changes has been stored to ${JSON.stringify(kept)}\n`);
  throw new KubectlError('Edit cancelled, no valid changes were saved.');
}

function reasons(error: unknown, failed: Edited | undefined): string {
  if (!(error instanceof ApiError) || !failed) return `# The edited file had a syntax error: ${messageOf(error)}\n#\n`;
  const causes = error.status.details?.causes ?? [{ message: error.message }];
  const lines = causes.map(({ field, message }) => `# * ${field ? `${field}: ` : ''}${message}\n`);
  return `# ${qualified(failed.type)} ${JSON.stringify(failed.object.metadata.name)} was not valid:\n${lines.join('')}#\n`;
}

function withoutComments(text: string): string {
  return text
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .join('\n');
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

async function save(call: Call, items: readonly Edited[], text: string): Promise<void> {
  const { session, flags } = call;
  const value = parseOne(text) as KubeObject & { items?: KubeObject[] };
  const edited = items.length > 1 ? (value.items ?? []) : [value];
  const printer = await objectPrinter(session, flags);
  for (const [i, { type, object }] of items.entries()) {
    const after = edited[i];
    if (!after) continue;
    const before = withoutManagedFields(object);
    const options = {
      dryRun: 'none',
      fieldManager: flags.string('field-manager'),
      query: { fieldValidation: validation(flags) },
    } as const;
    const result = await sendDifference(session, type, before, after, options);
    if (!result) continue;
    if (printer && outputFormat(flags) !== 'name') session.out(printer.print(result));
    else session.out(`${kindName(type)}/${object.metadata.name}${printer ? '' : ' edited'}\n`);
  }
}
