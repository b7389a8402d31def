/** What this learner has solved, under the folder for state: to see what is done and what comes next. Nobody else reads it. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CliIo } from './io.ts';
import { stateFolder } from './paths.ts';

export interface Solved {
  /** RFC 3339; the first time. */
  readonly at: string;
  /** How many hints it took then. */
  readonly hints: number;
}

export type Progress = Readonly<Record<string, Solved>>;

type ProgressIo = Pick<CliIo, 'env' | 'platform' | 'homeFolder' | 'stderr' | 'pid'>;

const fileOf = (io: ProgressIo): string => join(stateFolder(io), 'progress.json');

/** By scenario. A file that cannot be read is set aside with a message; never throws. */
export async function readProgress(io: ProgressIo): Promise<Progress> {
  const path = fileOf(io);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  const solved = parse(text);
  if (solved) return solved;
  const aside = `${path}.unreadable-${io.pid}`;
  await rename(path, aside).catch(() => undefined);
  io.stderr.write(`what was solved so far could not be read: the file is now ${aside}\n`);
  return {};
}

/** Progress is a convenience: where it cannot be written, nothing is said. */
export async function rememberSolved(io: ProgressIo, scenario: string, hints: number): Promise<Progress> {
  const before = await readProgress(io);
  if (Object.hasOwn(before, scenario)) return before;
  const solved: Progress = { ...before, [scenario]: { at: new Date().toISOString(), hints } };
  const path = fileOf(io);
  const temporary = `${path}.${io.pid}.tmp`;
  try {
    await mkdir(stateFolder(io), { recursive: true, mode: 0o700 });
    await writeFile(temporary, `${JSON.stringify({ schemaVersion: 1, solved }, null, 2)}\n`, { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    return solved;
  }
  return solved;
}

function parse(text: string): Progress | undefined {
  try {
    const { schemaVersion, solved } = JSON.parse(text) as { schemaVersion?: unknown; solved?: unknown };
    const valid = schemaVersion === 1 && typeof solved === 'object' && solved !== null && !Array.isArray(solved);
    return valid ? (solved as Progress) : undefined;
  } catch {
    return undefined;
  }
}
