/**
 * The one command of a page's code block, as argv and standard input. Only what works in every shell and on every system is
 * accepted: words, quotes, line continuation, and one here-document; no pipes, no variables.
 */

export interface CommandLine {
  readonly argv: readonly string[];
  /** Text of the here-document. */
  readonly stdin?: string;
}

export type ParsedCommand = { readonly command: CommandLine } | { readonly problem: string };

const heredocPattern = /^<<-?\s*(['"]?)([A-Za-z_]\w*)\1/;

/** Reads `kubectl apply -f - <<'EOF' … EOF`, `kubectl exec web -- sh -c 'echo hi'` and the like. */
export function parseCommand(text: string): ParsedCommand {
  const source = text.replaceAll('\r\n', '\n').trim();
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const char = source[at] ?? '';
    const heredoc = heredocPattern.exec(rest);
    if (heredoc) {
      if (word !== undefined) words.push(word);
      return finishHeredoc(words, rest.slice(heredoc[0].length), heredoc[2] ?? '');
    }
    if (rest.startsWith('\\\n')) at += 2;
    else if (char === '\n')
      return { problem: 'more than one command in the block: give each command a block of its own' };
    else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
    } else if (char === "'" || char === '"') {
      const end = closingQuote(source, at);
      if (end < 0) return { problem: `a quote (${char}) is not closed` };
      word = (word ?? '') + unquote(source.slice(at + 1, end), char);
      at = end + 1;
    } else if (/[|&;<>()`$]/.test(char)) {
      return {
        problem: `"${char}" is not supported outside of quotes: one plain command, at most with a here-document`,
      };
    } else if (char === '\\') {
      word = (word ?? '') + (source[at + 1] ?? '');
      at += 2;
    } else {
      word = (word ?? '') + char;
      at++;
    }
  }
  if (word !== undefined) words.push(word);
  return finish(words);
}

function finishHeredoc(words: readonly string[], rest: string, delimiter: string): ParsedCommand {
  const newline = rest.indexOf('\n');
  if (newline < 0 || rest.slice(0, newline).trim() !== '')
    return { problem: 'nothing may follow the start of a here-document on its line' };
  const lines = rest.slice(newline + 1).split('\n');
  const end = lines.indexOf(delimiter);
  if (end < 0) return { problem: `the here-document is not closed by ${delimiter}` };
  if (lines.slice(end + 1).some((line) => line.trim() !== ''))
    return { problem: `something follows ${delimiter}: give each command a block of its own` };
  return finish(
    words,
    lines
      .slice(0, end)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

function finish(argv: readonly string[], stdin?: string): ParsedCommand {
  if (argv.length === 0) return { problem: 'the block holds no command' };
  return { command: stdin === undefined ? { argv } : { argv, stdin } };
}

function closingQuote(source: string, open: number): number {
  const quote = source[open];
  for (let at = open + 1; at < source.length; at++) {
    if (quote === '"' && source[at] === '\\') at++;
    else if (source[at] === quote) return at;
  }
  return -1;
}

/** Inside double quotes a backslash escapes only what the shell would otherwise read (POSIX 2.2.3). */
function unquote(text: string, quote: string): string {
  return quote === "'" ? text : text.replace(/\\([$`"\\])/g, '$1');
}
