/** `netpol-lab test`: each scenario proves itself on a fresh cluster of its own, and the outcome is reported. */
import { availableParallelism } from 'node:os';
import { EXIT, type ExitCode } from '../../kit/errors.ts';
import type { Outcome } from '../../ui/report/outcome.ts';
import { reportProofs } from '../../ui/report/proofs.ts';
import type { Cli } from '../cli.ts';
import type { TestOptions } from '../commands/options.ts';
import { proveInProcesses } from './prove-in-processes.ts';
import { requireProvider } from './providers.ts';
import { findSubjects, type Subject } from './subjects.ts';

/** Exit 0 when all are proved or skipped, 5 when one is invalid. */
export async function testScenarios(cli: Cli, names: readonly string[], options: TestOptions): Promise<ExitCode> {
  const { io } = cli;
  requireProvider(options.on);
  const subjects = await findSubjects(io.cwd, names);
  const count = Math.min(options.parallel ?? availableParallelism(), subjects.length);
  const outcomes =
    options.on !== 'embedded'
      ? await proveElsewhere(cli, subjects, { ...options, on: options.on })
      : count > 1
        ? await proveInProcesses(io, subjects, count, flagsOf(options))
        : await proveInTurn(cli, subjects, options);
  io.stdout.write(reportProofs(options.output, outcomes, { on: options.on, seed: options.seed }));
  return outcomes.some(({ status }) => status === 'invalid') ? EXIT.scenarioInvalid : EXIT.ok;
}

async function proveInTurn(cli: Cli, subjects: readonly Subject[], options: TestOptions): Promise<readonly Outcome[]> {
  const { proveOne } = await import('./prove-one.ts');
  const outcomes: Outcome[] = [];
  for (const subject of subjects) {
    cli.io.signal.throwIfAborted();
    outcomes.push(await proveOne(cli, subject, options));
  }
  return outcomes;
}

/** One cluster for all of them. */
async function proveElsewhere(
  cli: Cli,
  subjects: readonly Subject[],
  options: TestOptions & { readonly on: 'kind' | 'existing' },
): Promise<readonly Outcome[]> {
  const [{ testElsewhere }, { loadScenario }] = await Promise.all([
    import('../elsewhere/test.ts'),
    import('../../scenario/load.ts'),
  ]);
  const scenarios = await Promise.all(subjects.map(({ folder, label }) => loadScenario(folder, label)));
  return testElsewhere(cli, scenarios, options);
}

function flagsOf({ on, seed, kubectl, mutants }: TestOptions): readonly string[] {
  return ['--on', on, '--seed', seed, ...(kubectl ? ['--kubectl', kubectl] : []), ...(mutants ? ['--mutants'] : [])];
}
