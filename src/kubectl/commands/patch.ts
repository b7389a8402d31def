/** kubectl patch: strategic, merge or JSON patches from the command line. */
import type { Operation } from 'rfc6902';
import type { KubeObject, ResourceType } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { dryRunOf } from '../dry-run.ts';
import { KubectlError, throwAll } from '../errors.ts';
import { dryRunFlag, fieldManagerFlag, fileFlags, printFlags } from '../flags/common.ts';
import { type Flags, flag } from '../flags/spec.ts';
import { applyMergePatch, applyStrategicPatch } from '../merge/apply-patch.ts';
import { equalJson } from '../merge/equal.ts';
import { objectPrinter, outputFormat } from '../print/object.ts';
import { kindName } from '../resources/types.ts';
import { visitLive } from '../resources/visit.ts';
import { parseOne } from '../resources/yaml-input.ts';
import type { Session } from '../session.ts';
import { sendPatch } from './send-patch.ts';

export const patchCommand: Command = {
  name: 'patch',
  short: 'Update fields of a resource',
  usage: '(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]',
  flags: [
    ...printFlags,
    ...fileFlags,
    dryRunFlag,
    fieldManagerFlag('kubectl-patch'),
    flag('patch', 'string', { short: 'p', help: 'The patch to be applied to the resource JSON file.' }),
    flag('patch-file', 'string', { help: 'A file containing a patch to be applied to the resource.' }),
    flag('type', 'string', {
      fallback: 'strategic',
      help: 'The type of patch being provided; one of [json merge strategic]',
    }),
    flag('subresource', 'string', { help: 'If specified, patch the subresource of the requested object.' }),
    flag('local', 'bool', {
      help: 'If true, patch will operate on the content of the file, not the server-side resource.',
    }),
  ],
  run: patch,
};

type PatchKind = 'strategic' | 'merge' | 'json';

async function patch({ session, flags, args }: Call): Promise<number> {
  const kind = flags.string('type');
  if (!isPatchKind(kind))
    throw new KubectlError(`--type must be one of [json merge strategic], not ${JSON.stringify(kind)}`);
  const body = await patchText(session, flags);
  const dryRun = dryRunOf(session, flags);
  const printer = await objectPrinter(session, flags);
  const local = flags.bool('local') || dryRun === 'client';
  const errors = await visitLive(session, flags, args, { local: flags.bool('local') }, async ({ type, object }) => {
    const options = { dryRun, fieldManager: flags.string('field-manager') };
    const after = local
      ? await patchLocally(type, object, body, kind)
      : await sendPatch(session, type, object, body, kind, options, flags.string('subresource') || undefined);
    const what = `${kindName(type)}/${object.metadata.name}`;
    if (printer && outputFormat(flags) !== 'name') session.out(printer.print(after));
    else if (printer) session.out(`${what}\n`);
    else session.out(`${what} patched${equalJson(object, after) ? ' (no change)' : ''}\n`);
  });
  throwAll(errors);
  return 0;
}

function isPatchKind(kind: string): kind is PatchKind {
  return kind === 'strategic' || kind === 'merge' || kind === 'json';
}

/** JSON text: what looks like a JSON object goes to the server as it is, anything else is read as YAML first. */
async function patchText(session: Session, flags: Flags): Promise<string> {
  const [inline, file] = [flags.string('patch'), flags.string('patch-file')];
  if (inline !== '' && file !== '') throw new KubectlError('cannot specify --patch and --patch-file together');
  if (inline === '' && file === '')
    throw new KubectlError('must specify --patch or --patch-file containing the contents of the patch');
  let text = inline;
  if (file !== '') {
    try {
      text = Buffer.from(await session.readFile(file)).toString('utf8');
    } catch {
      throw new KubectlError(`unable to read patch file: open ${file}: no such file or directory`);
    }
  }
  if (text.trimStart().startsWith('{')) return text;
  try {
    return JSON.stringify(parseOne(text));
  } catch (error) {
    throw new KubectlError(`unable to parse ${JSON.stringify(text)}: ${(error as Error).message}`);
  }
}

async function patchLocally(
  type: ResourceType,
  object: KubeObject,
  text: string,
  kind: PatchKind,
): Promise<KubeObject> {
  const body: unknown = JSON.parse(text);
  if (kind === 'json') {
    const { applyPatch } = await import('rfc6902');
    const copy = structuredClone(object);
    const failed = applyPatch(copy, body as Operation[]).find((error) => error !== null);
    if (failed) throw new KubectlError(failed.message);
    return copy;
  }
  const map = body as Record<string, unknown>;
  return (kind === 'merge' ? applyMergePatch(object, map) : applyStrategicPatch(type.kind, object, map)) as KubeObject;
}
