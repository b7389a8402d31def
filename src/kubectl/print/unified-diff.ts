/** The hunks of `diff -u`: three lines of context, built from a longest common subsequence. */

const context = 3;

interface Step {
  readonly mark: ' ' | '-' | '+';
  readonly line: string;
}

/** '' when the texts are equal. No file headers. */
export function unifiedDiff(before: string, after: string): string {
  const steps = align(linesOf(before), linesOf(after));
  const changed = steps.flatMap(({ mark }, i) => (mark === ' ' ? [] : [i]));
  if (changed.length === 0) return '';
  let out = '';
  let at = 0;
  while (at < changed.length) {
    const first = changed[at] ?? 0;
    let last = first;
    while (at < changed.length && (changed[at] ?? 0) <= last + 2 * context + 1) last = changed[at++] ?? last;
    out += hunk(steps, Math.max(0, first - context), Math.min(steps.length, last + context + 1));
  }
  return out;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function hunk(steps: readonly Step[], from: number, to: number): string {
  const count = (part: readonly Step[], mark: '-' | '+'): number => part.filter((step) => step.mark !== mark).length;
  const [lead, body] = [steps.slice(0, from), steps.slice(from, to)];
  const range = (skipped: number, length: number): string => {
    const start = length === 0 ? skipped : skipped + 1;
    return length === 1 ? `${start}` : `${start},${length}`;
  };
  const old = range(count(lead, '+'), count(body, '+'));
  const now = range(count(lead, '-'), count(body, '-'));
  return `@@ -${old} +${now} @@\n${body.map(({ mark, line }) => `${mark}${line}\n`).join('')}`;
}

/** Removals before additions where both fit, as diff prints them. */
function align(a: readonly string[], b: readonly string[]): Step[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) steps.push({ mark: ' ', line: a[i++] ?? '' }) && j++;
    else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1)))
      steps.push({ mark: '-', line: a[i++] ?? '' });
    else steps.push({ mark: '+', line: b[j++] ?? '' });
  }
  return steps;
}
