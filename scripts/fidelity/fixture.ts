/**
 * Reads recordings of real clusters in their two formats (kubectl sessions, network situations; see the READMEs beside the
 * recordings) into one shape: what to set up, what to run, what was seen, how to compare.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

export interface Seen {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface RunStep {
  readonly type: 'run';
  /** Index in the fixture's own list, a parallel group counting as its members. */
  readonly index: number;
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly seen: Seen;
  readonly compare: 'exact' | 'unordered' | 'none';
  /** Its text or status may differ from one run to the next. */
  readonly nondeterministic?: true;
  readonly capture?: string;
  readonly interruptAfterMs?: number;
  readonly terminal?: readonly (readonly [second: number, text: string])[];
  /** What the command itself takes, without the cost of exec. */
  readonly nominalSeconds?: number;
  /** Recorded with this kubectl instead of the fixture's. */
  readonly kubectl?: string;
}

export type Step =
  | RunStep
  | { readonly type: 'ready'; readonly namespaces: readonly string[] }
  | { readonly type: 'sleep'; readonly seconds: number };

export interface Rule {
  readonly pattern: RegExp;
  readonly replacement: string;
}

export interface Fixture {
  readonly corpus: 'kubectl' | 'network';
  readonly path: string;
  readonly name: string;
  /** The kubectl that it was recorded with. */
  readonly kubectl: string;
  readonly namespace: string;
  readonly namespaces: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly manifests: readonly string[];
  readonly settle: readonly string[];
  readonly steps: readonly Step[];
  readonly rules: readonly Rule[];
  /** Values of the recorded cluster that texts contain: given and bindings. */
  readonly values: Readonly<Record<string, string>>;
}

/** What a newer kubectl printed for a step of the kubectl corpus; key `theme/step`. */
export type Differences = ReadonlyMap<string, Seen>;

type Json = Record<string, unknown>;

/** Files and folders (not deep) to fixtures, sorted by path; `differences-*.json` are no fixtures. */
export async function loadFixtures(paths: readonly string[]): Promise<Fixture[]> {
  const files: string[] = [];
  for (const path of paths) files.push(...(await fixtureFiles(path)));
  const fixtures = await Promise.all(files.sort().map(loadFixture));
  return fixtures.filter((fixture) => fixture !== undefined);
}

async function fixtureFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const found: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) found.push(...(await fixtureFiles(below)));
    else if (entry.name.endsWith('.json') && !entry.name.startsWith('differences-')) found.push(below);
  }
  return found;
}

async function loadFixture(path: string): Promise<Fixture | undefined> {
  const raw = JSON.parse(await readFile(path, 'utf8')) as Json;
  if (!Array.isArray(raw['steps'])) return undefined;
  return 'cni' in raw ? networkFixture(path, raw) : kubectlFixture(path, raw);
}

/** Every `differences-*.json` beside the fixtures. */
export async function loadDifferences(folder: string): Promise<Differences> {
  const found = new Map<string, Seen>();
  for (const name of await readdir(folder)) {
    if (!name.startsWith('differences-')) continue;
    const { differences } = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
      differences: (Seen & { theme: string; step: number })[];
    };
    for (const { theme, step, stdout, stderr, exitCode } of differences)
      found.set(`${theme}/${step}`, { stdout, stderr, exitCode });
  }
  return found;
}

function kubectlFixture(path: string, raw: Json): Fixture {
  const steps = (raw['steps'] as Json[]).map(
    (step, index): RunStep => ({
      ...runStep(step, index, step['run'] as string[]),
      compare: step['compare'] === 'none' || step['compare'] === 'unordered' ? step['compare'] : 'exact',
      ...(typeof step['stdin'] === 'string' && { stdin: step['stdin'] }),
    }),
  );
  return {
    corpus: 'kubectl',
    path,
    name: String(raw['name'] ?? basename(path, '.json')),
    kubectl: String(raw['kubectl'] ?? ''),
    namespace: String(raw['namespace'] ?? 'default'),
    namespaces: (raw['namespaces'] as string[] | undefined) ?? [],
    files: (raw['files'] as Record<string, string> | undefined) ?? {},
    manifests: (raw['manifests'] as string[] | undefined) ?? [],
    settle: (raw['settle'] as string[] | undefined) ?? [],
    steps,
    rules: ((raw['volatile'] as { regex: string; as: string }[] | undefined) ?? []).map(({ regex, as }) =>
      ruleOf(regex, 'g', as),
    ),
    values: {},
  };
}

function networkFixture(path: string, raw: Json): Fixture {
  const steps: Step[] = [];
  const add = (step: Json): void => {
    if (Array.isArray(step['parallel'])) for (const member of step['parallel'] as Json[]) add(member);
    else if (Array.isArray(step['ready'])) steps.push({ type: 'ready', namespaces: step['ready'] as string[] });
    else if (typeof step['sleep'] === 'number') steps.push({ type: 'sleep', seconds: step['sleep'] });
    else steps.push(networkRun(step, steps.length));
  };
  for (const step of raw['steps'] as Json[]) add(step);
  const rules = (raw['volatile'] as { regex: string; flags: string; placeholder: string }[] | undefined) ?? [];
  return {
    corpus: 'network',
    path,
    name: String(raw['name'] ?? basename(path, '.json')),
    kubectl: '1.36.2',
    namespace: 'default',
    namespaces: [],
    files: {},
    manifests: (raw['manifests'] as string[] | undefined) ?? [],
    settle: [],
    steps,
    rules: rules.map(({ regex, flags, placeholder }) => ruleOf(regex, flags, placeholder)),
    values: { ...(raw['given'] as Record<string, string>), ...(raw['bindings'] as Record<string, string>) },
  };
}

function networkRun(step: Json, index: number): RunStep {
  for (const verb of ['apply', 'delete'] as const) {
    if (typeof step[verb] === 'string')
      return { ...runStep(step, index, ['kubectl', verb, '-f', '-']), stdin: step[verb] };
  }
  return {
    ...runStep(step, index, step['run'] as string[]),
    compare: step['unordered'] === true ? 'unordered' : 'exact',
    ...(typeof step['capture'] === 'string' && { capture: step['capture'] }),
    ...(step['tty'] === true && { terminal: (step['input'] as [number, string][] | undefined) ?? [] }),
  };
}

function runStep(step: Json, index: number, argv: readonly string[]): RunStep {
  return {
    type: 'run',
    index,
    argv,
    seen: {
      stdout: String(step['stdout'] ?? ''),
      stderr: String(step['stderr'] ?? ''),
      exitCode: Number(step['exitCode'] ?? 0),
    },
    compare: 'exact',
    ...(typeof step['nondeterministic'] === 'string' && { nondeterministic: true as const }),
    ...(typeof step['interruptAfterMs'] === 'number' && { interruptAfterMs: step['interruptAfterMs'] }),
    ...(typeof step['nominalSeconds'] === 'number' && { nominalSeconds: step['nominalSeconds'] }),
    ...(typeof step['kubectl'] === 'string' && { kubectl: step['kubectl'] }),
    ...(step['env'] !== undefined && { env: step['env'] as Record<string, string> }),
  };
}

/** Inline flags at the start, `(?m)` and `(?s)`, are not JavaScript's. */
function ruleOf(regex: string, flags: string, replacement: string): Rule {
  const inline = /^\(\?([ms]+)\)/.exec(regex);
  const source = inline ? regex.slice(inline[0].length) : regex;
  const all = new Set([...flags, 'g', ...(inline?.[1] ?? '')]);
  return { pattern: new RegExp(source, [...all].join('')), replacement };
}
