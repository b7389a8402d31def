/**
 * Tells a session to a terminal, append-only: it subscribes to the runner's events and writes. Progress goes to one stream and
 * results to the other, so that machines can read the results alone.
 */
import type { CheckReport, RunnerEvent } from '../../runner/events.ts';
import type { Style } from '../style.ts';
import { checkLines, paintStatus, probeLine } from './lines.ts';
import { renderMarkdown } from './render-markdown.ts';
import type { Screen } from './screen.ts';
import { wrap } from './wrap.ts';

export interface NarratorOptions {
  readonly style: Style;
  readonly out: (text: string) => void;
  /** Progress: start lines, durations. */
  readonly progress: (text: string) => void;
  /** Somebody may want to know what is being waited for. */
  readonly waiting?: Pick<Screen, 'busy' | 'idle'>;
  /** Show outcomes that differ from a page. */
  readonly strict: boolean;
}

/** Remembers only whether the last thing written needs a blank line after it. */
export function createNarrator({
  style,
  out,
  progress,
  strict,
  waiting,
}: NarratorOptions): (event: RunnerEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'session-opened':
        return out(
          `${style.terminal ? wrap(style.bold(event.scenario.title), style.columns) : style.bold(event.scenario.title)}\n${style.dim(style.plain(`${event.scenario.id} · ${event.scenario.level} · about ${event.scenario.minutes} minutes`))}\n`,
        );
      case 'work-finished':
        waiting?.idle();
        return progress(style.dim(`${(event.durationMs / 1000).toFixed(2).padStart(6)} s  ${event.what}\n`));
      case 'work-started':
        return waiting?.busy(event.what);
      case 'phase-reached':
        return;
      case 'probe-finished':
        return out(probeLine(event.phase, event.result, style));
      case 'page-opened':
        return out(
          `\n${style.accessible ? '' : `${rule(style)}\n`}${style.bold(`${event.number}/${event.count}  ${event.page.title}`)}\n\n`,
        );
      case 'prose-shown':
        return out(`${renderMarkdown(event.markdown, style)}\n`);
      case 'question-asked': {
        const options = event.question.options
          .map(({ text }, i) => `${wrap(text, style.columns, `  ${i + 1}. `, '     ')}\n`)
          .join('');
        return out(`${style.bold(event.question.text)}\n${options}\n`);
      }
      case 'command-started':
        out(
          `${event.text
            .split('\n')
            .map((line, i) => (i === 0 ? style.code(`$ ${line}`) : style.code(line)))
            .join('\n')}\n`,
        );
        return waiting?.busy('waiting for its output');
      case 'command-finished':
        waiting?.idle();
        out(`${ensureNewline(event.outcome.output)}\n`);
        if (strict) for (const problem of event.problems) out(`${style.bad('UNEXPECTED')} ${problem}\n\n`);
        return;
      case 'checks-graded':
        return out(checksText(event.reports, style));
      case 'hint-given':
        return out(`${style.bold(`Hint ${event.number} of ${event.count}`)}\n${renderMarkdown(event.text, style)}\n`);
      case 'reset-done':
        return out(resetText(event.discarded, event.restored));
      case 'stage-finished':
        return out(
          `${paintStatus(event.stage.status, style)} ${event.scenario}: ${event.stage.kind}${event.stage.id ? ` ${event.stage.id}` : ''}\n`,
        );
    }
  };
}

function checksText(reports: readonly CheckReport[], style: Style): string {
  const width = Math.max(0, ...reports.map(({ result }) => result.id.length));
  return `${reports.map((report) => checkLines(report, style, width)).join('')}\n`;
}

function resetText(discarded: readonly string[], restored: readonly string[]): string {
  if (discarded.length + restored.length === 0)
    return 'reset: nothing was changed, the scenario is broken as at the start\n';
  const lines = [...discarded.map((name) => `  discarded ${name}`), ...restored.map((name) => `  restored  ${name}`)];
  return `reset: the scenario is broken again\n${lines.join('\n')}\n`;
}

function rule(style: Style): string {
  return style.dim((style.unicode ? '─' : '-').repeat(style.columns));
}

function ensureNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
