/** What two clusters saw of one scenario, side by side. Pure. */
import type { SeenCommand, SeenPhase } from './observe.ts';

export type Weight = 'difference' | 'wording';

export interface Difference {
  readonly phase: string;
  /** `probe ID`, `command TEXT` or `health`. */
  readonly what: string;
  readonly embedded: string;
  readonly real: string;
  /** `wording`: the same outcome or exit code, and as the page says; but the reason or the text is not the same. */
  readonly weight: Weight;
}

/** Everything that was seen in a phase, whether it differs or not. */
export interface ComparedPhase {
  readonly name: string;
  /** As the scenario declares it, there. */
  readonly embedded: boolean;
  readonly real: boolean;
  readonly probes: readonly {
    readonly id: string;
    readonly expected: string;
    readonly embedded: string;
    readonly real: string;
  }[];
  readonly commands: readonly { readonly text: string; readonly embedded: number; readonly real: number | undefined }[];
}

export interface Comparison {
  readonly scenario: string;
  readonly phases: readonly ComparedPhase[];
  readonly observations: number;
  readonly commands: number;
  readonly differences: readonly Difference[];
}

/** Both have played the same scenario, so their phases, probes and commands come in the same order. */
export function compareSeen(
  scenario: string,
  embedded: readonly SeenPhase[],
  real: readonly SeenPhase[],
  rename: (text: string) => string = (text) => text,
): Comparison {
  const differences: Difference[] = [];
  for (const [i, ours] of embedded.entries()) {
    const theirs = real[i];
    if (theirs) differences.push(...comparePhase(ours, theirs, rename));
  }
  const count = (of: (phase: SeenPhase) => number) => embedded.reduce((sum, phase) => sum + of(phase), 0);
  return {
    scenario,
    phases: embedded.map((phase, i) => sideBySide(phase, real[i])),
    observations: count(({ probes }) => probes.length),
    commands: count(({ commands }) => commands.length),
    differences,
  };
}

function sideBySide(ours: SeenPhase, theirs: SeenPhase | undefined): ComparedPhase {
  return {
    name: ours.name,
    embedded: ours.healthy,
    real: theirs?.healthy ?? false,
    probes: ours.probes.map(({ id, expected, outcome }) => ({
      id,
      expected,
      embedded: outcome,
      real: theirs?.probes.find((probe) => probe.id === id)?.outcome ?? 'not probed',
    })),
    commands: ours.commands.map(({ text, exitCode }, i) => ({
      text,
      embedded: exitCode,
      real: theirs?.commands[i]?.exitCode,
    })),
  };
}

function comparePhase(ours: SeenPhase, theirs: SeenPhase, rename: (text: string) => string): Difference[] {
  const differences: Difference[] = [];
  const differ = (what: string, embedded: string, real: string, weight: Weight = 'difference') =>
    void differences.push({ phase: ours.name, what, embedded, real, weight });
  if (ours.healthy !== theirs.healthy) differ('health', healthText(ours.healthy), healthText(theirs.healthy));
  for (const probe of ours.probes) {
    const other = theirs.probes.find(({ id }) => id === probe.id);
    if (other?.outcome === probe.outcome) {
      if (other.reason !== probe.reason)
        differ(
          `probe ${probe.id}`,
          `${probe.reason} (${probe.detail})`,
          `${other.reason} (${other.detail})`,
          'wording',
        );
      continue;
    }
    const seen = other ? `${other.outcome} (${other.detail})` : 'not probed';
    differ(`probe ${probe.id}`, `${probe.outcome} (${probe.detail})`, seen);
  }
  ours.commands.forEach((command, i) => {
    const other = theirs.commands[i];
    if (other) compareCommand(command, other, rename, differ);
  });
  return differences;
}

function compareCommand(
  ours: SeenCommand,
  theirs: SeenCommand,
  rename: (text: string) => string,
  differ: (what: string, embedded: string, real: string, weight?: Weight) => void,
): void {
  const what = `command ${ours.text.split('\n')[0]}`;
  if (ours.exitCode !== theirs.exitCode) differ(what, `exit code ${ours.exitCode}`, `exit code ${theirs.exitCode}`);
  if ((ours.problems.length === 0) !== (theirs.problems.length === 0)) {
    differ(what, ours.problems.join('; ') || 'as the page says', theirs.problems.join('; ') || 'as the page says');
    return;
  }
  const [a, b] = [plainOutput(ours.output), plainOutput(rename(theirs.output))];
  if (a !== b) differ(what, onlyIn(a, b), onlyIn(b, a), 'wording');
}

function healthText(healthy: boolean): string {
  return healthy ? 'as declared' : 'not as declared';
}

/** Without what differs from run to run: addresses, ages, times, generated names, which worker a pod is on, widths of columns. */
export function plainOutput(text: string): string {
  return text
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)\b/g, 'TIME')
    .replace(/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} [\d:]+ [+-]\d{4}/g, 'TIME')
    .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4} \w+/g, 'TIME')
    .replace(/\b[a-z0-9-]+-worker\d*\b/g, 'WORKER')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, 'ADDRESS')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID')
    .replace(/\bsha256:[0-9a-f]{64}\b/g, 'DIGEST')
    .replace(/\bcontainerd:\/\/[0-9a-f]+/g, 'CONTAINER')
    .replace(/-(?:[0-9a-f]{8,10}-)?[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-SUFFIX')
    .replace(/\bkube-api-access-\w{5}\b/g, 'kube-api-access-SUFFIX')
    .replace(/(?<=\s|\()(?:\d+d)?(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?m?s\b/g, 'AGE')
    .replace(/(?<=\s)(?:\d+[dhm])+(?=\s)/g, 'AGE')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '' && !/^-+$/.test(line))
    .join('\n');
}

function onlyIn(text: string, other: string): string {
  const known = new Set(other.split('\n'));
  const lines = text.split('\n').filter((line) => !known.has(line));
  return lines.length > 0 ? lines.join('\n') : '(the same lines in another order or number)';
}
