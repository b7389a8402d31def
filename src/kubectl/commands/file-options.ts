/** What the commands with -f share: --validate, and the refusal of kustomizations. */
import { stat } from 'node:fs/promises';
import { KubectlError, notBuiltIn } from '../errors.ts';
import type { Flags } from '../flags/spec.ts';
import type { Session } from '../session.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export function validation(flags: Flags): FieldValidation {
  const value = flags.string('validate');
  if (value === 'strict' || value === 'true' || value === '') return 'Strict';
  if (value === 'warn') return 'Warn';
  if (value === 'ignore' || value === 'false') return 'Ignore';
  throw new KubectlError(
    `invalid - validate option ${JSON.stringify(value)}; must be one of: strict (or true), warn, ignore (or false)`,
  );
}

const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Says what is wrong with the folder first: a missing kustomization is the usual mistake. */
export async function refuseKustomize(session: Session, flags: Flags): Promise<void> {
  const folder = flags.string('kustomize');
  if (folder === '') return;
  if (flags.list('filename').length > 0) throw new KubectlError('only one of -f or -k can be specified');
  const found = await Promise.all(names.map((name) => stat(session.path(`${folder}/${name}`)).catch(() => undefined)));
  if (found.some((entry) => entry !== undefined)) throw notBuiltIn('kubectl -k');
  const listed = names.map((name) => `'${name}'`);
  throw new KubectlError(
    `unable to find one of ${listed.slice(0, -1).join(', ')} or ${listed.at(-1)} in directory '${session.path(folder)}'`,
  );
}
