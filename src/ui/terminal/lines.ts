/** The lines in which results always look the same: probes, checks with their counterexample, findings. */
import { describeFailure, printFlow, printStatus } from '../../check/describe-result.ts';
import type { CheckStatus, ProbeResult } from '../../check/grade.ts';
import type { CheckReport, Stage } from '../../runner/events.ts';
import type { Why } from '../../runner/why.ts';
import type { Phase } from '../../scenario/model.ts';
import type { Style } from '../style.ts';
import { visibleLength, wrap } from './wrap.ts';

/** PASS and FAIL are words first; colour only underlines them. */
export function paintStatus(status: CheckStatus | Stage['status'], style: Style): string {
  const word = printStatus(status);
  if (status === 'pass') return style.good(word);
  return status === 'fail' ? style.bad(word) : style.warn(word);
}

/** `  broken   BLOCKED     default/web -> google.com:80/TCP  (no answer in 2.0 s)`; the reason below where it does not fit. */
export function probeLine(phase: Phase, { probe, observation }: ProbeResult, style: Style): string {
  const { outcome, detail } = observation;
  const paint = outcome === 'allowed' ? style.good : outcome === 'unknown' ? style.warn : style.bad;
  const line = `  ${phase.padEnd(8)} ${paint(outcome.toUpperCase().padEnd(11))}${printFlow(probe)}`;
  if (!style.terminal || visibleLength(`${line}  (${detail})`) <= style.columns)
    return `${line}  ${style.dim(`(${detail})`)}\n`;
  return `${line}\n${style.dim(wrap(`(${detail})`, style.columns, ' '.repeat(11)))}\n`;
}

/** One line for a passed check; flow, expectation, decision and next command for the others. */
export function checkLines({ result, explained }: CheckReport, style: Style, idWidth = 0): string {
  const { says, status, counterexample } = result;
  const id = result.id.padEnd(idWidth);
  const head = `${paintStatus(status, style)} ${id}   `;
  if (status === 'pass') return `${fitted(says, style, head)}\n`;
  const flow = counterexample ? printFlow(counterexample.probe) : says;
  const details = describeFailure(result, explained).map((line) =>
    line.startsWith('next: ') ? `     ${line}` : fitted(line, style, '     ', '       '),
  );
  return `${[fitted(flow, style, head), ...details].join('\n')}\n`;
}

/** On a terminal, broken between words; commands never come through here, because they must stay copyable. */
function fitted(text: string, style: Style, first: string, indent = ' '.repeat(visibleLength(first))): string {
  return style.terminal ? wrap(text, style.columns, first, indent) : `${first}${text}`;
}

/** What was seen and what policy says of one flow. */
export function whyLines({ observation, diagnosis }: Why, asked: string, style: Style): string {
  const { outcome, detail } = observation;
  const lines = [`${style.bold(asked)}`, fitted(`${outcome} (${detail})`, style, 'seen:       ')];
  if (diagnosis.decidedBy) lines.push(fitted(diagnosis.decidedBy, style, 'decided by: '));
  if (diagnosis.plugin) lines.push(fitted(diagnosis.plugin, style, 'plugin:     '));
  for (const { code, object, summary, next } of diagnosis.findings.slice(0, 3)) {
    // Most summaries name the object themselves.
    const what = summary.includes(object) ? summary : `${object}: ${summary}`;
    lines.push('', wrap(`${code}: ${what}`, style.columns, '- ', '  '), `  next: ${next}`);
  }
  return `${lines.join('\n')}\n`;
}
