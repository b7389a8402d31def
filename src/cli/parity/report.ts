/** The comparison as JSON for machines and as Markdown for people. Pure. */
import type { ComparedPhase, Comparison, Difference } from './compare.ts';

export interface Skipped {
  readonly scenario: string;
  readonly skipped: string;
}

/** It could not be played to its end, there. */
export interface Failed {
  readonly scenario: string;
  readonly failed: string;
}

export interface ParityReport {
  readonly real: string;
  readonly compared: readonly Comparison[];
  readonly skipped: readonly Skipped[];
  readonly failed: readonly Failed[];
}

/** No observation, no phase and no exit code differs; wording may. */
export function isEqual({ differences }: Comparison): boolean {
  return differences.every(({ weight }) => weight === 'wording');
}

export function jsonReport({ real, compared, skipped, failed }: ParityReport): string {
  const scenarios = compared.map((comparison) => ({ ...comparison, equal: isEqual(comparison) }));
  return `${JSON.stringify({ schemaVersion: 1, real, scenarios, skipped, failed }, null, 2)}\n`;
}

export function markdownReport({ real, compared, skipped, failed }: ParityReport): string {
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
  for (const { scenario, failed: reason } of failed) lines.push(`| ${scenario} | failed: ${cell(reason)} | | | | |`);
  for (const { scenario, phases, differences } of compared) {
    lines.push('', `## ${scenario}`, '', '| phase | embedded | real | probes alike | commands alike |');
    lines.push('| --- | --- | --- | --- | --- |', ...phases.map(phaseRow), '');
    for (const difference of differences) lines.push(...describe(difference));
  }
  return `${lines.join('\n')}\n`;
}

function phaseRow({ name, embedded, real, probes, commands }: ComparedPhase): string {
  const words = (asDeclared: boolean) => (asDeclared ? 'as declared' : '**not as declared**');
  const alike = (pairs: readonly { readonly embedded: unknown; readonly real: unknown }[]) =>
    pairs.length === 0 ? '' : `${pairs.filter((pair) => pair.embedded === pair.real).length} of ${pairs.length}`;
  return `| ${cell(name)} | ${words(embedded)} | ${words(real)} | ${alike(probes)} | ${alike(commands)} |`;
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
