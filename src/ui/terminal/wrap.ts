/** Breaks prose at spaces so that it fits a terminal. Colour codes take no room. */

const colour = /\u001b\[[0-9;]*m/g;

export function visibleLength(text: string): number {
  return [...withoutColour(text)].length;
}

export function withoutColour(text: string): string {
  return text.replace(colour, '');
}

/** Words longer than the line are left whole: commands and addresses must stay copyable. */
export function wrap(text: string, columns: number, firstIndent = '', indent = firstIndent): string {
  const lines: string[] = [];
  let line = firstIndent;
  let empty = true;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (!empty && visibleLength(line) + 1 + visibleLength(word) > columns) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}
