/** Proofs as TAP version 14: one test per stage, problems as YAML blocks. https://testanything.org/tap-version-14-specification.html */
import type { Stage } from '../../runner/events.ts';
import { formatProblem } from '../../scenario/location.ts';
import { type Outcome, stageName } from './outcome.ts';

export function tapReport(outcomes: readonly Outcome[]): string {
  const points = outcomes.flatMap((outcome): readonly string[] =>
    outcome.status === 'skipped'
      ? [`ok {n} - ${escapeHash(outcome.scenario)} # SKIP ${escapeHash(outcome.reason)}\n`]
      : outcome.stages.map((stage) => point(outcome.scenario, stage)),
  );
  return `TAP version 14\n1..${points.length}\n${points.map((text, i) => text.replace('{n}', String(i + 1))).join('')}`;
}

function point(scenario: string, stage: Stage): string {
  const word = stage.status === 'pass' ? 'ok' : 'not ok';
  const lines = stage.problems.flatMap((problem) => formatProblem(problem).split('\n'));
  const block = lines.length > 0 ? `  ---\n  message: |\n${lines.map((line) => `    ${line}\n`).join('')}  ...\n` : '';
  return `${word} {n} - ${escapeHash(`${scenario}: ${stageName(stage)}`)}\n${block}`;
}

/** A hash sign would begin a directive. */
function escapeHash(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
