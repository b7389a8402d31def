/** Where do ConfigMaps and Secrets get their data? --from-literal, --from-file, --from-env-file. */
import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Call } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { flag } from '../flags/spec.ts';

export const sourceFlags = [
  flag('from-literal', 'array', { help: 'Specify a key and literal value to insert (i.e. mykey=somevalue)' }),
  flag('from-file', 'array', { help: 'Key file can be specified using its file path, or as key=path.' }),
  flag('from-env-file', 'array', { help: 'Specify the path to a file to read lines of key=val pairs.' }),
  flag('append-hash', 'bool', { refused: true }),
];

/** Bytes by key. `owner` ends the sentence about a key that is given twice. */
export async function readSources(call: Call, owner: string): Promise<Record<string, Buffer>> {
  const { session, flags } = call;
  const envFiles = flags.list('from-env-file');
  if (envFiles.length > 0 && (flags.list('from-file').length > 0 || flags.list('from-literal').length > 0)) {
    throw new KubectlError('from-env-file cannot be combined with from-file or from-literal');
  }
  const out: Record<string, Buffer> = {};
  const add = (key: string, value: Buffer): void => {
    if (!/^[-._a-zA-Z0-9]+$/.test(key))
      throw new KubectlError(
        `${JSON.stringify(key)} is not a valid key name${owner === '' ? '' : ' for a ConfigMap'}: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
      );
    if (Object.hasOwn(out, key))
      throw new KubectlError(
        `cannot add key ${JSON.stringify(key)}, another key by that name already exists in Data${owner}`,
      );
    out[key] = value;
  };
  for (const source of flags.list('from-file')) await addFile(call, source, add);
  for (const literal of flags.list('from-literal')) {
    const equals = literal.indexOf('=');
    if (equals <= 0) throw new KubectlError(`invalid literal source ${literal}, expected key=value`);
    add(literal.slice(0, equals), Buffer.from(literal.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2')));
  }
  for (const file of envFiles) {
    const text = Buffer.from(await readOrFail(call, file)).toString('utf8');
    for (const [key, value] of envLines(text, session.io.env)) add(key, Buffer.from(value));
  }
  return out;
}

async function addFile(call: Call, source: string, add: (key: string, value: Buffer) => void): Promise<void> {
  const equals = source.indexOf('=');
  const path = equals < 0 ? source : source.slice(equals + 1);
  const info = await stat(call.session.path(path)).catch(() => undefined);
  if (!info) throw new KubectlError(`error reading ${path}: no such file or directory`);
  if (!info.isDirectory()) {
    add(equals < 0 ? basename(path) : source.slice(0, equals), Buffer.from(await readOrFail(call, path)));
    return;
  }
  if (equals >= 0) throw new KubectlError('cannot give a key name for a directory path');
  for (const entry of (await readdir(call.session.path(path), { withFileTypes: true })).filter((each) =>
    each.isFile(),
  )) {
    add(entry.name, Buffer.from(await readOrFail(call, `${path}/${entry.name}`)));
  }
}

async function readOrFail({ session }: Call, path: string): Promise<Uint8Array> {
  try {
    return await session.readFile(path);
  } catch {
    throw new KubectlError(`error reading ${path}: no such file or directory`);
  }
}

/** `KEY=value` lines; `KEY` alone takes the environment's value, `#` comments. */
function envLines(text: string, env: Readonly<Record<string, string | undefined>>): [string, string][] {
  const out: [string, string][] = [];
  for (const raw of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const line = raw.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const [key = '', ...rest] = line.split('=');
    const value = line.includes('=') ? rest.join('=') : env[key];
    if (value !== undefined) out.push([key, value]);
  }
  return out;
}
