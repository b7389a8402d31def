/** kubectl cp: files to and from a container, as a tar stream through exec. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, posix, resolve, sep } from 'node:path';
import type { Call, Command } from '../command.ts';
import { KubectlError, PlainError } from '../errors.ts';
import { flag } from '../flags/spec.ts';
import { chooseContainer, resolvePod } from '../resources/pods.ts';
import { readTar, type TarEntry, writeTar } from './tar.ts';

export const cpCommand: Command = {
  name: 'cp',
  short: 'Copy files and directories to and from containers',
  usage: '<file-spec-src> <file-spec-dest>',
  flags: [
    flag('container', 'string', { short: 'c', help: 'Container name.' }),
    flag('no-preserve', 'bool', { help: 'Accepted: owner and permissions are never kept.' }),
    flag('retries', 'int', { help: 'Accepted and ignored.' }),
  ],
  run: cp,
};

interface Spec {
  readonly namespace: string;
  readonly pod: string;
  readonly path: string;
}

async function cp(call: Call): Promise<number> {
  const [from, to] = call.args;
  if (from === undefined || to === undefined || call.args.length > 2)
    throw new KubectlError('source and destination are required');
  const [source, target] = [parseSpec(from), parseSpec(to)];
  if (source.pod !== '' && target.pod !== '')
    throw new KubectlError('one of src or dest must be a local file specification');
  if (source.path === '' || target.path === '') throw new KubectlError('filepath can not be empty');
  if (source.pod !== '') return copyOut(call, source, target.path);
  if (target.pod !== '') return copyIn(call, source.path, target);
  throw new KubectlError('one of src or dest must be a remote file specification');
}

/** `[[NAMESPACE/]POD:]PATH`; a single letter before the colon is a Windows drive. */
function parseSpec(text: string): Spec {
  const colon = text.indexOf(':');
  if (colon === 0) throw new KubectlError('filespec must match the canonical format: [[namespace/]pod:]file/path');
  if (colon < 0 || (process.platform === 'win32' && colon === 1)) return { namespace: '', pod: '', path: text };
  const parts = text.slice(0, colon).split('/');
  const path = text.slice(colon + 1);
  if (parts.length === 1) return { namespace: '', pod: parts[0] ?? '', path };
  if (parts.length === 2) return { namespace: parts[0] ?? '', pod: parts[1] ?? '', path };
  throw new KubectlError('filespec must match the canonical format: [[namespace/]pod:]file/path');
}

/** Runs a command in the target's container; its stderr is ours. */
async function execIn(
  call: Call,
  spec: Spec,
  argv: readonly string[],
  stdin?: Uint8Array,
): Promise<{ exitCode: number; stdout: Buffer }> {
  const { session, flags } = call;
  const pod = await resolvePod(session, spec.pod, 0, spec.namespace || undefined);
  const container = chooseContainer(session, pod, flags.string('container')).name;
  const chunks: Uint8Array[] = [];
  const client = await session.client();
  const result = await client.exec(pod.metadata.namespace ?? '', spec.pod, container, argv, {
    onStdout: (bytes) => chunks.push(bytes),
    onStderr: (bytes) => session.io.stderr.write(bytes),
    signal: session.signal,
    ...(stdin && { stdin: once(stdin) }),
  });
  if (result.error !== undefined) throw new KubectlError(result.error);
  return { exitCode: result.exitCode, stdout: Buffer.concat(chunks) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const size = 64 * 1024;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function copyIn(call: Call, local: string, target: Spec): Promise<number> {
  const { session } = call;
  const info = await stat(session.path(local)).catch(() => undefined);
  if (!info) throw new KubectlError(`${local} doesn't exist in local filesystem`);
  let path = target.path;
  // into an existing folder the name stays
  const probe = await isFolder(call, target);
  if (probe) path = posix.join(path, posix.basename(local.split(sep).join('/').replace(/\/+$/, '')));
  const name = posix.basename(path);
  const folder = posix.dirname(path);
  const tar = writeTar(await collect(session.path(local), name));
  const argv = ['tar', '-xmf', '-', ...(folder === '.' ? [] : ['-C', folder])];
  const { exitCode } = await execIn(call, target, argv, tar);
  if (exitCode !== 0) throw new PlainError(`command terminated with exit code ${exitCode}`, exitCode);
  return 0;
}

async function isFolder(call: Call, target: Spec): Promise<boolean> {
  try {
    return (await execIn(call, target, ['test', '-d', target.path])).exitCode === 0;
  } catch (error) {
    // an image may lack `test`; a missing pod is still an error
    if (error instanceof KubectlError) return false;
    throw error;
  }
}

async function collect(path: string, name: string): Promise<TarEntry[]> {
  const info = await stat(path);
  const mode = info.mode & 0o777;
  if (!info.isDirectory()) return [{ name, mode, bytes: await readFile(path) }];
  const out: TarEntry[] = [{ name: `${name}/`, mode, bytes: undefined }];
  for (const entry of (await readdir(path)).sort())
    out.push(...(await collect(`${path}/${entry}`, `${name}/${entry}`)));
  return out;
}

async function copyOut(call: Call, source: Spec, local: string): Promise<number> {
  const { session } = call;
  const { stdout } = await execIn(call, source, ['tar', 'cf', '-', source.path]);
  if (source.path.startsWith('/')) session.out("tar: removing leading '/' from member names\n");
  const prefix = source.path.replace(/^\/+/, '').replace(/\/+$/, '');
  const existing = await stat(session.path(local)).catch(() => undefined);
  const base = resolve(
    existing?.isDirectory() ? `${session.path(local)}/${posix.basename(prefix)}` : session.path(local),
  );
  for (const { name, bytes } of readTar(stdout)) {
    const path = resolve(base, `.${name.replace(/^\/+/, '').replace(/\/+$/, '').slice(prefix.length) || '/'}`);
    if (path !== base && !path.startsWith(base + sep)) {
      session.err(`warning: file ${JSON.stringify(name)} is outside target destination, skipping\n`);
    } else if (bytes === undefined) await mkdir(path, { recursive: true });
    else {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
    }
  }
  return 0;
}
