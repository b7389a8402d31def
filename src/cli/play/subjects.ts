/** Which scenarios a command is about: names of the catalogue, or folders of anybody's. */
import { basename, join, resolve } from 'node:path';
import { LabError } from '../../kit/errors.ts';
import { isFolderName, scenarioNames } from '../../scenario/catalogue.ts';
import { didYouMean } from '../../scenario/nearest.ts';
import { scenariosFolder } from '../paths.ts';

export interface Subject {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  /** How problems name the folder. */
  readonly label: string;
}

/** By names of the catalogue and by folders. Throws LabError ERR_UNKNOWN_SCENARIO. */
export async function findSubjects(cwd: string, names: readonly string[]): Promise<readonly Subject[]> {
  const known = await scenarioNames(scenariosFolder);
  const wanted = names.length > 0 ? names : known;
  if (wanted.length === 0) throw new LabError('ERR_UNKNOWN_SCENARIO', `there are no scenarios in ${scenariosFolder}`);
  return wanted.map((name) => {
    if (isFolderName(name)) {
      const folder = resolve(cwd, name);
      return { id: basename(folder), folder, label: name.replace(/[\\/]+$/, '') };
    }
    if (known.includes(name)) return { id: name, folder: join(scenariosFolder, name), label: `scenarios/${name}` };
    throw new LabError('ERR_UNKNOWN_SCENARIO', `there is no scenario "${name}"${didYouMean(name, known)}`, {
      details: `scenarios: ${known.join(', ') || 'none'}`,
      cure: 'netpol-lab list',
    });
  });
}
