/** The right side of sed's `s`: what takes the place of a match. */

/** `&`, `\1`…`\9`, `\n`, and GNU's case switches `\U`, `\L`, `\u`, `\l`, `\E`. */
export function expandReplacement(replacement: string, groups: readonly string[]): string {
  let result = '';
  let mode: 'U' | 'L' | '' = '';
  let once: 'u' | 'l' | '' = '';
  const add = (text: string): void => {
    let piece = mode === 'U' ? text.toUpperCase() : mode === 'L' ? text.toLowerCase() : text;
    if (once !== '' && piece !== '') {
      piece = (once === 'u' ? piece[0]?.toUpperCase() : piece[0]?.toLowerCase()) + piece.slice(1);
      once = '';
    }
    result += piece;
  };
  for (let at = 0; at < replacement.length; at++) {
    const char = replacement[at] ?? '';
    if (char === '&') add(groups[0] ?? '');
    else if (char !== '\\') add(char);
    else {
      const next = replacement[++at] ?? '';
      if (/\d/.test(next)) add(groups[Number(next)] ?? '');
      else if (next === 'n') add('\n');
      else if (next === 't') add('\t');
      else if (next === 'U' || next === 'L') mode = next;
      else if (next === 'E') mode = '';
      else if (next === 'u' || next === 'l') once = next;
      else add(next);
    }
  }
  return result;
}
