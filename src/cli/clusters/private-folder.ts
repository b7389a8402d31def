/** The temporary folder of a cluster that nobody else can find, and what is left of those whose process was killed. */
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../kit/is-alive.ts';
import type { CliIo } from '../io.ts';

type FolderIo = Pick<CliIo, 'temporaryFolder' | 'pid'>;

const prefix = 'netpol-lab-';
/** Holds the pid of the process that removes the folder at its end. */
const ownerFile = 'owner';

export async function makePrivateFolder({ temporaryFolder, pid }: FolderIo): Promise<string> {
  const folder = await mkdtemp(join(temporaryFolder, prefix));
  await writeFile(join(folder, ownerFile), String(pid), { mode: 0o600 });
  return folder;
}

/** Only folders that such a process has signed and this user owns, and only where the process is gone. Never throws. */
export async function removeAbandonedFolders({ temporaryFolder }: FolderIo): Promise<void> {
  const names = await readdir(temporaryFolder).catch((): string[] => []);
  const candidates = names.filter((name) => /^netpol-lab-\w{6}$/.test(name));
  await Promise.all(candidates.map((name) => removeIfAbandoned(join(temporaryFolder, name)).catch(() => undefined)));
}

async function removeIfAbandoned(folder: string): Promise<void> {
  const info = await lstat(folder);
  const isOurs = process.getuid === undefined || info.uid === process.getuid();
  if (!info.isDirectory() || !isOurs) return;
  const owner = await readFile(join(folder, ownerFile), 'utf8');
  if (/^\d+$/.test(owner) && !isAlive(Number(owner))) await rm(folder, { recursive: true, force: true });
}
