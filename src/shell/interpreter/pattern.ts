/** Shell patterns: `*`, `?`, `[…]`. Matching takes at most length × pattern steps, so no pattern can hang the shell. */

/** Text with the mark whether it was quoted: quoted characters stand for themselves. */
export interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

type Token =
  | { readonly type: 'char'; readonly char: string }
  | { readonly type: 'any' | 'star' }
  | { readonly type: 'set'; readonly negated: boolean; readonly matches: (char: string) => boolean };

export interface Pattern {
  /** Has a wildcard: worth looking at directories for. */
  readonly magic: boolean;
  /** What it stands for when it has none. */
  readonly literal: string;
  matches(text: string): boolean;
  /** Length of the shortest or longest matching prefix or suffix, in UTF-16 units; undefined: none. */
  matchEnd(text: string, side: 'prefix' | 'suffix', longest: boolean): number | undefined;
}

export function compilePattern(pieces: readonly Piece[]): Pattern {
  const tokens = tokenize(pieces);
  const magic = tokens.some((token) => token.type !== 'char');
  const literal = tokens.map((token) => (token.type === 'char' ? token.char : '')).join('');
  return {
    magic,
    literal,
    matches: (text) => matchTokens(tokens, [...text]),
    matchEnd(text, side, longest) {
      const chars = [...text];
      const lengths = Array.from({ length: chars.length + 1 }, (_, i) => i);
      if (longest) lengths.reverse();
      for (const length of lengths) {
        const part = side === 'prefix' ? chars.slice(0, length) : chars.slice(chars.length - length);
        if (matchTokens(tokens, part)) return part.join('').length;
      }
      return undefined;
    },
  };
}

/** A pattern that is one unquoted text. */
export function plainPattern(text: string): Pattern {
  return compilePattern([{ text, quoted: false }]);
}

/** Greedy with one point of return: the last star. */
function matchTokens(tokens: readonly Token[], chars: readonly string[]): boolean {
  let at = 0;
  let token = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < chars.length) {
    const current = tokens[token];
    if (current?.type === 'star') {
      starToken = token++;
      starAt = at;
    } else if (current && matchOne(current, chars[at] ?? '')) {
      token++;
      at++;
    } else if (starToken >= 0) {
      token = starToken + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token]?.type === 'star') token++;
  return token === tokens.length;
}

function matchOne(token: Token, char: string): boolean {
  switch (token.type) {
    case 'char':
      return token.char === char;
    case 'any':
      return true;
    case 'set':
      return token.matches(char) !== token.negated;
    case 'star':
      return false;
  }
}

interface MarkedChar {
  readonly char: string;
  readonly quoted: boolean;
}

function tokenize(pieces: readonly Piece[]): readonly Token[] {
  const chars: readonly MarkedChar[] = pieces.flatMap(({ text, quoted }) =>
    [...text].map((char) => ({ char, quoted })),
  );
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length; at++) {
    const { char, quoted } = chars[at] ?? { char: '', quoted: true };
    const next = chars[at + 1];
    if (quoted) tokens.push({ type: 'char', char });
    else if (char === '\\' && next) {
      tokens.push({ type: 'char', char: next.char });
      at++;
    } else if (char === '*') tokens.push({ type: 'star' });
    else if (char === '?') tokens.push({ type: 'any' });
    else if (char === '[') {
      const set = parseSet(chars, at);
      tokens.push(set?.token ?? { type: 'char', char });
      if (set) at = set.last;
    } else tokens.push({ type: 'char', char });
  }
  return tokens;
}

/** Undefined when no bracket closes it: then `[` is an ordinary character. */
function parseSet(
  chars: readonly MarkedChar[],
  open: number,
): { readonly token: Token; readonly last: number } | undefined {
  const isPlain = (at: number, char: string): boolean => chars[at]?.char === char && !chars[at]?.quoted;
  let at = open + 1;
  const negated = isPlain(at, '!') || isPlain(at, '^');
  if (negated) at++;
  const first = at;
  const tests: ((char: string) => boolean)[] = [];
  for (; at < chars.length; at++) {
    if (isPlain(at, ']') && at > first) {
      return { token: { type: 'set', negated, matches: (char) => tests.some((test) => test(char)) }, last: at };
    }
    const named = isPlain(at, '[') && isPlain(at + 1, ':') ? className(chars, at + 2) : undefined;
    if (named !== undefined) {
      const test = classes[named] ?? (() => false);
      tests.push(test);
      at += named.length + 3;
      continue;
    }
    if (isPlain(at, '\\') && chars[at + 1]) at++;
    const from = chars[at]?.char ?? '';
    const ranged = isPlain(at + 1, '-') && chars[at + 2] !== undefined && !isPlain(at + 2, ']');
    const to = ranged ? (chars[at + 2]?.char ?? '') : from;
    tests.push((char) => char >= from && char <= to);
    if (ranged) at += 2;
  }
  return undefined;
}

function className(chars: readonly MarkedChar[], start: number): string | undefined {
  const text = chars
    .slice(start, start + 9)
    .map(({ char }) => char)
    .join('');
  return /^([a-z]+):\]/.exec(text)?.[1];
}

const classes: Readonly<Record<string, (char: string) => boolean>> = {
  alpha: (char) => /^[A-Za-z]$/.test(char),
  digit: (char) => /^\d$/.test(char),
  alnum: (char) => /^[A-Za-z0-9]$/.test(char),
  upper: (char) => /^[A-Z]$/.test(char),
  lower: (char) => /^[a-z]$/.test(char),
  space: (char) => /^[ \t\n\r\f\v]$/.test(char),
  blank: (char) => char === ' ' || char === '\t',
  punct: (char) => /^[!-/:-@[-`{-~]$/.test(char),
  xdigit: (char) => /^[0-9A-Fa-f]$/.test(char),
  cntrl: (char) => /^[\x00-\x1f\x7f]$/.test(char),
  print: (char) => /^[ -~]$/.test(char),
  graph: (char) => /^[!-~]$/.test(char),
};
