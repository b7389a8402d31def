/** The comparison as JSON for machines and as Markdown for people. Pure. */
import type { Comparison, Difference } from './compare.ts';

export interface Skipped {
  readonly scenario: string;
  readonly skipped: string;
}

export interface ParityReport {
  readonly real: string;
  readonly compared: readonly Comparison[];
  readonly skipped: readonly Skipped[];
}

/** No observation, no phase and no exit code differs; wording may. */
export function isEqual({ differences }: Comparison): boolean {
  return differences.every(({ weight }) => weight === 'wording');
}

export function jsonReport({ real, compared, skipped }: ParityReport): string {
  const scenarios = compared.map((comparison) => ({ ...comparison, equal: isEqual(comparison) }));
  return `${JSON.stringify({ schemaVersion: 1, real, scenarios, skipped }, null, 2)}\n`;
}

export function markdownReport({ real, compared, skipped }: ParityReport): string {
  const lines = [`# Parity: embedded and ${real}`, ''];
  lines.push('| scenario | phases as declared (embedded / real) | observations | commands | differences | wording |');
  lines.push('| --- | --- | --- | --- | --- | --- |');
  for (const comparison of compared) {
    const { scenario, phases, observations, commands, differences } = comparison;
    const healthy = `${phases.filter(({ embedded }) => embedded).length} / ${phases.filter((phase) => phase.real).length} of ${phases.length}`;
    const wording = differences.filter(({ weight }) => weight === 'wording').length;
    lines.push(
      `| ${scenario} | ${healthy} | ${observations} | ${commands} | ${differences.length - wording} | ${wording} |`,
    );
  }
  for (const { scenario, skipped: reason } of skipped) lines.push(`| ${scenario} | skipped: ${cell(reason)} | | | | |`);
  for (const { scenario, differences } of compared) {
    if (differences.length === 0) continue;
    lines.push('', `## ${scenario}`, '');
    for (const difference of differences) lines.push(...describe(difference));
  }
  return `${lines.join('\n')}\n`;
}

function describe({ phase, what, embedded, real, weight }: Difference): readonly string[] {
  return [
    `- ${weight === 'wording' ? 'wording: ' : ''}${phase}: ${cell(what)}`,
    ...fenced('embedded', embedded),
    ...fenced('real', real),
  ];
}

function fenced(who: string, text: string): readonly string[] {
  if (!text.includes('\n')) return [`  - ${who}: ${cell(text)}`];
  return [`  - ${who}:`, '', '    ```', ...text.split('\n').map((line) => `    ${line}`), '    ```', ''];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
