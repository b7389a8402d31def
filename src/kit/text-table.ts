/** Aligned columns for people: each column as wide as its widest cell, `gap` spaces between, no trailing spaces. */
export function textTable(rows: readonly (readonly string[])[], gap = 3): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, [...cell].length);
    });
  }
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => pad(cell, (widths[i] ?? 0) + gap))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - [...cell].length));
}
