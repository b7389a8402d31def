/**
 * Objects from `-f`: files, folders, standard input. Every document becomes one item or one error, in order, with the
 * checks and messages of cli-runtime's file visitors.
 */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { DiscoveredType } from '../../kube/client.ts';
import { groupOf, type KubeObject } from '../../kube/objects.ts';
import { KubectlError, messageOf, notBuiltIn } from '../errors.ts';
import type { Flags } from '../flags/spec.ts';
import { goJson } from '../print/go-json.ts';
import type { Session } from '../session.ts';
import { readDocuments } from './yaml-input.ts';

export interface FileItem {
  readonly type: DiscoveredType;
  readonly object: KubeObject;
  readonly namespace: string | undefined;
  readonly name: string;
  /** As given on the command line; `STDIN`. */
  readonly source: string;
}

export interface FileObject {
  readonly value: Record<string, unknown>;
  readonly source: string;
}

export interface FileResult<T> {
  readonly items: readonly T[];
  readonly errors: readonly unknown[];
}

const extensions = ['.json', '.yaml', '.yml'];

/** The text of each file that -f names. Throws for a missing path. */
async function readSources(
  session: Session,
  names: readonly string[],
  recursive: boolean,
): Promise<{ source: string; text: string }[]> {
  const out: { source: string; text: string }[] = [];
  for (const name of names) {
    if (name === '-') out.push({ source: 'STDIN', text: await session.readStdin() });
    else if (/^https?:\/\//.test(name)) throw notBuiltIn(`-f ${name}`);
    else {
      for (const path of await expand(session, name, recursive)) {
        out.push({ source: path, text: Buffer.from(await session.readFile(path)).toString('utf8') });
      }
    }
  }
  return out;
}

async function expand(session: Session, name: string, recursive: boolean): Promise<string[]> {
  const info = await stat(session.path(name)).catch(() => undefined);
  if (!info) throw new KubectlError(`the path ${JSON.stringify(name)} does not exist`);
  if (!info.isDirectory()) return [name];
  const found = await filesIn(session, name, recursive);
  if (found.length === 0) {
    throw new KubectlError(`error reading [${name}]: recognized file extensions are [${extensions.join(' ')}]`);
  }
  return found;
}

async function filesIn(session: Session, folder: string, recursive: boolean): Promise<string[]> {
  const entries = await readdir(session.path(folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const out: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (recursive) out.push(...(await filesIn(session, path, true)));
    } else if (extensions.includes(extname(entry.name))) out.push(path);
  }
  return out;
}

/** Decoded documents, lists unfolded; not yet matched with the server's types. */
export async function readObjects(session: Session, flags: Flags, validate: boolean): Promise<FileResult<FileObject>> {
  const items: FileObject[] = [];
  const errors: unknown[] = [];
  for (const { source, text } of await readSources(session, flags.list('filename'), flags.bool('recursive'))) {
    try {
      for (const { value } of readDocuments(text)) items.push(...decode(value, source, validate, errors));
    } catch (error) {
      errors.push(new KubectlError(`error parsing ${source}: error converting YAML to JSON: ${messageOf(error)}`));
    }
  }
  return { items, errors };
}

function decode(value: unknown, source: string, validate: boolean, errors: unknown[]): FileObject[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const object = (isObject ? value : {}) as Record<string, unknown>;
  const problem = isObject ? missing(object) : 'invalid object to validate';
  if (problem && validate) {
    errors.push(
      new KubectlError(
        `error validating ${JSON.stringify(source)}: error validating data: ${problem}; if you choose to ignore these errors, turn validation off with --validate=false`,
      ),
    );
    return [];
  }
  if (problem) {
    const what = !isObject
      ? `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct`
      : `Object '${object['kind'] ? 'apiVersion' : 'Kind'}' is missing in '${goJson(object)}'`;
    errors.push(new KubectlError(`unable to decode ${JSON.stringify(source)}: ${what}`));
    return [];
  }
  const { items } = object;
  if (String(object['kind']).endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item) => decode(item, source, validate, errors));
  }
  return [{ value: object, source }];
}

function missing(object: Record<string, unknown>): string | undefined {
  const fields = ['apiVersion', 'kind'].filter((field) => typeof object[field] !== 'string' || object[field] === '');
  if (fields.length === 0) return undefined;
  return fields.length === 1 ? `${fields[0]} not set` : `[${fields.map((field) => `${field} not set`).join(', ')}]`;
}

/** Objects with their types and namespaces. */
export async function readItems(
  session: Session,
  flags: Flags,
  options: { validate?: boolean } = {},
): Promise<FileResult<FileItem>> {
  const { items, errors } = await readObjects(session, flags, options.validate ?? false);
  const out: FileItem[] = [];
  const problems = [...errors];
  for (const item of items) {
    try {
      out.push(await place(session, item));
    } catch (error) {
      problems.push(error);
    }
  }
  return { items: out, errors: problems };
}

async function place(session: Session, { value, source }: FileObject): Promise<FileItem> {
  const apiVersion = String(value['apiVersion']);
  const kind = String(value['kind']);
  const metadata = (value['metadata'] ?? {}) as { name?: string; namespace?: string };
  const name = metadata.name ?? '';
  const type = await typeFor(session, apiVersion, kind);
  if (!type) {
    throw new KubectlError(
      `resource mapping not found for name: ${JSON.stringify(name)} namespace: ${JSON.stringify(metadata.namespace ?? '')} from ${JSON.stringify(source)}: no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}\nensure CRDs are installed first`,
    );
  }
  const namespace = type.namespaced ? await namespaceOf(session, metadata.namespace) : undefined;
  const object = { ...value, metadata: { ...metadata, ...(namespace && { namespace }) } } as KubeObject;
  return { type, object, namespace, name, source };
}

export async function typeFor(session: Session, apiVersion: string, kind: string): Promise<DiscoveredType | undefined> {
  const group = groupOf(apiVersion);
  const version = group ? apiVersion.slice(group.length + 1) : apiVersion;
  const fits = (type: DiscoveredType) =>
    type.group === group && type.version === version && (type.kind === kind || type.kind.toLowerCase() === kind);
  const found = (await session.types()).find(fits);
  if (found) return found;
  const client = await session.client();
  // asks the server again: a CRD may have appeared since
  return client.typeOf(apiVersion, kind).catch(() => undefined);
}

async function namespaceOf(session: Session, given: string | undefined): Promise<string> {
  const wanted = await session.namespace();
  if (!given) return wanted;
  if (session.namespaceGiven && given !== wanted) {
    throw new KubectlError(
      `the namespace from the provided object ${JSON.stringify(given)} does not match the namespace ${JSON.stringify(wanted)}. You must pass '--namespace=${given}' to perform this operation.`,
    );
  }
  return given;
}
