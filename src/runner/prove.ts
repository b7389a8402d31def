/**
 * The contract: a scenario proves itself. Healthy as declared, broken for the declared reason, every page's command shows what
 * the page says, every solution passes, every trap is caught by the check it names, and reset leads back to the same state.
 */

import { gradeChecks, isSolved, type ProbeResult } from '../check/grade.ts';
import type { Location, Problem } from '../scenario/location.ts';
import type { Change, Trap } from '../scenario/model.ts';
import type { Baseline } from './baseline.ts';
import { stateText } from './baseline.ts';
import { applyChange, kindsTouchedBy } from './change.ts';
import type { LabContext } from './context.ts';
import type { MutationScore, Stage } from './events.ts';
import type { Item } from './inventory.ts';
import { pageVariables } from './page-variables.ts';
import { playCommand } from './play-command.ts';
import { proveCause } from './prove-cause.ts';
import { proveMutants } from './prove-mutants.ts';
import {
  asFixed,
  failureOf,
  isWithoutFault,
  notCaught,
  pageProblems,
  problemAt,
  type StageKind,
  stateProblem,
  stopped,
  unexpected,
} from './prove-problems.ts';
import { patientAttempts, runProbes } from './run-probes.ts';
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
  /**
   * How often a stage looks before it reports what is not as declared: a busy cluster may need longer than we wait. Default 3;
   * once is enough where time is virtual.
   */
  readonly attempts?: number;
  /** Also damage each solution in every way known, and see whether the checks notice. Takes many times as long. */
  readonly mutants?: boolean;
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
    if (options.mutants) for (const solution of context.scenario.solutions) await prover.mutants(solution);
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
  /** What there was when the cluster was last brought back. */
  #items: readonly Item[] = [];
  #score: MutationScore | undefined;
  #healthy: readonly ProbeResult[] = [];

  constructor(context: LabContext, options: ProveOptions) {
    this.#context = context;
    this.#options = options;
  }

  healthy(): Promise<boolean> {
    return this.#stage('healthy', undefined, async () => {
      await makeHealthy(this.#context);
      this.#healthy = await this.#probes('healthy');
      return unexpected(this.#healthy, 'healthy');
    });
  }

  broken(): Promise<boolean> {
    return this.#stage('broken', undefined, async () => {
      const { baseline, items } = await makeBroken(this.#context);
      this.#baseline = baseline;
      this.#items = items;
      this.#brokenState = stateText(items);
      return this.#proveBroken();
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
      await writeState(this.#context.client, startState(scenario, this.#baseline));
      for (const page of scenario.pages) {
        for (const part of page.parts) {
          if (part.kind !== 'command') continue;
          const played = await playCommand(this.#context, part.command, variables, this.#options.patienceMs);
          problems.push(...pageProblems(part.command, played));
        }
      }
      const { solved, reports } = await verifyFix(this.#context);
      if (!solved)
        problems.push(
          ...reports.flatMap(({ result }) =>
            failureOf(result, scenario.at, 'pages-unsolved', 'the pages end with an unsolved scenario'),
          ),
        );
      return [...problems, ...(await this.#backToBroken(scenario.at))];
    });
  }

  solution(solution: Change): Promise<boolean> {
    return this.#stage('solution', solution.id, async () => {
      const failed = await applyChange(this.#context, solution);
      const problems = failed.map((message) => problemAt(solution.at, 'solution-fails', message));
      const fails = await this.#eventually(async () => {
        const { reports } = await verifyFix(this.#context);
        return reports.flatMap(({ result }) =>
          failureOf(result, solution.at, 'solution-fails', `solution ${solution.id} fails`),
        );
      });
      problems.push(...fails);
      return [...problems, ...(await this.#backAfter(solution))];
    });
  }

  trap(trap: Trap): Promise<boolean> {
    const { scenario } = this.#context;
    return this.#stage('trap', trap.id, async () => {
      const failed = await applyChange(this.#context, trap);
      const problems = failed.map((message) => problemAt(trap.at, 'trap-passes', message));
      const checks = scenario.checks.filter(({ id }) => trap.caughtBy.includes(id));
      const passes = await this.#eventually(async () => {
        const { reports } = await verifyFix(this.#context, { explain: false, checks });
        return trap.caughtBy.flatMap((id) => notCaught(trap, id, reports));
      });
      return [...problems, ...passes, ...(await this.#backAfter(trap))];
    });
  }

  mutants(solution: Change): Promise<boolean> {
    return this.#stage('mutants', solution.id, async () => {
      const problems = await proveMutants(this.#context, solution, (score) => {
        this.#score = score;
      });
      return [...problems, ...(await this.#backToBroken(solution.at))];
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
    const results = await this.#probes('broken');
    const { scenario } = this.#context;
    if (isSolved(gradeChecks(scenario.checks, results.map(asFixed))))
      return [
        problemAt(
          scenario.checks[0]?.at ?? scenario.at,
          'solved-at-start',
          'every check passes although nothing was fixed',
        ),
      ];
    if (!isWithoutFault(this.#healthy, results)) return unexpected(results, 'broken');
    return [problemAt(scenario.cause.at, 'no-fault', 'the fault changes nothing that a probe sees')];
  }

  #probes(phase: 'healthy' | 'broken'): Promise<readonly ProbeResult[]> {
    const attempts = this.#options.attempts === 1 ? 1 : patientAttempts;
    return runProbes(this.#context, phase, undefined, { attempts });
  }

  async #eventually(look: () => Promise<readonly Problem[]>): Promise<readonly Problem[]> {
    let problems = await look();
    for (let attempt = 1; attempt < (this.#options.attempts ?? 3) && problems.length > 0; attempt++)
      problems = await look();
    return problems;
  }

  async #backAfter(change: Change | Trap): Promise<readonly Problem[]> {
    return this.#backToBroken(change.at, kindsTouchedBy(change, await this.#context.client.types()));
  }

  /** Looks at the kinds that can have changed, or at all of them where that is not known. */
  async #backToBroken(place: Location, kinds?: ReadonlySet<string>): Promise<readonly Problem[]> {
    const last = kinds && { items: this.#items, kinds };
    const { baseline, items } = await resetToBroken(this.#context, this.#baseline, last);
    this.#baseline = baseline;
    this.#items = items;
    return stateProblem(place, this.#brokenState, stateText(items));
  }

  async #stage(kind: StageKind, id: string | undefined, work: () => Promise<readonly Problem[]>): Promise<boolean> {
    const started = performance.now();
    const problems = await work().catch((error: unknown) => {
      this.#context.signal.throwIfAborted();
      return [stopped(error, kind, this.#context.scenario.at)];
    });
    const score = this.#takeScore();
    const stage: Stage = {
      kind,
      id,
      status: problems.length === 0 ? 'pass' : 'fail',
      problems,
      durationMs: performance.now() - started,
      ...(score && { score }),
    };
    this.stages.push(stage);
    this.#context.emit({ type: 'stage-finished', scenario: this.#context.scenario.id, stage });
    return stage.status === 'pass';
  }

  #takeScore(): MutationScore | undefined {
    const score = this.#score;
    this.#score = undefined;
    return score;
  }
}
