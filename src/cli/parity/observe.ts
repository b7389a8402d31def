/** Plays a whole scenario on one cluster and writes down everything that is seen: probes in each phase, commands of the walk, fixes. */
import { gradeChecks, isSolved, type ProbeResult, seesExactly } from '../../check/grade.ts';
import { applyChange } from '../../runner/change.ts';
import type { LabContext } from '../../runner/context.ts';
import { pageVariables } from '../../runner/page-variables.ts';
import { playCommand } from '../../runner/play-command.ts';
import { runProbes } from '../../runner/run-probes.ts';
import { scopeOf } from '../../runner/scope.ts';
import { makeBroken, makeHealthy, resetToBroken } from '../../runner/set-phase.ts';
import { settle } from '../../runner/settle.ts';
import { startState, writeState } from '../../runner/state.ts';
import type { Phase } from '../../scenario/model.ts';

export interface SeenProbe {
  readonly id: string;
  readonly expected: string;
  readonly outcome: string;
  readonly reason: string;
  readonly detail: string;
}

export interface SeenCommand {
  readonly text: string;
  readonly exitCode: number;
  readonly output: string;
  /** What differs from the page, in words. */
  readonly problems: readonly string[];
}

export interface SeenPhase {
  /** `healthy`, `broken`, `walk`, `solution ID`, `trap ID`. */
  readonly name: string;
  /** As the scenario declares: every probe sees what it should, a fix solves it, a trap does not. */
  readonly healthy: boolean;
  readonly probes: readonly SeenProbe[];
  readonly commands: readonly SeenCommand[];
}

export async function observeScenario(context: LabContext, patienceMs?: number): Promise<readonly SeenPhase[]> {
  const { scenario, client } = context;
  const phases: SeenPhase[] = [];
  await makeHealthy(context);
  phases.push(await probeAll(context, 'healthy', 'healthy', (results) => results.every(seesExactly)));
  let { baseline } = await makeBroken(context);
  phases.push(await probeAll(context, 'broken', 'broken', (results) => results.every(seesExactly)));
  await writeState(client, startState(scenario, baseline));
  const commands = await walk(context, patienceMs);
  phases.push({ ...(await probeAll(context, 'walk', 'fixed', solves(context))), commands });
  baseline = (await resetToBroken(context, baseline)).baseline;
  for (const change of [...scenario.solutions, ...scenario.traps]) {
    const trap = scenario.traps.some(({ id }) => id === change.id);
    const problems = await applyChange(context, change);
    const asDeclared = (results: readonly ProbeResult[]) => problems.length === 0 && solves(context)(results) !== trap;
    phases.push(await probeAll(context, `${trap ? 'trap' : 'solution'} ${change.id}`, 'fixed', asDeclared));
    baseline = (await resetToBroken(context, baseline)).baseline;
  }
  return phases;
}

function solves({ scenario }: LabContext): (results: readonly ProbeResult[]) => boolean {
  return (results) => isSolved(gradeChecks(scenario.checks, results));
}

/** A busy cluster may need longer than we wait: what is not as declared is looked at again. */
const attempts = 3;

async function probeAll(
  context: LabContext,
  name: string,
  phase: Phase,
  asDeclared: (results: readonly ProbeResult[]) => boolean,
): Promise<SeenPhase> {
  let results: readonly ProbeResult[] = [];
  for (let attempt = 0; attempt === 0 || (attempt < attempts && !asDeclared(results)); attempt++) {
    await settle(context, scopeOf(context).namespaces);
    results = await runProbes(context, phase);
  }
  const probes = results.map(({ probe, expected, observation: { outcome, reason, detail } }) => ({
    id: probe.id,
    expected,
    outcome,
    reason,
    detail,
  }));
  return { name, healthy: asDeclared(results), probes, commands: [] };
}

async function walk(context: LabContext, patienceMs?: number): Promise<readonly SeenCommand[]> {
  const variables = await pageVariables(context);
  const seen: SeenCommand[] = [];
  for (const page of context.scenario.pages) {
    for (const part of page.parts) {
      if (part.kind !== 'command') continue;
      const { outcome, problems } = await playCommand(context, part.command, variables, patienceMs);
      // As it stands on the page: node names differ between clusters.
      seen.push({ text: part.command.text, exitCode: outcome.exitCode, output: outcome.output, problems });
    }
  }
  return seen;
}
