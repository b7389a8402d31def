/** Everything that happens in a session, as data. The runner emits these and prints nothing; terminals and reports subscribe. */

import type { Explained } from '../check/describe-result.ts';
import type { CheckResult, ProbeResult } from '../check/grade.ts';
import type { Problem } from '../scenario/location.ts';
import type { Page, Phase, Question, Scenario } from '../scenario/model.ts';
import type { CommandOutcome } from './commands.ts';

/** One thing that the contract proves of a scenario. */
export interface Stage {
  readonly kind: 'load' | 'healthy' | 'broken' | 'cause' | 'pages' | 'solution' | 'trap' | 'mutants' | 'reset';
  /** Of the solution or the trap. */
  readonly id: string | undefined;
  readonly status: 'pass' | 'fail';
  readonly problems: readonly Problem[];
  readonly durationMs: number;
  readonly score?: MutationScore;
}

/** How many damaged forms of a solution there were, and whether the checks told them from sound ones. */
export interface MutationScore {
  /** Change a declared flow, and a check failed. */
  readonly killed: number;
  /** Change no declared flow, and every check passed. */
  readonly equivalent: number;
  /** Judged wrongly by the checks. */
  readonly wrong: number;
}

export interface CheckReport {
  readonly result: CheckResult;
  readonly explained: Explained;
}

export type RunnerEvent =
  | {
      readonly type: 'session-opened';
      readonly scenario: Scenario;
      readonly cluster: string;
      readonly kubeconfig: string;
    }
  | { readonly type: 'work-started'; readonly what: string }
  | { readonly type: 'work-finished'; readonly what: string; readonly durationMs: number }
  | { readonly type: 'phase-reached'; readonly phase: Phase }
  | { readonly type: 'probe-finished'; readonly phase: Phase; readonly result: ProbeResult }
  | { readonly type: 'page-opened'; readonly page: Page; readonly number: number; readonly count: number }
  | { readonly type: 'prose-shown'; readonly markdown: string }
  | { readonly type: 'question-asked'; readonly question: Question }
  | { readonly type: 'command-started'; readonly text: string }
  | {
      readonly type: 'command-finished';
      readonly text: string;
      readonly outcome: CommandOutcome;
      readonly problems: readonly string[];
    }
  | { readonly type: 'checks-graded'; readonly reports: readonly CheckReport[]; readonly solved: boolean }
  | { readonly type: 'hint-given'; readonly number: number; readonly count: number; readonly text: string }
  | { readonly type: 'reset-done'; readonly discarded: readonly string[]; readonly restored: readonly string[] }
  | { readonly type: 'stage-finished'; readonly scenario: string; readonly stage: Stage };
