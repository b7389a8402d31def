/** Loads a lab: a curated selection of scenarios. As strict as scenarios are. */
import { readFile } from 'node:fs/promises';
import type { Problem } from './location.ts';
import { invalidScenario } from './location.ts';
import type { Lab } from './model.ts';
import { didYouMean } from './nearest.ts';
import { labSchema } from './schema.ts';
import { decodeYaml } from './strict-yaml.ts';

/** `known` are the slugs that exist. Throws LabError ERR_SCENARIO_INVALID with all problems. */
export async function loadLab(path: string, known: readonly string[], label = path): Promise<Lab> {
  const { lab, problems } = await readLab(path, known, label);
  if (lab) return lab;
  throw invalidScenario(`the lab ${label}`, problems, 'mend the lines above; docs/authoring.md explains every field');
}

export interface LabResult {
  /** undefined when there are problems. */
  readonly lab: Lab | undefined;
  readonly problems: readonly Problem[];
}

/** As loadLab, with the problems as data. */
export async function readLab(path: string, known: readonly string[], label = path): Promise<LabResult> {
  const decoded = decodeYaml(await readFile(path, 'utf8'), label, labSchema);
  const problems: Problem[] = [...decoded.problems];
  const scenarios = decoded.value?.scenarios ?? [];
  scenarios.forEach((id, i) => {
    const place = decoded.locate(['scenarios', i]);
    if (!known.includes(id))
      problems.push({ ...place, message: `scenarios[${i}]: no scenario "${id}"${didYouMean(id, known)}` });
    else if (scenarios.indexOf(id) < i) problems.push({ ...place, message: `scenarios[${i}]: "${id}" is there twice` });
  });
  const { value } = decoded;
  if (!value || problems.length > 0) return { lab: undefined, problems };
  const { id, title, mode, says, rules } = value;
  return { lab: { id, title, mode, says, scenarios, rules }, problems };
}
