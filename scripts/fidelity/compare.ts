/** Does what the cluster under test printed equal the recording, once what cannot be equal is taken out of both? */
import { olderClientTexts } from './client-version.ts';
import type { Fixture, RunStep, Seen } from './fixture.ts';

export interface Side {
  /** Values that texts contain: given and captured. */
  readonly values: Readonly<Record<string, string>>;
  readonly directory: string;
}

export interface Mismatch {
  readonly what: 'stdout' | 'stderr' | 'exitCode' | 'duration';
  readonly expected: string;
  readonly actual: string;
}

/** Empty when equal. `clientMinor` is the minor version of the kubectl that ran. */
export function compareStep(
  fixture: Fixture,
  step: RunStep,
  expected: Seen,
  actual: Seen,
  sides: { recorded: Side; actual: Side; clientMinor: number },
): Mismatch[] {
  if (step.compare === 'none') return [];
  if (step.nondeterministic) return ranAtAll(actual);
  const mismatches: Mismatch[] = [];
  for (const what of ['stdout', 'stderr'] as const) {
    const want = arrange(
      step,
      normalise(fixture, olderClient(fixture, expected[what], sides.clientMinor), sides.recorded),
    );
    const got = arrange(step, normalise(fixture, olderClient(fixture, actual[what], sides.clientMinor), sides.actual));
    if (want !== got) mismatches.push({ what, expected: want, actual: got });
  }
  if (expected.exitCode !== actual.exitCode) {
    mismatches.push({ what: 'exitCode', expected: String(expected.exitCode), actual: String(actual.exitCode) });
  }
  return mismatches;
}

/** Text and status differ from one real run to the next; what is left to ask is that the command was run and ended. */
function ranAtAll({ exitCode, stderr }: Seen): Mismatch[] {
  if (exitCode <= 125) return [];
  return [{ what: 'exitCode', expected: 'up to 125', actual: `${exitCode}\n${stderr}` }];
}

/** Recorded with 1.36 and replayed with an older client: both sides lose what 1.36 added on its own. */
function olderClient(fixture: Fixture, text: string, clientMinor: number): string {
  return fixture.corpus === 'network' && clientMinor < 36 ? olderClientTexts(text) : text;
}

export function normalise(fixture: Fixture, text: string, side: Side): string {
  let result = side.directory ? text.replaceAll(side.directory, '<dir>') : text;
  result = result.replace(clientNoise, '');
  // kind publishes the API server on whatever port is free
  result = result.replace(/https:\/\/127\.0\.0\.1:\d+/g, 'https://127.0.0.1:<api-port>');
  for (const [name, value] of longestFirst(side.values)) {
    result = result.replace(new RegExp(`(?<![\\w.])${escapeRegExp(value)}(?!\\w)`, 'g'), `\${${name}}`);
  }
  for (const { pattern, replacement } of fixture.rules) result = result.replace(pattern, replacement);
  return fixture.corpus === 'kubectl' ? result.replace(/ {2,}/g, '  ').replace(/ +$/gm, '') : result;
}

/** What kubectl logs about races inside itself: a stream that ends while it still writes, a watch that ends at once. */
const clientNoise =
  /^[EWI]\d{4} [\d:.]+ +\d+ \S+\.go:\d+\].*(?:Unknown stream id|very short watch|close sent).*\r?\n/gm;

/** kubectl prints the keys of a ConfigMap or Secret in the order of a Go map, another one each time. */
function hasMapOrder({ argv }: RunStep): boolean {
  return argv.includes('describe') && argv.some((word) => /(^|,)(cm|configmaps?|secrets?)(,|\/|$)/.test(word));
}

function arrange(step: RunStep, text: string): string {
  return step.compare === 'unordered' || hasMapOrder(step) ? text.split('\n').sort().join('\n') : text;
}

function longestFirst(values: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(values)
    .filter(([, value]) => value !== '')
    .sort(([, a], [, b]) => b.length - a.length);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The lines in which two texts differ, `-` recorded and `+` seen; long runs are cut. */
export function diffLines(expected: string, actual: string, most = 24): string[] {
  const want = expected.split('\n');
  const got = actual.split('\n');
  let head = 0;
  while (head < want.length && head < got.length && want[head] === got[head]) head++;
  let tail = 0;
  while (tail < want.length - head && tail < got.length - head && want.at(-1 - tail) === got.at(-1 - tail)) tail++;
  const lines = [
    ...(head > 0 ? [`  ${want[head - 1]}`] : []),
    ...want.slice(head, want.length - tail).map((line) => `- ${line}`),
    ...got.slice(head, got.length - tail).map((line) => `+ ${line}`),
  ];
  return lines.length > most ? [...lines.slice(0, most), `  … ${lines.length - most} more`] : lines;
}
