/** How do two texts differ, line by line? A unified diff with three lines around each change, as Go's difflib writes it. */

const context = 3;

interface Step {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** Empty when equal. Hunk headers, no file names; ends with a newline. */
export function unifiedDiff(before: readonly string[], after: readonly string[]): string {
  const steps = align(before, after);
  const hunks: string[] = [];
  let at = 0;
  while (at < steps.length) {
    const first = steps.findIndex((step, index) => index >= at && step.mark !== ' ');
    if (first < 0) break;
    const start = Math.max(at, first - context);
    const end = endOfHunk(steps, first);
    hunks.push(printHunk(steps, start, end));
    at = end;
  }
  return hunks.join('');
}

/** Behind the last change that is near enough to the one before, and its context. */
function endOfHunk(steps: readonly Step[], first: number): number {
  let last = first;
  for (let index = first; index < steps.length && index - last <= context * 2; index++) {
    if (steps[index]?.mark !== ' ') last = index;
  }
  return Math.min(steps.length, last + context + 1);
}

function printHunk(steps: readonly Step[], start: number, end: number): string {
  const count = (marks: string, from: number, to: number): number =>
    steps.slice(from, to).filter(({ mark }) => marks.includes(mark)).length;
  const range = (marks: string): string => `${count(marks, 0, start) + 1},${count(marks, start, end)}`;
  const lines = steps.slice(start, end).map(({ mark, text }) => `${mark}${text}\n`);
  return `@@ -${range(' -')} +${range(' +')} @@\n${lines.join('')}`;
}

/** The longest common subsequence decides; what the texts share at both ends is not looked at. */
function align(before: readonly string[], after: readonly string[]): Step[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < Math.min(before.length, after.length) - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const same = (lines: readonly string[]): Step[] => lines.map((text) => ({ mark: ' ', text }));
  const left = before.slice(head, before.length - tail);
  const right = after.slice(head, after.length - tail);
  return [...same(before.slice(0, head)), ...alignMiddle(left, right), ...same(before.slice(before.length - tail))];
}

function alignMiddle(left: readonly string[], right: readonly string[]): Step[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] =
        left[i] === right[j]
          ? (lengths[at + width + 1] ?? 0) + 1
          : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
    }
  }
  const steps: Step[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const at = i * width + j;
    if (i < left.length && j < right.length && left[i] === right[j]) {
      steps.push({ mark: ' ', text: left[i++] ?? '' });
      j++;
    } else if (i < left.length && (j >= right.length || (lengths[at + width] ?? 0) >= (lengths[at + 1] ?? 0))) {
      steps.push({ mark: '-', text: left[i++] ?? '' });
    } else steps.push({ mark: '+', text: right[j++] ?? '' });
  }
  return steps;
}
