/**
 * Aligns tab-separated cells as Go's text/tabwriter does, with spaces. kubectl's tables (minimum 6, padding 3) and
 * `describe` (minimum 0, padding 2) both go through it, so a column is a run of neighbouring lines that have that cell.
 */

export interface TabwriterOptions {
  /** Minimum width of a column, padding included. */
  readonly minimum: number;
  readonly padding: number;
}

export const tableLayout: TabwriterOptions = { minimum: 6, padding: 3 };
export const describeLayout: TabwriterOptions = { minimum: 0, padding: 2 };

/** Every cell but a line's last is padded. Widths count code points. */
export function alignTabs(text: string, options: TabwriterOptions): string {
  return align(text, options, undefined);
}

/** A writer that remembers: widths of one call carry over to the next and only grow, as `get -w` needs. */
export interface Tabwriter {
  align(text: string): string;
  forget(): void;
}

export function tabwriter(options: TabwriterOptions): Tabwriter {
  let remembered: number[] = [];
  return {
    align: (text) => align(text, options, remembered),
    forget() {
      remembered = [];
    },
  };
}

function align(text: string, options: TabwriterOptions, remembered: number[] | undefined): string {
  if (text === '') return '';
  const ends = text.endsWith('\n');
  const lines = (ends ? text.slice(0, -1) : text).split('\n').map((line) => line.split('\t'));
  const padded = lines.map((cells) => cells.map(() => 0));
  measure(lines, 0, lines.length, 0, padded, options, remembered);
  const out = lines.map((cells, row) => cells.map((cell, column) => pad(cell, padded[row]?.[column] ?? 0)).join(''));
  return `${out.join('\n')}${ends ? '\n' : ''}`;
}

/** Fills `widths` for the block of lines [from, to) from `column` on; recursion follows sub-blocks to the right. */
function measure(
  lines: readonly string[][],
  from: number,
  to: number,
  column: number,
  widths: number[][],
  options: TabwriterOptions,
  remembered: number[] | undefined,
): void {
  let row = from;
  while (row < to) {
    if (!terminated(lines[row], column)) {
      row++;
      continue;
    }
    let end = row;
    let width = options.minimum;
    while (end < to && terminated(lines[end], column)) {
      width = Math.max(width, [...(lines[end]?.[column] ?? '')].length + options.padding);
      end++;
    }
    if (remembered) {
      width = Math.max(width, remembered[column] ?? 0);
      remembered[column] = width;
    }
    for (let line = row; line < end; line++) {
      const own = widths[line];
      if (own) own[column] = width;
    }
    measure(lines, row, end, column + 1, widths, options, remembered);
    row = end;
  }
}

/** Only cells that a tab ends belong to a column. */
function terminated(cells: readonly string[] | undefined, column: number): boolean {
  return cells !== undefined && column < cells.length - 1;
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - [...cell].length));
}
