/** The mutation score in words: of the damaged solutions, how many the checks judged rightly. */
import type { Stage } from '../../runner/events.ts';
import type { Outcome } from './outcome.ts';

/** ` (21 of 21 mutants judged rightly: 17 killed, 4 equivalent)`; nothing for other stages. */
export function scoreText({ score }: Stage): string {
  if (!score) return '';
  const { killed, equivalent, wrong } = score;
  const right = killed + equivalent;
  return `   ${right} of ${right + wrong} mutants judged rightly: ${killed} killed, ${equivalent} equivalent`;
}

/** One line for all scenarios, where any was asked. Never rounds up to 100 %. */
export function mutationLine(outcomes: readonly Outcome[]): readonly string[] {
  const scores = outcomes.flatMap((outcome) =>
    outcome.status === 'skipped' ? [] : outcome.stages.flatMap(({ score }) => (score ? [score] : [])),
  );
  if (scores.length === 0) return [];
  const sum = (pick: (score: (typeof scores)[number]) => number) => scores.reduce((all, score) => all + pick(score), 0);
  const right = sum(({ killed, equivalent }) => killed + equivalent);
  const total = right + sum(({ wrong }) => wrong);
  const percent = total === 0 ? 100 : Math.floor((1000 * right) / total) / 10;
  return [`mutation score ${percent} % (${right} of ${total})`];
}
