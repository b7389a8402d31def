/** `netpol-lab test`: each scenario proves itself on a fresh cluster of its own, and the outcome is reported. */
import { join, resolve, sep } from 'node:path';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import { proveScenario } from '../../runner/prove.ts';
import { scenarioNames } from '../../scenario/catalogue.ts';
import { loadScenario } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/model.ts';
import { openScenario } from '../../scenario/open.ts';
import { type Outcome, reportProofs, stageName } from '../../ui/report/proofs.ts';
import type { Cli } from '../cli.ts';
import { hostPrivately } from '../clusters/host.ts';
import type { TestOptions } from '../commands/options.ts';
import { scenariosFolder } from '../paths.ts';
import { openLab } from './open-lab.ts';
import { requireProvider, unmetNeeds } from './providers.ts';

/** Exit 0 when all are proved or skipped, 5 when one is invalid. */
export async function testScenarios(cli: Cli, names: readonly string[], options: TestOptions): Promise<ExitCode> {
  const { io } = cli;
  requireProvider(options.on);
  const scenarios = await openAll(cli, names);
  const outcomes: Outcome[] = [];
  for (const scenario of scenarios) {
    io.signal.throwIfAborted();
    outcomes.push(await testOne(cli, scenario, options));
  }
  io.stdout.write(reportProofs(options.output, outcomes, { on: options.on, seed: options.seed }));
  return outcomes.some(({ status }) => status === 'invalid') ? EXIT.scenarioInvalid : EXIT.ok;
}

async function openAll({ io }: Cli, names: readonly string[]): Promise<readonly Scenario[]> {
  const wanted = names.length > 0 ? names : await scenarioNames(scenariosFolder);
  if (wanted.length === 0) throw new LabError('ERR_UNKNOWN_SCENARIO', `there are no scenarios in ${scenariosFolder}`);
  const scenarios: Scenario[] = [];
  for (const name of wanted) {
    const isFolder = name.includes('/') || name.includes(sep) || name === '.';
    scenarios.push(
      isFolder
        ? await loadScenario(resolve(io.cwd, name), name.replace(/[\\/]+$/, ''))
        : await openScenario(scenariosFolder, name),
    );
  }
  return scenarios;
}

async function testOne(cli: Cli, scenario: Scenario, { on, seed, kubectl = 'builtin' }: TestOptions): Promise<Outcome> {
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
  // Virtual time: a minute of the cluster's passes meanwhile.
  return await proveScenario(lab.context, { patienceMs: 3000 });
}
