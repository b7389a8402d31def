/** Opens a scenario by its name, or says which name was probably meant. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../kit/errors.ts';
import { scenarioNames } from './catalogue.ts';
import { loadScenario } from './load.ts';
import type { Scenario } from './model.ts';
import { didYouMean } from './nearest.ts';

/** An author's own, wherever it is. Throws LabError ERR_UNKNOWN_SCENARIO, ERR_SCENARIO_INVALID. */
export async function openFolder(folder: string, label: string): Promise<Scenario> {
  const found = await stat(join(folder, 'scenario.yaml')).catch(() => undefined);
  if (!found?.isFile())
    throw new LabError('ERR_UNKNOWN_SCENARIO', `there is no scenario.yaml in ${label}`, { cure: 'netpol-lab list' });
  return loadScenario(folder, label);
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
