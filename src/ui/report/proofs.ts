/** Proofs of scenarios as reports: for people, as JSON, as JUnit XML. Pure text; durations are the only thing that differs between runs. */

import type { Stage } from '../../runner/events.ts';
import { formatProblem } from '../../scenario/location.ts';
import { githubReport } from './github.ts';
import { mutationLine, scoreText } from './mutation.ts';
import { type Outcome, stageName } from './outcome.ts';
import { tapReport } from './tap.ts';

export interface ReportContext {
  readonly on: string;
  readonly seed: string;
}

export type ReportFormat = 'text' | 'json' | 'junit' | 'tap' | 'github';

export function reportProofs(format: ReportFormat, outcomes: readonly Outcome[], context: ReportContext): string {
  switch (format) {
    case 'text':
      return textReport(outcomes);
    case 'json':
      return `${JSON.stringify({ schemaVersion: 1, on: context.on, seed: context.seed, scenarios: outcomes.map(jsonOutcome) }, null, 2)}\n`;
    case 'junit':
      return junitReport(outcomes);
    case 'tap':
      return tapReport(outcomes);
    case 'github':
      return githubReport(outcomes);
  }
}

function textReport(outcomes: readonly Outcome[]): string {
  const lines: string[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === 'skipped') {
      lines.push(`SKIP ${outcome.scenario}   ${outcome.reason}`);
      continue;
    }
    const word = outcome.status === 'proved' ? 'PASS' : 'FAIL';
    lines.push(
      `${word} ${outcome.scenario}   ${outcome.stages.length} ${outcome.stages.length === 1 ? 'stage' : 'stages'} in ${seconds(outcome.durationMs)} s`,
    );
    for (const stage of outcome.stages) {
      lines.push(`  ${stage.status === 'pass' ? 'PASS' : 'FAIL'} ${stageName(stage)}${scoreText(stage)}`);
      for (const problem of stage.problems)
        lines.push(
          ...formatProblem(problem)
            .split('\n')
            .map((line) => `       ${line}`),
        );
    }
  }
  const proved = outcomes.filter(({ status }) => status === 'proved').length;
  const invalid = outcomes.filter(({ status }) => status === 'invalid').length;
  const skipped = outcomes.filter(({ status }) => status === 'skipped').length;
  lines.push('', `${proved} proved, ${invalid} invalid${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  lines.push(...mutationLine(outcomes));
  return `${lines.join('\n')}\n`;
}

function jsonOutcome(outcome: Outcome): unknown {
  if (outcome.status === 'skipped') return outcome;
  const { scenario, status, durationMs, stages } = outcome;
  return {
    scenario,
    status,
    durationMs: Math.round(durationMs),
    stages: stages.map((stage) => ({
      kind: stage.kind,
      ...(stage.id !== undefined && { id: stage.id }),
      status: stage.status,
      durationMs: Math.round(stage.durationMs),
      ...(stage.score && { score: stage.score }),
      problems: stage.problems,
    })),
  };
}

/** The dialect that CI servers agree on: testsuites > testsuite > testcase, failures with their text. */
function junitReport(outcomes: readonly Outcome[]): string {
  const suites = outcomes.map((outcome) => {
    if (outcome.status === 'skipped') {
      return `  <testsuite name="${xmlText(outcome.scenario)}" tests="1" failures="0" skipped="1">\n    <testcase name="scenario" classname="${xmlText(outcome.scenario)}"><skipped message="${xmlText(outcome.reason)}"/></testcase>\n  </testsuite>\n`;
    }
    const cases = outcome.stages.map((stage) => testCase(outcome.scenario, stage)).join('');
    const failures = outcome.stages.filter(({ status }) => status === 'fail').length;
    return `  <testsuite name="${xmlText(outcome.scenario)}" tests="${outcome.stages.length}" failures="${failures}" skipped="0" time="${seconds(outcome.durationMs)}">\n${cases}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="netpol-lab">\n${suites.join('')}</testsuites>\n`;
}

function testCase(scenario: string, stage: Stage): string {
  const head = `    <testcase name="${xmlText(stageName(stage))}" classname="${xmlText(scenario)}" time="${seconds(stage.durationMs)}"`;
  if (stage.status === 'pass') return `${head}/>\n`;
  const text = stage.problems.map(formatProblem).join('\n');
  const message = text.split('\n', 1)[0] ?? '';
  return `${head}>\n      <failure message="${xmlText(message)}">${xmlText(text)}</failure>\n    </testcase>\n`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** XML 1.0 allows no control characters but tab and newline, not even escaped. */
function xmlText(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
