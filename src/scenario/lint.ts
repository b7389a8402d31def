/**
 * What a careful author would not do although the schema allows it: hints that give the solution away, images that change
 * under one's feet, pages and files that nobody ever sees. Part of the authoring gate; found without a cluster.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from './location.ts';
import type { ProblemCode } from './problem-codes.ts';
import { scenarioSchema } from './schema.ts';
import { decodeYaml, type Path } from './strict-yaml.ts';

interface Folder {
  readonly path: string;
  readonly label: string;
}

/** Says nothing about a scenario.yaml that the loader refuses: that is the loader's to tell.. */
export async function lintScenario(path: string, label = path): Promise<readonly Problem[]> {
  const folder = { path, label };
  const file = `${label}/scenario.yaml`;
  const text = await readFile(join(path, 'scenario.yaml'), 'utf8').catch(() => '');
  const { value, locate } = decodeYaml(text, file, scenarioSchema);
  const found: Problem[] = [...(await lintImages(folder)), ...(await lintPages(folder))];
  if (!value) return found;
  const report = (at: Path, code: ProblemCode, message: string) => found.push({ ...locate(at), code, message });
  value.hints.slice(0, -1).forEach((hint, i) => {
    const leak = leakOf(hint);
    if (leak) report(['hints', i], 'hint-leaks-solution', `hint ${i + 1} of ${value.hints.length} holds ${leak}`);
  });
  if (value.solutions.length < 3)
    report(
      ['solutions'],
      'too-few-solutions',
      `expected at least 3 solutions of different shape, saw ${value.solutions.length}`,
    );
  if (value.traps.length < 5)
    report(['traps'], 'too-few-traps', `expected at least 5 traps, saw ${value.traps.length}`);
  const used = new Set([...value.solutions, ...value.traps].map(({ apply }) => apply));
  for (const part of ['solutions', 'traps']) {
    for (const name of await filesIn(folder, part)) {
      if (!used.has(`${part}/${name}`))
        found.push({
          ...begin(folder, `${part}/${name}`),
          code: 'change-unused',
          message: `nothing applies ${part}/${name}`,
        });
    }
  }
  return found;
}

/** As a key of YAML or JSON, wherever it stands: a hint may speak of a podSelector, but not write one down. */
const policyKey =
  /["']?\b(apiVersion|kind|spec|podSelector|namespaceSelector|matchLabels|policyTypes|ingress|egress|ipBlock|ports)["']?:(?=\s|[[{"']|$)/g;
const changingCommand = /\bkubectl\s+(?:\S+\s+)*?(apply|create|patch|edit|replace|label|annotate|delete|set)\b/;

/** Pure. In words, or undefined where a hint only points. */
export function leakOf(hint: string): string | undefined {
  const command = changingCommand.exec(hint);
  if (command) return `a command that changes the cluster: kubectl ${command[1]}`;
  const keys = [...new Set([...hint.matchAll(policyKey)].map(([, key = '']) => key))];
  if (keys.includes('apiVersion') && keys.includes('kind')) return 'a manifest that could be applied';
  return keys.length >= 2 ? `part of a manifest: ${keys.join(', ')}` : undefined;
}

const imageLine = /^(\s*(?:- )?image:\s*)["']?([^\s"'#]+)/;
const imageFlag = /--image[= ]["']?([^\s"']+)/g;

async function lintImages(folder: Folder): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  const look = (file: string, line: number, column: number, image: string) => {
    const why = unpinned(image);
    if (why)
      found.push({
        file: `${folder.label}/${file}`,
        line,
        column,
        code: 'image-unpinned',
        message: `image ${image} ${why}`,
      });
  };
  for (const part of ['manifests', 'fault', 'solutions', 'traps', 'steps']) {
    for (const name of await filesIn(folder, part)) {
      const lines = (await readFile(join(folder.path, part, name), 'utf8')).split('\n');
      lines.forEach((text, i) => {
        const [, before = '', image] = imageLine.exec(text) ?? [];
        if (image) look(`${part}/${name}`, i + 1, before.length + 1, image);
        for (const flag of text.matchAll(imageFlag)) look(`${part}/${name}`, i + 1, flag.index + 1, flag[1] ?? '');
      });
    }
  }
  return found;
}

/** A digest pins; a tag does unless it is `latest`. A colon before a slash belongs to a port. */
function unpinned(image: string): string | undefined {
  if (image.includes('@sha256:')) return undefined;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  if (tag === undefined) return 'has no tag: name one';
  return tag === 'latest' ? 'is another one tomorrow: name a version' : undefined;
}

/** The walk shows steps/NN-name.md in order of their names, and nothing else. */
async function lintPages(folder: Folder): Promise<readonly Problem[]> {
  const names = await readdir(join(folder.path, 'steps'), { withFileTypes: true }).catch(() => []);
  return names
    .filter((entry) => entry.isDirectory() || !/^\d+-[\w-]+\.md$/.test(entry.name))
    .map(({ name }) => ({
      ...begin(folder, `steps/${name}`),
      code: 'page-unreachable' as const,
      message: name.endsWith('.md')
        ? 'the place of the page in the walk is not told: name it NN-name.md'
        : 'no page of the walk shows this: pages are steps/NN-name.md',
    }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

async function filesIn({ path }: Folder, part: string): Promise<readonly string[]> {
  const names = await readdir(join(path, part), { withFileTypes: true }).catch(() => []);
  return names
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

function begin({ label }: Folder, file: string) {
  return { file: `${label}/${file}`, line: 1, column: 1 };
}
