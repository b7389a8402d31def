/** Which scenarios and labs there are, by their headlines alone: listing must be quick, so nothing is checked here. */
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parseDocument } from 'yaml';

export interface Entry {
  readonly id: string;
  readonly folder: string;
  readonly title: string;
  readonly level: string;
  readonly minutes: number;
}

export interface LabEntry {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly scenarios: readonly string[];
}

/** The labs that are to be played in their order, sorted by name. */
export async function listPaths(root: string): Promise<readonly LabEntry[]> {
  const folder = join(root, 'paths');
  const files = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    files.map(async (name) => {
      const field = await readHead(join(folder, name));
      const scenarios = field('scenarios');
      return {
        id: String(field('id') ?? ''),
        title: String(field('title') ?? ''),
        says: String(field('says') ?? ''),
        scenarios: Array.isArray(scenarios) ? scenarios.map(String) : [],
      };
    }),
  );
}

async function readHead(path: string): Promise<(name: string) => unknown> {
  const head: unknown = parseDocument(await readFile(path, 'utf8')).toJS();
  return (name) => (typeof head === 'object' && head !== null ? (head as Record<string, unknown>)[name] : undefined);
}

/** Sorted by name. Reads headlines only: a scenario with mistakes is still listed. */
export async function listScenarios(root: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const id of await scenarioNames(root)) {
    const folder = join(root, id);
    const field = await readHead(join(folder, 'scenario.yaml'));
    entries.push({
      id,
      folder,
      title: String(field('title') ?? ''),
      level: String(field('level') ?? ''),
      minutes: Number(field('minutes') ?? 0),
    });
  }
  return entries;
}

/** A name with a separator is a folder's, as for a shell's commands. */
export function isFolderName(name: string): boolean {
  return name.includes('/') || name.includes(sep) || name === '.';
}

/** Sorted. */
export async function scenarioNames(root: string): Promise<readonly string[]> {
  const folders = await readdir(root, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const folder of folders) {
    if (!folder.isDirectory()) continue;
    const files: readonly string[] = await readdir(join(root, folder.name)).catch(() => []);
    if (files.includes('scenario.yaml')) names.push(folder.name);
  }
  return names.sort();
}
