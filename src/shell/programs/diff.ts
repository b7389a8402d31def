/** `diff`: unified, as BusyBox's always is. */
import { joinPath } from '../paths.ts';
import type { Process, Program } from '../process.ts';
import { absolute, complain, parseOptions, print, readAll, usage } from './applet.ts';

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

export const diff: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, {
    short: 'abdiL:NqrsTtU:wuBE',
    long: { brief: 'q', recursive: 'r', 'new-file': 'N', unified: 'u' },
  });
  const [first, second] = operands;
  if (operands.length !== 2 || first === undefined || second === undefined) return usage(process, 2);
  if (first === second && process.fs.stat(absolute(process, first))) return 0;
  const names = [first, second].map((name, i) => {
    const other = (i === 0 ? second : first).split('/').pop() ?? '';
    const isFolder = name !== '-' && process.fs.stat(absolute(process, name))?.type === 'directory';
    return isFolder && !flags.has('r') ? joinPath(name, other) : name;
  });
  const texts: string[] = [];
  for (const name of names) {
    const bytes = name === '-' ? await readAll(process.stdin) : process.fs.readFile(absolute(process, name));
    if (!bytes) {
      await complain(process, `can't stat '${name}': No such file or directory`);
      return 2;
    }
    texts.push(new TextDecoder().decode(bytes));
  }
  return compare(process, names, texts, { brief: flags.has('q'), context: Number(values.get('U') ?? 3), flags });
};

interface Style {
  readonly brief: boolean;
  readonly context: number;
  readonly flags: ReadonlySet<string>;
}

async function compare(
  process: Process,
  [left = '', right = '']: readonly string[],
  texts: readonly string[],
  { brief, context, flags }: Style,
): Promise<number> {
  const fold = (line: string): string => {
    const blanks = flags.has('w')
      ? line.replace(/\s+/g, '')
      : flags.has('b')
        ? line.replace(/\s+/g, ' ').trimEnd()
        : line;
    return flags.has('i') ? blanks.toLowerCase() : blanks;
  };
  const [a = [], b = []] = texts.map(linesOf);
  const edits = editsBetween(a, b, (x, y) => fold(x) === fold(y));
  if (edits.every(({ sign }) => sign === ' ')) {
    if (flags.has('s')) await print(process, `Files ${left} and ${right} are identical\n`);
    return 0;
  }
  if (brief) await print(process, `Files ${left} and ${right} differ\n`);
  else await print(process, `--- ${left}\n+++ ${right}\n${hunks(edits, context)}`);
  return 1;
}

/** A last line without newline is told apart, as diff tells it. */
function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  const last = lines.pop();
  return last === '' ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

/** A longest common subsequence; files in pods are short. */
function editsBetween(a: readonly string[], b: readonly string[], same: (x: string, y: string) => boolean): Edit[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = same(a[i] ?? '', b[j] ?? '')
        ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    if (x !== undefined && y !== undefined && same(x, y)) {
      edits.push({ sign: ' ', text: x });
      i++;
      j++;
    } else if (
      y === undefined ||
      (x !== undefined && (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      edits.push({ sign: '-', text: x ?? '' });
      i++;
    } else {
      edits.push({ sign: '+', text: y });
      j++;
    }
  }
  return edits;
}

function hunks(edits: readonly Edit[], context: number): string {
  let text = '';
  for (let at = 0; at < edits.length; ) {
    const change = edits.findIndex(({ sign }, i) => i >= at && sign !== ' ');
    if (change < 0) break;
    const start = Math.max(at, change - context);
    let end = change;
    for (let i = change; i < edits.length && i <= end + 2 * context + 1; i++) if (edits[i]?.sign !== ' ') end = i;
    const stop = Math.min(edits.length, end + context + 1);
    const shown = edits.slice(start, stop);
    const before = edits.slice(0, start);
    const range = (skip: '+' | '-'): string => {
      const count = shown.filter(({ sign }) => sign !== skip).length;
      const first = before.filter(({ sign }) => sign !== skip).length + (count > 0 ? 1 : 0);
      return count === 1 ? String(first) : `${first},${count}`;
    };
    text += `@@ -${range('+')} +${range('-')} @@\n${shown.map((edit) => `${edit.sign}${edit.text}\n`).join('')}`;
    at = stop;
  }
  return text;
}
