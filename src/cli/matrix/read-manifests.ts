/** Reads manifests from files, folders and standard input, and reports every problem at once, with file, line and column. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { LabError } from '../../kit/errors.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { parseManifests } from '../../kube/yaml.ts';
import type { CliIo } from '../io.ts';

const extensions = /\.(ya?ml|json)$/i;

/** Throws LabError ERR_USAGE for paths that cannot be read, hold no manifest, or hold a broken one. */
export async function readManifests(io: CliIo, paths: readonly string[]): Promise<readonly KubeObject[]> {
  const texts = (await Promise.all(paths.map((path) => readPath(io, path)))).flat();
  const parsed = texts.map(({ text, file }) => parseManifests(text, file));
  const problems = parsed.flatMap((each) => each.problems);
  if (problems.length > 0) {
    throw new LabError('ERR_USAGE', `${problems.length === 1 ? 'a manifest' : 'manifests'} cannot be read`, {
      details: problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'),
      cure: 'kubectl apply --dry-run=client -f PATH shows more',
    });
  }
  const objects = parsed.flatMap(({ manifests }) => manifests.map(({ object }) => object));
  if (objects.length === 0) {
    throw new LabError('ERR_USAGE', `there are no manifests in ${paths.join(', ')}`, {
      cure: 'name a file, or a folder with .yaml, .yml or .json files',
    });
  }
  return objects;
}

interface Text {
  readonly file: string;
  readonly text: string;
}

async function readPath(io: CliIo, path: string): Promise<readonly Text[]> {
  if (path === '-') return [{ file: 'stdin', text: await readAll(io) }];
  const absolute = resolve(io.cwd, path);
  try {
    const files = (await stat(absolute)).isDirectory() ? await listFiles(absolute) : [absolute];
    return await Promise.all(
      files.map(async (file) => ({ file: relative(io.cwd, file) || file, text: await readFile(file, 'utf8') })),
    );
  } catch (cause) {
    throw new LabError('ERR_USAGE', `cannot read ${path}`, { details: (cause as Error).message, cause });
  }
}

/** In a fixed order, whatever the file system's. */
async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && extensions.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function readAll({ stdin }: CliIo): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
