/**
 * POSIX regular expressions, basic and extended, as JavaScript's. Leftmost-longest is not kept where alternatives overlap
 * (`a|ab`): there JavaScript takes the first. Everything else means the same.
 */

export class RegexProblem extends Error {}

const classRanges: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: ' \\t\\n\\r\\f\\v',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  cntrl: '\\x00-\\x1f\\x7f',
  print: ' -~',
  graph: '!-~',
};

/** Source of a JavaScript regular expression with the flags `u`. Throws RegexProblem with regcomp's words. */
export function translateRegex(pattern: string, extended: boolean): string {
  let result = '';
  let depth = 0;
  let atStart = true;
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at] ?? '';
    const next = pattern[at + 1];
    if (char === '[') {
      const set = translateSet(pattern, at);
      result += set.source;
      at = set.end;
      atStart = false;
      continue;
    }
    const token = char === '\\' ? `\\${next ?? ''}` : char;
    if (token === '\\' && next === undefined) throw new RegexProblem('Trailing backslash');
    const operator = operatorOf(token, extended);
    at += token.length;
    if (operator === undefined) {
      result += literal(token);
      atStart = false;
      continue;
    }
    if (operator === '(') depth++;
    if (operator === ')') {
      if (depth === 0) {
        if (!extended) throw new RegexProblem('Unmatched ) or \\)');
        result += '\\)';
        continue;
      }
      depth--;
    }
    if ('*+?{'.includes(operator) && atStart) {
      // A star with nothing to repeat is a star.
      result += operator === '{' ? '\\{' : `\\${operator}`;
      atStart = false;
      continue;
    }
    if (operator === '{') {
      const close = pattern.indexOf(extended ? '}' : '\\}', at);
      const bounds = pattern.slice(at, close);
      if (close < 0 || !/^\d*(?:,\d*)?$/.test(bounds) || bounds === '') {
        if (!extended) throw new RegexProblem('Invalid preceding regular expression');
        result += '\\{';
        continue;
      }
      result += `{${bounds.startsWith(',') ? `0${bounds}` : bounds}}`;
      at = close + (extended ? 1 : 2);
      continue;
    }
    if (operator === '^' && !extended && !atStart) {
      result += '\\^';
      continue;
    }
    if (operator === '$' && !extended && at < pattern.length && !/^\\[)|]/.test(pattern.slice(at))) {
      result += '\\$';
      continue;
    }
    result += repeated(result, operator) ? '' : operator;
    atStart = operator === '(' || operator === '|' || operator === '^';
  }
  if (depth > 0) throw new RegexProblem('Unmatched ( or \\(');
  return result;
}

/** `a**` is one star to POSIX and an error to JavaScript. */
function repeated(before: string, operator: string): boolean {
  return '*+?'.includes(operator) && /(?:^|[^\\])(?:\\\\)*[*+?]$/.test(before);
}

function operatorOf(token: string, extended: boolean): string | undefined {
  if (token === '*' || token === '^' || token === '$' || token === '.') return token === '.' ? '[^\\0]' : token;
  if (token === '\\<') return '\\b(?=\\w)';
  if (token === '\\>') return '\\b(?<=\\w)';
  if (['\\b', '\\B', '\\w', '\\W', '\\s', '\\S'].includes(token) || /^\\[1-9]$/.test(token)) return token;
  if (extended) return '(){}|+?'.includes(token) && token !== '}' ? token : undefined;
  return token.length === 2 && '(){|+?'.includes(token[1] ?? '') ? token[1] : undefined;
}

function literal(token: string): string {
  if (token === '\\n') return '\\n';
  if (token === '\\t') return '\\t';
  const char = token.length === 2 && token.startsWith('\\') ? (token[1] ?? '') : token;
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

function translateSet(pattern: string, open: number): { readonly source: string; readonly end: number } {
  let at = open + 1;
  let source = '[';
  if (pattern[at] === '^') {
    source += '^';
    at++;
  }
  const first = at;
  for (; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    if (char === ']' && at > first) return { source: source === '[' ? '(?!)' : `${source}]`, end: at + 1 };
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at));
    if (named) {
      const range = classRanges[named[1] ?? ''];
      if (range === undefined) throw new RegexProblem('Invalid character class name');
      source += range;
      at += named[0].length - 1;
      continue;
    }
    const isRange = char === '-' && at > first && pattern[at + 1] !== ']' && pattern[at + 1] !== undefined;
    if (isRange) source += '-';
    else if (char === '\\' && pattern[at + 1] === 'n') {
      source += '\\n';
      at++;
    } else source += /[\\\]^[-]/.test(char) ? `\\${char}` : char;
  }
  throw new RegexProblem('Unmatched [, [^, [:, [., or [=');
}

/** Throws RegexProblem also for what only JavaScript finds wrong. */
export function compileRegex(
  pattern: string,
  options: { readonly extended: boolean; readonly ignoreCase?: boolean; readonly global?: boolean },
): RegExp {
  const source = translateRegex(pattern, options.extended);
  const flags = `${options.ignoreCase ? 'i' : ''}${options.global ? 'g' : ''}`;
  try {
    return new RegExp(source, flags);
  } catch {
    throw new RegexProblem('Invalid preceding regular expression');
  }
}
