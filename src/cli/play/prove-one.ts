/** Lets one scenario prove itself on a fresh cluster of its own. A folder that cannot even be read is an outcome, too. */
import { join } from 'node:path';
import { proveScenario } from '../../runner/prove.ts';
import { type LoadResult, readScenario } from '../../scenario/load.ts';
import { type Problem, sortProblems } from '../../scenario/location.ts';
import type { Scenario } from '../../scenario/model.ts';
import { type Outcome, stageName } from '../../ui/report/outcome.ts';
import type { Cli } from '../cli.ts';
import { hostPrivately } from '../clusters/host.ts';
import type { TestOptions } from '../commands/options.ts';
import { openLab } from './open-lab.ts';
import { unmetNeeds } from './providers.ts';
import type { Subject } from './subjects.ts';

/** What to look at beside the contract, once the cluster is up and before the scenario is on it. */
export type Examination = (lab: Parameters<typeof proveScenario>[0]) => Promise<readonly Problem[]>;

export async function proveOne(
  cli: Cli,
  { id, folder, label }: Subject,
  options: TestOptions,
  examine?: Examination,
): Promise<Outcome> {
  const started = performance.now();
  const { scenario, problems }: LoadResult = await readScenario(folder, label);
  if (scenario) return proveLoaded(cli, scenario, options, examine);
  const durationMs = performance.now() - started;
  const stage = { kind: 'load', id: undefined, status: 'fail', problems: sortProblems(problems), durationMs } as const;
  return { scenario: id, status: 'invalid', stages: [stage], durationMs };
}

async function proveLoaded(
  cli: Cli,
  scenario: Scenario,
  { on, seed, kubectl = 'builtin', mutants = false }: TestOptions,
  examine?: Examination,
): Promise<Outcome> {
  const unmet = unmetNeeds(scenario.needs, on);
  if (unmet.length > 0) return { scenario: scenario.id, status: 'skipped', reason: `${on} has no ${unmet.join(', ')}` };
  const { stderr } = cli.io;
  await using cluster = await hostPrivately(cli.io, {
    name: 'netpol',
    clock: 'virtual',
    seed: join(scenario.id, seed),
  });
  using lab = await openLab(cli, {
    scenario,
    cluster,
    kubectl,
    emit: (event) => {
      if (event.type === 'stage-finished' && stderr.isTTY)
        stderr.write(
          `${event.stage.status === 'pass' ? 'PASS' : 'FAIL'} ${event.scenario}: ${stageName(event.stage)}\n`,
        );
    },
  });
  const started = performance.now();
  const problems = examine ? await examine(lab.context) : [];
  if (problems.length > 0) {
    const durationMs = performance.now() - started;
    const stage = { kind: 'load', id: undefined, status: 'fail', problems, durationMs } as const;
    return { scenario: scenario.id, status: 'invalid', stages: [stage], durationMs };
  }
  // Virtual time: a minute of the cluster's passes meanwhile.
  return await proveScenario(lab.context, { patienceMs: 3000, attempts: 1, mutants });
}
