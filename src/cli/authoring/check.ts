/**
 * `netpol-lab check`: the authoring gate. Everything that can be found without a cluster, then what the API server says to the
 * manifests, then the whole contract; for scenarios and labs wherever they are.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import { dryRunManifests } from '../../runner/dry-run-manifests.ts';
import type { Stage } from '../../runner/events.ts';
import { scenarioNames } from '../../scenario/catalogue.ts';
import { lintScenario } from '../../scenario/lint.ts';
import { readScenario } from '../../scenario/load.ts';
import { readLab } from '../../scenario/load-lab.ts';
import { type Problem, sortProblems } from '../../scenario/location.ts';
import type { Outcome } from '../../ui/report/outcome.ts';
import { reportProofs } from '../../ui/report/proofs.ts';
import type { Cli } from '../cli.ts';
import { scenariosFolder } from '../paths.ts';
import { proveOne } from '../play/prove-one.ts';
import type { Subject } from '../play/subjects.ts';
import type { CheckOptions } from './options.ts';

type Target =
  | { readonly kind: 'scenario'; readonly subject: Subject }
  | { readonly kind: 'lab'; readonly path: string; readonly label: string };

/** Exit 5 when anything is wrong. */
export async function checkFolders(cli: Cli, paths: readonly string[], options: CheckOptions): Promise<ExitCode> {
  const { io } = cli;
  const targets = (await Promise.all(paths.map((path) => findTargets(io.cwd, path)))).flat();
  const outcomes: Outcome[] = [];
  for (const target of targets) {
    io.signal.throwIfAborted();
    outcomes.push(
      target.kind === 'lab'
        ? await checkLab(target.path, target.label)
        : await checkScenario(cli, target.subject, options),
    );
  }
  io.stdout.write(reportProofs(options.output, outcomes, { on: 'embedded', seed: options.seed }));
  return outcomes.some(({ status }) => status === 'invalid') ? EXIT.scenarioInvalid : EXIT.ok;
}

async function checkScenario(cli: Cli, subject: Subject, options: CheckOptions): Promise<Outcome> {
  const started = performance.now();
  const { problems } = await readScenario(subject.folder, subject.label);
  const found = sortProblems([...problems, ...(await lintScenario(subject.folder, subject.label))]);
  const load = loadStage(found, performance.now() - started);
  if (problems.length > 0 || options.schema) return outcomeOf(subject.id, [load]);
  const proof = await proveOne(cli, subject, { ...options, on: 'embedded' }, (context) =>
    dryRunManifests(context, subject.label),
  );
  if (proof.status === 'skipped') return proof;
  return outcomeOf(subject.id, [load, ...proof.stages]);
}

async function checkLab(path: string, label: string): Promise<Outcome> {
  const started = performance.now();
  const { problems } = await readLab(path, await scenarioNames(scenariosFolder), label);
  return outcomeOf(label, [loadStage(sortProblems(problems), performance.now() - started)]);
}

function loadStage(problems: readonly Problem[], durationMs: number): Stage {
  return { kind: 'load', id: undefined, status: problems.length === 0 ? 'pass' : 'fail', problems, durationMs };
}

function outcomeOf(scenario: string, stages: readonly Stage[]): Outcome {
  const status = stages.every((stage) => stage.status === 'pass') ? 'proved' : 'invalid';
  return { scenario, status, stages, durationMs: stages.reduce((sum, { durationMs }) => sum + durationMs, 0) };
}

/** A scenario's folder, a lab's file, or a folder with some of either somewhere below. Throws LabError ERR_USAGE. */
async function findTargets(cwd: string, path: string): Promise<readonly Target[]> {
  const absolute = resolve(cwd, path);
  const kind = await stat(absolute).catch(() => undefined);
  if (!kind)
    throw new LabError('ERR_USAGE', `there is no ${path}`, { cure: 'netpol-lab check scenarios/firewall-restriction' });
  if (kind.isFile()) return [labAt(cwd, absolute)];
  const targets = await findBelow(cwd, absolute);
  // Whoever names a folder without scenario.yaml probably means a scenario: the loader says what it lacks.
  return targets.length > 0 ? targets : [scenarioAt(cwd, absolute)];
}

async function findBelow(cwd: string, folder: string): Promise<readonly Target[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.some(({ name }) => name === 'scenario.yaml')) return [scenarioAt(cwd, folder)];
  const targets: Target[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') targets.push(...(await findBelow(cwd, path)));
    else if (/\.ya?ml$/.test(entry.name) && (await isLab(path))) targets.push(labAt(cwd, path));
  }
  return targets;
}

async function isLab(path: string): Promise<boolean> {
  const head: unknown = parseDocument(await readFile(path, 'utf8')).toJS();
  return typeof head === 'object' && head !== null && 'kind' in head && head.kind === 'Lab';
}

function scenarioAt(cwd: string, folder: string): Target {
  return { kind: 'scenario', subject: { id: basename(folder), folder, label: labelOf(cwd, folder) } };
}

function labAt(cwd: string, path: string): Target {
  return { kind: 'lab', path, label: labelOf(cwd, path) };
}

/** As the user would type it from here; absolute for what is not below. */
function labelOf(cwd: string, path: string): string {
  const below = relative(cwd, path);
  return below === '' || below.startsWith('..') ? path : below.split('\\').join('/');
}
