/** Is it done? Runs every probe and grades every check; each failure comes with who decided and what to look at next. */
import { gradeChecks, isSolved, type ProbeResult } from '../check/grade.ts';
import type { CheckSpec } from '../scenario/model.ts';
import { viewCluster } from './cluster-view.ts';
import type { LabContext } from './context.ts';
import type { CheckReport } from './events.ts';
import { explainResult } from './explain.ts';
import { runProbes } from './run-probes.ts';
import { scopeOf } from './scope.ts';
import { settle } from './settle.ts';

export interface Verification {
  readonly solved: boolean;
  readonly results: readonly ProbeResult[];
  readonly reports: readonly CheckReport[];
}

export interface VerifyOptions {
  /** Nothing was changed lately: no need to wait for policy to take effect. */
  readonly settled?: boolean;
  /** Say who decided each failed flow; default true. */
  readonly explain?: boolean;
  /** Only these; default: all of the scenario's. */
  readonly checks?: readonly CheckSpec[];
}

export async function verifyFix(
  context: LabContext,
  { settled = false, explain = true, checks: specs = context.scenario.checks }: VerifyOptions = {},
): Promise<Verification> {
  const { scenario, client } = context;
  if (!settled) await settle(context, scopeOf(context).namespaces);
  const needed = new Set(specs.flatMap(({ probes }) => probes));
  // The checks tell what the probes saw.
  const results = await runProbes(
    { ...context, emit: () => undefined },
    'fixed',
    scenario.probes.filter(({ id }) => needed.has(id)),
  );
  const checks = gradeChecks(specs, results);
  const failed = explain && checks.some(({ counterexample }) => counterexample !== undefined);
  const view = failed ? await viewCluster(client) : undefined;
  const reports = await Promise.all(
    checks.map(async (result): Promise<CheckReport> => {
      const { counterexample } = result;
      const explained = counterexample && view ? await explainResult(context, view, counterexample) : {};
      return { result, explained };
    }),
  );
  const solved = isSolved(checks);
  context.emit({ type: 'checks-graded', reports, solved });
  if (solved) context.emit({ type: 'phase-reached', phase: 'fixed' });
  return { solved, results, reports };
}
