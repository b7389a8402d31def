/** Opens a scenario by its name, or says which name was probably meant. */
import { join } from 'node:path';
import { LabError } from '../kit/errors.ts';
import { scenarioNames } from './catalogue.ts';
import { loadScenario } from './load.ts';
import type { Scenario } from './model.ts';
import { didYouMean } from './nearest.ts';

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
