/** Which scenarios and labs there are: the folders beside the program, and a lookup that suggests the nearest name. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { LabError } from '../kit/errors.ts';
import { loadScenario } from './load.ts';
import type { Scenario } from './model.ts';
import { didYouMean } from './nearest.ts';

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

/** By its name in `root`. Throws LabError ERR_UNKNOWN_SCENARIO, ERR_SCENARIO_INVALID. */
export async function openScenario(root: string, id: string): Promise<Scenario> {
  const names = await scenarioNames(root);
  if (!names.includes(id)) {
    throw new LabError('ERR_UNKNOWN_SCENARIO', `there is no scenario "${id}"${didYouMean(id, names)}`, {
      details: `scenarios: ${names.join(', ') || 'none'}`,
      cure: 'netpol-lab list',
    });
  }
  return loadScenario(join(root, id), `scenarios/${id}`);
}

async function scenarioNames(root: string): Promise<readonly string[]> {
  const folders = await readdir(root, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const folder of folders) {
    if (!folder.isDirectory()) continue;
    const files: readonly string[] = await readdir(join(root, folder.name)).catch(() => []);
    if (files.includes('scenario.yaml')) names.push(folder.name);
  }
  return names.sort();
}
