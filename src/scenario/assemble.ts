/**
 * Joins the parts of a scenario and checks what no schema can: that references lead somewhere, that the ends of probes can be
 * read, that commands can be run, and that nothing is left unused.
 */
import type { KubeObject } from '../kube/objects.ts';
import type { CommandLine } from './command-line.ts';
import { parseCommand } from './command-line.ts';
import { parseDestination, parseSource } from './endpoint.ts';
import type { Location, Problem } from './location.ts';
import type { Change, Page, ProbeSpec, Scenario } from './model.ts';
import { didYouMean } from './nearest.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { ScenarioFile } from './schema.ts';
import type { Path } from './strict-yaml.ts';
import { pathText } from './strict-yaml.ts';

export interface Files {
  readonly manifests: readonly KubeObject[];
  readonly fault: readonly KubeObject[];
  /** Objects of `solutions/x.yaml` and `traps/x.yaml`, by that name. */
  readonly changes: ReadonlyMap<string, readonly KubeObject[]>;
  readonly pages: readonly Page[];
}

export interface Place {
  readonly folder: string;
  readonly label: string;
  locate(path: Path): Location;
}

type Report = (path: Path, message: string, code?: ProblemCode) => void;

export function assemble(file: ScenarioFile, files: Files, place: Place, problems: Problem[]): Scenario {
  const report: Report = (path, message, code) =>
    problems.push({ ...place.locate(path), message: `${pathText(path)}: ${message}`, ...(code && { code }) });
  checkFolders(file, files, place, problems, report);
  const probes = file.probes.flatMap((probe, i) => readProbe(probe, i, place, report));
  const probeIds = file.probes.map(({ id }) => id);
  const checkIds = file.checks.map(({ id }) => id);
  for (const list of ['probes', 'checks', 'solutions', 'traps'] as const) checkUnique(file[list], list, report);
  for (const [i, { probes: ids }] of file.checks.entries())
    checkReferences(ids, probeIds, ['checks', i, 'probes'], 'probe', report);
  for (const [i, { caughtBy }] of file.traps.entries())
    checkReferences(caughtBy, checkIds, ['traps', i, 'caughtBy'], 'check', report);
  checkUse(file, report);
  const symptom = file.cause.probe ?? file.probes.find(({ expect }) => expect.healthy !== expect.broken)?.id;
  if (file.cause.probe) checkReferences([file.cause.probe], probeIds, ['cause', 'probe'], 'probe', report);
  else if (!symptom)
    report(['probes'], 'no probe changes from healthy to broken: the fault would show no symptom', 'no-fault');
  const change = changeReader(files, place, report);
  return {
    ...file,
    outside: file.outside,
    manifests: files.manifests,
    fault: files.fault,
    restarts: file.fault.restarts,
    probes,
    checks: file.checks.map((check, i) => ({ ...check, at: place.locate(['checks', i]) })),
    cause: { ...file.cause, probe: symptom ?? '', at: place.locate(['cause']) },
    pages: files.pages,
    solutions: file.solutions.map((entry, i) => change(entry, ['solutions', i])),
    traps: file.traps.map((entry, i) => ({ ...change(entry, ['traps', i]), caughtBy: entry.caughtBy })),
    folder: place.folder,
    at: place.locate([]),
  };
}

function checkFolders(file: ScenarioFile, files: Files, place: Place, problems: Problem[], report: Report): void {
  const name = place.folder.split(/[\\/]/).at(-1) ?? '';
  if (file.id !== name) report(['id'], `"${file.id}" is not the folder's name "${name}"`);
  const missing = (part: string, code: ProblemCode = 'schema') =>
    problems.push({
      ...(code !== 'schema' && { code }),
      file: `${place.label}/${part}`,
      line: 1,
      column: 1,
      message: `the folder holds nothing: a scenario needs ${part}/`,
    });
  if (files.manifests.length === 0) missing('manifests');
  if (files.fault.length === 0) missing('fault', 'no-fault');
  if (files.pages.length === 0) missing('steps');
  const pods = files.manifests
    .filter(({ kind }) => kind === 'Pod')
    .map((pod) => `${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`);
  file.fault.restarts.forEach((pod, i) => {
    if (!pods.includes(pod)) report(['fault', 'restarts', i], `no Pod "${pod}" in manifests/${didYouMean(pod, pods)}`);
  });
}

function readProbe(probe: ScenarioFile['probes'][number], i: number, place: Place, report: Report): ProbeSpec[] {
  const from = parseSource(probe.from);
  const to = parseDestination(probe.to);
  if (!from)
    report(
      ['probes', i, 'from'],
      `expected namespace/pod, namespace/deploy/name or namespace/key=value, saw "${probe.from}"`,
    );
  if (!to) report(['probes', i, 'to'], `expected name:port/tcp or the like, saw "${probe.to}"`);
  if (to?.protocol === 'UDP' && to.port !== 53)
    report(['probes', i, 'to'], 'over UDP only DNS (port 53) can be probed: nothing else is sure to answer');
  return from && to
    ? [{ id: probe.id, says: probe.says, from, to, expect: probe.expect, at: place.locate(['probes', i]) }]
    : [];
}

function checkUnique(entries: readonly { readonly id: string }[], list: string, report: Report): void {
  const seen = new Set<string>();
  entries.forEach(({ id }, i) => {
    if (seen.has(id)) report([list, i, 'id'], `"${id}" is there twice`);
    seen.add(id);
  });
}

function checkReferences(
  ids: readonly string[],
  known: readonly string[],
  path: Path,
  what: string,
  report: Report,
): void {
  ids.forEach((id, i) => {
    if (!known.includes(id))
      report(
        typeof path.at(-1) === 'string' && path.at(-1) !== 'probe' ? [...path, i] : path,
        `no ${what} "${id}"${didYouMean(id, known)}`,
      );
  });
}

function checkUse(file: ScenarioFile, report: Report): void {
  const checked = new Set(file.checks.flatMap(({ probes }) => probes));
  file.probes.forEach(({ id }, i) => {
    if (!checked.has(id)) report(['probes', i], `the probe "${id}" is in no check`, 'probe-unused');
  });
}

function changeReader(
  files: Files,
  place: Place,
  report: Report,
): (entry: ScenarioFile['solutions'][number], path: Path) => Change {
  return (entry, path) => {
    if (!entry.apply && !entry.run) report(path, 'changes nothing: give it `apply` or `run`');
    const objects = entry.apply === undefined ? [] : files.changes.get(entry.apply);
    if (!objects)
      report([...path, 'apply'], `no file ${entry.apply}${didYouMean(entry.apply ?? '', [...files.changes.keys()])}`);
    const commands = (entry.run ?? []).flatMap((text, i) => readCommand(text, [...path, 'run', i], report));
    return { id: entry.id, says: entry.says, objects: objects ?? [], commands, at: place.locate(path) };
  };
}

function readCommand(text: string, path: Path, report: Report): CommandLine[] {
  const parsed = parseCommand(text);
  if ('problem' in parsed) report(path, parsed.problem);
  else if (parsed.command.argv[0] !== 'kubectl') report(path, `expected a kubectl command, saw "${text}"`);
  else return [parsed.command];
  return [];
}
