/**
 * Loads one scenario's folder, strictly: every problem in every file is found and reported at once, with file, line and
 * column. What comes out is safe to run without further checks.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { KubeObject } from '../kube/objects.ts';
import { parseManifests } from '../kube/yaml.ts';
import type { Files } from './assemble.ts';
import { assemble } from './assemble.ts';
import type { Problem } from './location.ts';
import { invalidScenario } from './location.ts';
import type { Page, Scenario } from './model.ts';
import { parsePage } from './pages.ts';
import { scenarioSchema } from './schema.ts';
import { decodeYaml } from './strict-yaml.ts';

export interface LoadResult {
  /** undefined when there are problems. */
  readonly scenario: Scenario | undefined;
  readonly problems: readonly Problem[];
}

/** Throws LabError ERR_SCENARIO_INVALID with all problems. `label` is how problems name the folder; default: its path. */
export async function loadScenario(folder: string, label = folder): Promise<Scenario> {
  const { scenario, problems } = await readScenario(folder, label);
  if (scenario) return scenario;
  throw invalidScenario(
    `the scenario ${basename(folder)}`,
    problems,
    'mend the lines above; docs/authoring.md explains every field',
  );
}

/** As loadScenario, with the problems as data. */
export async function readScenario(folder: string, label = folder): Promise<LoadResult> {
  const file = `${label}/scenario.yaml`;
  const text = await readFile(join(folder, 'scenario.yaml'), 'utf8').catch(() => undefined);
  if (text === undefined) {
    return {
      scenario: undefined,
      problems: [
        { file, line: 1, column: 1, message: 'there is no such file: a scenario is a folder with a scenario.yaml' },
      ],
    };
  }
  const decoded = decodeYaml(text, file, scenarioSchema);
  const problems: Problem[] = [...decoded.problems];
  const files: Files = {
    manifests: await readObjects(folder, label, 'manifests', problems),
    fault: await readObjects(folder, label, 'fault', problems),
    changes: new Map([
      ...(await readByFile(folder, label, 'solutions', problems)),
      ...(await readByFile(folder, label, 'traps', problems)),
    ]),
    pages: await readPages(folder, label, problems),
  };
  if (!decoded.value) return { scenario: undefined, problems };
  const scenario = assemble(decoded.value, files, { folder: resolve(folder), label, locate: decoded.locate }, problems);
  return { scenario: problems.length === 0 ? scenario : undefined, problems };
}

async function namesIn(folder: string, part: string, pattern: RegExp): Promise<readonly string[]> {
  const names = await readdir(join(folder, part)).catch(() => []);
  return names.filter((name) => pattern.test(name)).sort();
}

async function readByFile(
  folder: string,
  label: string,
  part: string,
  problems: Problem[],
): Promise<Map<string, readonly KubeObject[]>> {
  const result = new Map<string, readonly KubeObject[]>();
  for (const name of await namesIn(folder, part, /\.ya?ml$/)) {
    const text = await readFile(join(folder, part, name), 'utf8');
    const parsed = parseManifests(text, `${label}/${part}/${name}`);
    problems.push(...parsed.problems);
    if (parsed.manifests.length === 0 && parsed.problems.length === 0) {
      problems.push({ file: `${label}/${part}/${name}`, line: 1, column: 1, message: 'the file holds no object' });
    }
    result.set(
      `${part}/${name}`,
      parsed.manifests.map(({ object }) => object),
    );
  }
  return result;
}

async function readObjects(
  folder: string,
  label: string,
  part: string,
  problems: Problem[],
): Promise<readonly KubeObject[]> {
  return [...(await readByFile(folder, label, part, problems)).values()].flat();
}

async function readPages(folder: string, label: string, problems: Problem[]): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for (const name of await namesIn(folder, 'steps', /\.md$/)) {
    const file = `${label}/steps/${name}`;
    const parsed = parsePage(await readFile(join(folder, 'steps', name), 'utf8'), file, name.replace(/\.md$/, ''));
    problems.push(...parsed.problems);
    pages.push(parsed.page);
  }
  return pages;
}
