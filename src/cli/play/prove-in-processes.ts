/**
 * Several scenarios at once, each share of them in a process of its own: proving is work for the processor, and a process has
 * one thread for it. The processes are this program again, and their reports are read as anybody would read them.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../kit/errors.ts';
import { runProgram } from '../../kit/run-program.ts';
import type { Stage } from '../../runner/events.ts';
import type { Proof } from '../../runner/prove.ts';
import type { Outcome, SkippedScenario } from '../../ui/report/outcome.ts';
import type { CliIo } from '../io.ts';
import type { Subject } from './subjects.ts';

/** As the JSON report has it: a stage's id may be left out. */
type Reported =
  | SkippedScenario
  | (Omit<Proof, 'stages'> & { readonly stages: readonly (Omit<Stage, 'id'> & { readonly id?: string })[] });

/**
 * For processes that live for seconds and leave no processor idle: what an optimising compiler and a collector on threads of their
 * own earn comes too late for them, and takes time from the others. A third less processor time, measured.
 */
const shortLived = ['--no-opt', '--single-threaded-gc', '--min-semi-space-size=32', '--max-semi-space-size=64'];

/** In the order of `subjects`. `flags` are the test command's own, without --parallel and --output. */
export async function proveInProcesses(
  io: CliIo,
  subjects: readonly Subject[],
  count: number,
  flags: readonly string[],
): Promise<readonly Outcome[]> {
  const shares = await share(subjects, count);
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  const reports = await Promise.all(
    shares.map((part) => proveShare(io, part, flags, signal).catch((error: unknown) => stopAll(stop, error))),
  );
  const outcomes = new Map(reports.flatMap((report, i) => report.map((each, j) => [shares[i]?.[j], each] as const)));
  return subjects.map((subject) => {
    const outcome = outcomes.get(subject);
    if (!outcome) throw new LabError('ERR_PROGRAM_FAILED', `there is no report of ${subject.label}`);
    return outcome;
  });
}

function stopAll(stop: AbortController, error: unknown): never {
  stop.abort();
  throw error;
}

/** The heaviest first, each to whoever has least to do. What a scenario weighs is guessed by its files. */
async function share(subjects: readonly Subject[], count: number): Promise<readonly (readonly Subject[])[]> {
  const weighed = await Promise.all(subjects.map(async (subject) => ({ subject, weight: await weightOf(subject) })));
  const shares = Array.from({ length: count }, () => ({ load: 0, subjects: [] as Subject[] }));
  for (const { subject, weight } of weighed.sort((a, b) => b.weight - a.weight)) {
    const least = shares.reduce((best, next) => (next.load < best.load ? next : best));
    least.load += weight;
    least.subjects.push(subject);
  }
  return shares.map((each) => each.subjects).filter((each) => each.length > 0);
}

/** Bytes of manifests, and a constant for the rest. */
async function weightOf({ folder }: Subject): Promise<number> {
  const names = await readdir(join(folder, 'manifests')).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, 'manifests', name))).size));
  return sizes.reduce((sum, size) => sum + size, 15_000);
}

async function proveShare(
  io: CliIo,
  subjects: readonly Subject[],
  flags: readonly string[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const names = subjects.map(({ folder }) => folder);
  const [node = '', ...program] = io.self;
  const { stdout, stderr, exitCode } = await runProgram(
    [node, ...shortLived, ...program, 'test', ...names, ...flags, '--parallel', '1', '--output', 'json'],
    { env: io.env, cwd: io.cwd, signal },
  );
  signal.throwIfAborted();
  if (exitCode !== 0 && exitCode !== 5)
    throw new LabError(
      'ERR_PROGRAM_FAILED',
      `proving ${subjects.map(({ id }) => id).join(', ')} ended with ${exitCode}`,
      {
        details: stderr.trim(),
      },
    );
  const { scenarios } = JSON.parse(stdout) as { readonly scenarios: readonly Reported[] };
  return scenarios.map((reported, i) => relabel(reported, subjects[i]));
}

/** The process was given absolute paths, and the report is to name files as the user did. */
function relabel(reported: Reported, subject: Subject | undefined): Outcome {
  if (reported.status === 'skipped' || !subject) return reported as Outcome;
  const stages = reported.stages.map(({ id, ...stage }) => ({
    ...stage,
    id,
    problems: stage.problems.map((problem) => ({
      ...problem,
      file: problem.file.startsWith(subject.folder)
        ? subject.label + problem.file.slice(subject.folder.length)
        : problem.file,
    })),
  }));
  return { ...reported, stages };
}
