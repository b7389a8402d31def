/** Which scenario is running in a cluster: by its folder, which may be an author's own, else by its name in the catalogue. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabState } from '../../runner/state.ts';
import { loadScenario } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/model.ts';
import { openScenario } from '../../scenario/open.ts';
import type { CliIo } from '../io.ts';
import { scenariosFolder } from '../paths.ts';

/** The session may have been started on another machine: a folder that is not here is none. */
export async function openRunning({ within }: CliIo, { scenario, folder }: LabState): Promise<Scenario> {
  if (within?.scenario.id === scenario) return within.scenario;
  const isHere = folder !== undefined && (await stat(join(folder, 'scenario.yaml')).catch(() => undefined))?.isFile();
  return isHere ? loadScenario(folder) : openScenario(scenariosFolder, scenario);
}
