/**
 * The words of Calico's selector language. `contains`, `in` and their like are operators only right after a label, so a label
 * may be called "in" or "has" (libcalico-go/lib/selector/tokenizer).
 */
export type TokenKind =
  | '('
  | ')'
  | '{'
  | '}'
  | ','
  | '=='
  | '!='
  | '!'
  | '&&'
  | '||'
  | 'in'
  | 'not in'
  | 'contains'
  | 'starts with'
  | 'ends with'
  | 'label'
  | 'string'
  | 'has'
  | 'all'
  | 'global'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Of a label, string or has(): its content. */
  readonly value: string;
  readonly text: string;
  readonly offset: number;
}

const symbols = ['==', '!=', '&&', '||', '!', '(', ')', '{', '}', ','] as const;
const spaces = /[ \t]*/y;
const quoted = /"([^"]*)"|'([^']*)'/y;
const operators = /contains|starts[ \t]*with|ends[ \t]*with|not[ \t]*in|in/y;
const call = /(?:has\([ \t]*([a-zA-Z0-9_./-]{1,512})[ \t]*\)|(all|global)\([ \t]*\))/y;
const label = /[a-zA-Z0-9_./-]{1,512}/y;

/** Tokens with an `end` at the end, or what could not be read. */
export function tokenizeSelector(input: string): Token[] | { readonly error: string } {
  const tokens: Token[] = [];
  let offset = 0;
  const skip = (): void => {
    offset += match(spaces, input, offset)?.[0].length ?? 0;
  };
  for (skip(); offset < input.length; skip()) {
    const token = readToken(input, offset, tokens.at(-1)?.kind === 'label');
    if (!token) return { error: `cannot read ${JSON.stringify(input.slice(offset, offset + 20))} at offset ${offset}` };
    tokens.push(token);
    offset += token.text.length;
  }
  tokens.push({ kind: 'end', value: '', text: '', offset });
  return tokens;
}

function readToken(input: string, offset: number, afterLabel: boolean): Token | undefined {
  const symbol = symbols.find((candidate) => input.startsWith(candidate, offset));
  if (symbol) return { kind: symbol, value: '', text: symbol, offset };
  const string = match(quoted, input, offset);
  if (string) return { kind: 'string', value: string[1] ?? string[2] ?? '', text: string[0], offset };
  if (afterLabel) {
    const operator = match(operators, input, offset)?.[0];
    return operator === undefined ? undefined : { kind: operatorKind(operator), value: '', text: operator, offset };
  }
  const called = match(call, input, offset);
  if (called) {
    const kind = called[2] === 'all' ? 'all' : called[2] === 'global' ? 'global' : 'has';
    return { kind, value: called[1] ?? '', text: called[0], offset };
  }
  const word = match(label, input, offset)?.[0];
  return word === undefined ? undefined : { kind: 'label', value: word, text: word, offset };
}

function operatorKind(text: string): TokenKind {
  if (text.startsWith('starts')) return 'starts with';
  if (text.startsWith('ends')) return 'ends with';
  if (text.startsWith('not')) return 'not in';
  return text === 'in' ? 'in' : 'contains';
}

function match(pattern: RegExp, input: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(input);
}
