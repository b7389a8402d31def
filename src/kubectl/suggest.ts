/** "Did you mean this?": commands near a mistyped one, as cobra finds them (distance ≤ 2, or a common prefix), in the
 * order of the commands. */
import type { Command } from './command.ts';

export function suggestCommands(word: string, commands: readonly Command[]): string[] {
  const typed = word.toLowerCase();
  return commands.map(({ name }) => name).filter((name) => distance(typed, name) <= 2 || name.startsWith(typed));
}

/** Levenshtein. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
