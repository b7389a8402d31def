/** awk's text as tokens. A slash is a division or the start of a regular expression: the token before it decides. */

export interface Token {
  readonly type:
    | 'number'
    | 'string'
    | 'regex'
    | 'name'
    | 'function-name'
    | 'keyword'
    | 'builtin'
    | 'operator'
    | 'newline'
    | 'end';
  readonly text: string;
  readonly line: number;
}

export class AwkProblem extends Error {}

const keywords: ReadonlySet<string> = new Set([
  'BEGIN',
  'END',
  'function',
  'func',
  'if',
  'else',
  'while',
  'for',
  'do',
  'break',
  'continue',
  'next',
  'nextfile',
  'exit',
  'return',
  'delete',
  'in',
  'getline',
  'print',
  'printf',
]);

export const builtinFunctions: ReadonlySet<string> = new Set([
  'length',
  'substr',
  'index',
  'split',
  'sub',
  'gsub',
  'match',
  'sprintf',
  'sin',
  'cos',
  'atan2',
  'exp',
  'log',
  'sqrt',
  'int',
  'rand',
  'srand',
  'tolower',
  'toupper',
  'system',
  'close',
  'fflush',
  'strftime',
  'systime',
  'and',
  'or',
  'xor',
  'lshift',
  'rshift',
  'compl',
]);

const operators = [
  '**=',
  '&&',
  '||',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '^=',
  '**',
  '==',
  '<=',
  '>=',
  '!=',
  '!~',
  '>>',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '!',
  '>',
  '<',
  '|',
  '?',
  ':',
  '~',
  '$',
  '=',
];

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  '/': '/',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** Throws AwkProblem. */
export function tokenizeAwk(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  const push = (type: Token['type'], text: string): void => void tokens.push({ type, text, line });
  while (at < source.length) {
    const rest = source.slice(at);
    const blank = /^(?:[ \t\r]|\\\r?\n|#[^\n]*)+/.exec(rest)?.[0];
    if (blank !== undefined) {
      line += blank.split('\n').length - 1;
      at += blank.length;
      continue;
    }
    if (rest.startsWith('\n')) {
      push('newline', '\n');
      line++;
      at++;
      continue;
    }
    const word = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest)?.[0];
    if (word !== undefined) {
      const type = keywords.has(word)
        ? 'keyword'
        : builtinFunctions.has(word)
          ? 'builtin'
          : rest[word.length] === '('
            ? 'function-name'
            : 'name';
      push(type, word);
      at += word.length;
    } else if (number !== undefined) {
      push('number', number);
      at += number.length;
    } else if (rest.startsWith('"')) {
      at += readString(rest, (text) => push('string', text));
    } else if (rest.startsWith('/') && regexAllowed(tokens.at(-1))) {
      const regex = /^\/((?:\\.|\[(?:\[:\w+:\]|\\.|[^\]\\\n])+\]|[^/\\\n[])*)\//.exec(rest);
      if (!regex) throw new AwkProblem('unterminated regex');
      push('regex', (regex[1] ?? '').replaceAll('\\/', '/'));
      at += regex[0].length;
    } else {
      const operator = operators.find((each) => rest.startsWith(each));
      if (operator === undefined) throw new AwkProblem(`syntax error at line ${line}: unexpected '${rest[0]}'`);
      push('operator', operator === '**' ? '^' : operator === '**=' ? '^=' : operator);
      at += operator.length;
    }
  }
  push('end', '');
  return tokens;
}

function regexAllowed(before: Token | undefined): boolean {
  if (!before) return true;
  if (before.type === 'operator') return ![')', ']', '$', '++', '--'].includes(before.text);
  return before.type === 'newline' || (before.type === 'keyword' && before.text !== 'getline');
}

/** Returns how many characters it took. */
function readString(rest: string, add: (text: string) => void): number {
  let text = '';
  for (let at = 1; at < rest.length; at++) {
    const char = rest[at] ?? '';
    if (char === '"') {
      add(text);
      return at + 1;
    }
    if (char === '\n') break;
    if (char !== '\\') {
      text += char;
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(rest.slice(at + 1))?.[0];
    if (octal !== undefined) {
      text += String.fromCharCode(Number.parseInt(octal, 8));
      at += octal.length;
    } else {
      const next = rest[++at] ?? '';
      text += next === '\n' ? '' : (escapes[next] ?? `\\${next}`);
    }
  }
  throw new AwkProblem('Unexpected end of string');
}
