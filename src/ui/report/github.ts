/** Problems as workflow commands of GitHub Actions: annotations at the file and line of a pull request. */
import type { Problem } from '../../scenario/location.ts';
import { type Outcome, stageName } from './outcome.ts';

/** Annotations first, then one line per scenario for the log. */
export function githubReport(outcomes: readonly Outcome[]): string {
  const annotations = outcomes.flatMap((outcome) =>
    outcome.status === 'skipped'
      ? []
      : outcome.stages.flatMap((stage) =>
          stage.problems.map((problem) => annotate(problem, `${outcome.scenario}: ${stageName(stage)}`)),
        ),
  );
  const lines = outcomes.map((outcome) =>
    outcome.status === 'skipped'
      ? `SKIP ${outcome.scenario}   ${outcome.reason}\n`
      : `${outcome.status === 'proved' ? 'PASS' : 'FAIL'} ${outcome.scenario}\n`,
  );
  return [...annotations, ...lines].join('');
}

export function annotate({ file, line, column, code = 'schema', message }: Problem, title: string): string {
  const place = `file=${property(file)},line=${line},col=${column},title=${property(`${title} [${code}]`)}`;
  return `::error ${place}::${data(message)}\n`;
}

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions: a line is a command. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
