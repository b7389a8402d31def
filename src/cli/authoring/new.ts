/** `netpol-lab new scenario`: writes the skeleton of a scenario, and never over anything that is there. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import type { Cli } from '../cli.ts';
import { skeletonFiles } from './skeleton.ts';

/** As a slug and as the name of a namespace (RFC 1123). */
const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Throws LabError ERR_USAGE for a name that cannot be, or a folder that holds something. */
export async function newScenario({ io }: Cli, slug: string, into: string | undefined): Promise<ExitCode> {
  if (!slugPattern.test(slug) || slug.length > 63) {
    throw new LabError('ERR_USAGE', `"${slug}" cannot name a scenario`, {
      cure: 'use lower-case words joined by hyphens that name the fault, as in: netpol-lab new scenario named-port',
    });
  }
  const folder = resolve(io.cwd, into ?? 'scenarios', slug);
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0) {
    throw new LabError('ERR_USAGE', `${folder} is not empty`, {
      cure: 'choose another name, or another folder with --into',
    });
  }
  const files = skeletonFiles(slug);
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const shown = relative(io.cwd, folder) || '.';
  for (const path of files.keys()) io.stdout.write(`${shown}/${path}\n`);
  io.stderr.write(`change one thing at a time, and ask after each: netpol-lab check ${shown}\n`);
  return EXIT.ok;
}
