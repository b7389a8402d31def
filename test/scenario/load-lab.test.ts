/** Labs are as strict as scenarios, and those that we ship name scenarios that exist. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labsFolder, scenariosFolder } from '../../src/cli/paths.ts';
import { LabError } from '../../src/kit/errors.ts';
import { scenarioNames } from '../../src/scenario/catalogue.ts';
import { loadLab } from '../../src/scenario/load-lab.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netpol lab '));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(text: string): Promise<string> {
  const path = join(folder, 'lab.yaml');
  await writeFile(path, text);
  const error = await loadLab(path, ['firewall-restriction'], 'lab.yaml').catch((caught: unknown) => caught);
  return error instanceof LabError ? (error.details ?? '') : JSON.stringify(error);
}

const head = 'apiVersion: netpol-lab/v1\nkind: Lab\nid: first\ntitle: First\nmode: path\n';

test('a lab is read, with its rules filled in', async () => {
  expect(JSON.parse(await load(`${head}scenarios: [firewall-restriction]\n`))).toEqual({
    id: 'first',
    title: 'First',
    mode: 'path',
    scenarios: ['firewall-restriction'],
    rules: { hints: true, reset: true },
  });
});

test('mistakes are reported with their places', async () => {
  expect(await load(`${head}scenarios: [firewall-restricton]\n`)).toBe(
    'lab.yaml:6:13: scenarios[0]: no scenario "firewall-restricton" (did you mean "firewall-restriction"?)',
  );
  expect(await load(`${head}scenario: []\n`)).toBe(
    'lab.yaml:1:1: scenarios: missing\nlab.yaml:6:1: scenario: unknown key "scenario" (did you mean "scenarios"?)',
  );
});

test('every lab that we ship is valid', async () => {
  const known = await scenarioNames(scenariosFolder);
  const files = await readdir(labsFolder, { recursive: true }).catch((): string[] => []);
  for (const file of files.filter((name) => /\.ya?ml$/.test(name))) {
    expect((await loadLab(join(labsFolder, file), known)).scenarios.length).toBeGreaterThan(0);
  }
});
