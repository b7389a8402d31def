/** Which scenarios and labs there are, by their headlines alone: listing must be quick, so nothing is checked here. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

export interface Entry {
  readonly id: string;
  readonly folder: string;
  readonly title: string;
  readonly level: string;
  readonly minutes: number;
}

/** Sorted by name. Reads headlines only: a scenario with mistakes is still listed. */
export async function listScenarios(root: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const id of await scenarioNames(root)) {
    const folder = join(root, id);
    const text = await readFile(join(folder, 'scenario.yaml'), 'utf8');
    const head: unknown = parseDocument(text).toJS();
    const field = (name: string): unknown =>
      typeof head === 'object' && head !== null ? (head as Record<string, unknown>)[name] : undefined;
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
