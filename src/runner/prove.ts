/**
 * The contract: a scenario proves itself. Healthy as declared, broken for the declared reason, every page's command shows what
 * the page says, every solution passes, every trap is caught by the check it names, and reset leads back to the same state.
 */

import { describeFailure, printFlow } from '../check/describe-result.ts';
import { gradeChecks, isSolved, type ProbeResult, seesExactly } from '../check/grade.ts';
import type { Location, Problem } from '../scenario/location.ts';
import type { Change, Phase, Trap } from '../scenario/model.ts';
import type { Baseline } from './baseline.ts';
import { stateText } from './baseline.ts';
import { applyChange } from './change.ts';
import type { LabContext } from './context.ts';
import type { Stage } from './events.ts';
import { takeInventory } from './inventory.ts';
import { pageVariables } from './page-variables.ts';
import { playCommand } from './play-command.ts';
import { proveCause } from './prove-cause.ts';
import { runProbes } from './run-probes.ts';
import { scopeOf } from './scope.ts';
import { makeBroken, makeHealthy, resetToBroken } from './set-phase.ts';
import { settle } from './settle.ts';
import { startState, writeState } from './state.ts';
import { verifyFix } from './verify.ts';

export interface Proof {
  readonly scenario: string;
  readonly status: 'proved' | 'invalid';
  readonly stages: readonly Stage[];
  readonly durationMs: number;
}

export interface ProveOptions {
  /** Real time that a page's command gets to come true; less where the cluster's clock runs ahead. Default: playCommand's. */
  readonly patienceMs?: number;
}

/** Needs a cluster that nothing else plays on. Later stages are skipped when the scenario does not even get broken. */
export async function proveScenario(context: LabContext, options: ProveOptions = {}): Promise<Proof> {
  const started = performance.now();
  const prover = new Prover(context, options);
  if ((await prover.healthy()) && (await prover.broken())) {
    await prover.cause();
    await prover.pages();
    for (const solution of context.scenario.solutions) await prover.solution(solution);
    for (const trap of context.scenario.traps) await prover.trap(trap);
    await prover.reset();
  }
  const { stages } = prover;
  const status = stages.every((stage) => stage.status === 'pass') ? 'proved' : 'invalid';
  return { scenario: context.scenario.id, status, stages, durationMs: performance.now() - started };
}

class Prover {
  readonly stages: Stage[] = [];
  readonly #context: LabContext;
  readonly #options: ProveOptions;
  #baseline: Baseline = {};
  #brokenState = '';

  constructor(context: LabContext, options: ProveOptions) {
    this.#context = context;
    this.#options = options;
  }

