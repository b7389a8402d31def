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
  const decoded = decodeYaml(await readFile(path, 'utf8'), label, labSchema);
  const problems: Problem[] = [...decoded.problems];
  decoded.value?.scenarios.forEach((id, i) => {
    if (!known.includes(id))
      problems.push({
        ...decoded.locate(['scenarios', i]),
        message: `scenarios[${i}]: no scenario "${id}"${didYouMean(id, known)}`,
      });
  });
  const { value } = decoded;
  if (!value || problems.length > 0)
    throw invalidScenario(`the lab ${label}`, problems, 'mend the lines above; docs/authoring.md explains every field');
  return {
    id: value.id,
    title: value.title,
    mode: value.mode,
    says: value.says,
    scenarios: value.scenarios,
    rules: value.rules,
  };
}