  healthy(): Promise<boolean> {
    return this.#stage('healthy', undefined, async () => {
      await makeHealthy(this.#context);
      return unexpected(await runProbes(this.#context, 'healthy'), 'healthy');
    });
  }

  broken(): Promise<boolean> {
    return this.#stage('broken', undefined, async () => {
      this.#baseline = await makeBroken(this.#context);
      const problems = await this.#proveBroken();
      this.#brokenState = await this.#state();
      return problems;
    });
  }

  cause(): Promise<boolean> {
    return this.#stage('cause', undefined, () => proveCause(this.#context));
  }

  pages(): Promise<boolean> {
    return this.#stage('pages', undefined, async () => {
      const { scenario } = this.#context;
      const problems: Problem[] = [];
      const variables = await pageVariables(this.#context);
      // Pages may say `netpol-lab verify`: there has to be a session that it can join.
      await writeState(this.#context.client, startState(scenario.id, this.#baseline));
      for (const page of scenario.pages) {
        for (const part of page.parts) {
          if (part.kind !== 'command') continue;
          const {
            text,
            outcome,
            problems: found,
          } = await playCommand(this.#context, part.command, variables, this.#options.patienceMs);
          for (const message of found)
            problems.push(
              at(part.command.at, `$ ${firstLine(text)}: ${message}; it printed:\n${outcome.output.trimEnd()}`),
            );
        }
      }
      const { solved, reports } = await verifyFix(this.#context);
      if (!solved)
        problems.push(
          ...reports.flatMap(({ result }) => failureOf(result, scenario.at, 'the pages end with an unsolved scenario')),
        );
      return [...problems, ...(await this.#backToBroken(scenario.at))];
    });
  }

  solution(solution: Change): Promise<boolean> {
    return this.#stage('solution', solution.id, async () => {
      const failed = await applyChange(this.#context, solution);
      const problems = failed.map((message) => at(solution.at, message));
      const { reports } = await verifyFix(this.#context);
      problems.push(
        ...reports.flatMap(({ result }) => failureOf(result, solution.at, `solution ${solution.id} fails`)),
      );
      return [...problems, ...(await this.#backToBroken(solution.at))];
    });
  }

  trap(trap: Trap): Promise<boolean> {
    const { scenario } = this.#context;
    return this.#stage('trap', trap.id, async () => {
      const failed = await applyChange(this.#context, trap);
      const problems = failed.map((message) => at(trap.at, message));
      const { reports } = await verifyFix(this.#context, {
        explain: false,
        checks: scenario.checks.filter(({ id }) => trap.caughtBy.includes(id)),
      });
      for (const id of trap.caughtBy) {
        const status = reports.find(({ result }) => result.id === id)?.result.status;
        if (status !== 'fail')
          problems.push(at(trap.at, `trap ${trap.id} is not caught by ${id}: the check says ${status}`));
      }
      return [...problems, ...(await this.#backToBroken(trap.at))];
    });
  }

  reset(): Promise<boolean> {
    const { scenario } = this.#context;
    return this.#stage('reset', undefined, async () => {
      const first = await this.#backToBroken(scenario.at);
      const second = await this.#backToBroken(scenario.at);
      return [...first, ...second, ...(await this.#proveBroken())];
    });
  }

  async #proveBroken(): Promise<readonly Problem[]> {
    await settle(this.#context, scopeOf(this.#context).namespaces);
    const results = await runProbes(this.#context, 'broken');
    const problems = [...unexpected(results, 'broken')];
    const { scenario } = this.#context;
    if (isSolved(gradeChecks(scenario.checks, results.map(asFixed))))
      problems.push(at(scenario.at, 'every check passes although nothing was fixed'));
    return problems;
  }

  async #backToBroken(place: Location): Promise<readonly Problem[]> {
    const { baseline, items } = await resetToBroken(this.#context, this.#baseline);
    this.#baseline = baseline;
    const state = stateText(items);
    return state === this.#brokenState
      ? []
      : [at(place, `reset leads to another state than before:\n${difference(this.#brokenState, state)}`)];
  }

  async #state(): Promise<string> {
    return stateText(await takeInventory(this.#context, scopeOf(this.#context)));
  }

  async #stage(kind: Stage['kind'], id: string | undefined, work: () => Promise<readonly Problem[]>): Promise<boolean> {
    const started = performance.now();
    const problems = await work();
    const stage: Stage = {
      kind,
      id,
      status: problems.length === 0 ? 'pass' : 'fail',
      problems,
      durationMs: performance.now() - started,
    };
    this.stages.push(stage);
    this.#context.emit({ type: 'stage-finished', scenario: this.#context.scenario.id, stage });
    return stage.status === 'pass';
  }
}

function unexpected(results: readonly ProbeResult[], phase: Phase): readonly Problem[] {
  return results
    .filter((result) => !seesExactly(result))
    .map(({ probe, expected, observation }) => {
      const ran = observation.evidence.map(({ argv, stdout, stderr, error }) =>
        `\n$ ${argv.join(' ')}\n${stdout}${stderr}${error ?? ''}`.trimEnd(),
      );
      return at(
        probe.at,
        `probe ${probe.id}, ${phase}: ${printFlow(probe)}: expected ${expected}, saw ${observation.outcome} (${observation.detail})${ran.join('')}`,
      );
    });
}

function asFixed(result: ProbeResult): ProbeResult {
  const expected = result.probe.expect.fixed;
  const allowed = result.observation.outcome === 'allowed';
  const status =
    result.observation.outcome === 'unknown' ? 'inconclusive' : allowed === (expected === 'allowed') ? 'pass' : 'fail';
  return { ...result, expected, status };
}

function failureOf(result: Parameters<typeof describeFailure>[0], place: Location, prefix: string): readonly Problem[] {
  if (result.status === 'pass') return [];
  const flow = result.counterexample ? ` ${printFlow(result.counterexample.probe)}:` : '';
  return [
    at(place, `${prefix}: check ${result.id} says ${result.status}:${flow} ${describeFailure(result).join('; ')}`),
  ];
}

function difference(before: string, after: string): string {
  const old = new Set(before.split('\n'));
  const now = new Set(after.split('\n'));
  return [
    ...[...old].filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...[...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ].join('\n');
}

function at({ file, line, column }: Location, message: string): Problem {
  return { file, line, column, message };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
