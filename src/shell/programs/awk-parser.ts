/** awk's grammar: from tokens to a tree, by recursive descent. */
import { AwkProblem, type Token, tokenizeAwk } from './awk-lexer.ts';

export type Expr =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'regex'; readonly source: string }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'field'; readonly index: Expr }
  | { readonly type: 'element'; readonly array: string; readonly keys: readonly Expr[] }
  | { readonly type: 'assign'; readonly operator: string; readonly target: Target; readonly value: Expr }
  | { readonly type: 'conditional'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expr; readonly right: Expr }
  | { readonly type: 'unary'; readonly operator: '!' | '-' | '+'; readonly operand: Expr }
  | { readonly type: 'step'; readonly by: 1 | -1; readonly prefix: boolean; readonly target: Target }
  | { readonly type: 'in'; readonly keys: readonly Expr[]; readonly array: string }
  | { readonly type: 'call'; readonly name: string; readonly builtin: boolean; readonly args: readonly Expr[] }
  | { readonly type: 'group'; readonly inner: Expr }
  | {
      readonly type: 'getline';
      readonly target: Target | undefined;
      readonly from: 'main' | 'file' | 'command';
      readonly source: Expr | undefined;
    };

export type Target = Extract<Expr, { readonly type: 'variable' | 'field' | 'element' }>;

export type Statement =
  | { readonly type: 'block'; readonly body: readonly Statement[] }
  | { readonly type: 'expression'; readonly value: Expr }
  | {
      readonly type: 'print' | 'printf';
      readonly args: readonly Expr[];
      readonly redirect: { readonly operator: '>' | '>>' | '|'; readonly to: Expr } | undefined;
    }
  | { readonly type: 'if'; readonly test: Expr; readonly yes: Statement; readonly no: Statement | undefined }
  | { readonly type: 'while'; readonly test: Expr; readonly body: Statement; readonly atLeastOnce: boolean }
  | {
      readonly type: 'for';
      readonly start: Statement | undefined;
      readonly test: Expr | undefined;
      readonly next: Statement | undefined;
      readonly body: Statement;
    }
  | { readonly type: 'for-in'; readonly name: string; readonly array: string; readonly body: Statement }
  | { readonly type: 'delete'; readonly array: string; readonly keys: readonly Expr[] | undefined }
  | { readonly type: 'exit' | 'return'; readonly value: Expr | undefined }
  | { readonly type: 'next' | 'nextfile' | 'break' | 'continue' };

export interface Rule {
  readonly pattern: 'BEGIN' | 'END' | 'always' | { readonly from: Expr; readonly to: Expr | undefined };
  /** Undefined: print the record. */
  readonly body: Statement | undefined;
}

export interface AwkProgram {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, { readonly parameters: readonly string[]; readonly body: Statement }>;
}

/** Throws AwkProblem. */
export function parseAwk(source: string): AwkProgram {
  return new Parser(tokenizeAwk(source)).program();
}

const comparisons = ['<', '<=', '==', '!=', '>', '>='];
const assignments = ['=', '+=', '-=', '*=', '/=', '%=', '^='];

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Inside print's arguments `>` redirects, inside for's head `in` belongs to the loop. */
  #noGreater = 0;
  #noIn = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  program(): AwkProgram {
    const rules: Rule[] = [];
    const functions = new Map<string, { parameters: readonly string[]; body: Statement }>();
    for (;;) {
      this.#skipSeparators();
      if (this.#peek.type === 'end') return { rules, functions };
      if (this.#acceptWord('function') || this.#acceptWord('func')) {
        const name = this.#take().text;
        this.#expect('(');
        const parameters: string[] = [];
        while (!this.#accept(')')) {
          this.#newlines();
          parameters.push(this.#take().text);
          this.#accept(',');
        }
        this.#newlines();
        functions.set(name, { parameters, body: this.#block() });
      } else rules.push(this.#rule());
    }
  }

  get #peek(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '', line: 0 };
  }

  #take(): Token {
    const token = this.#peek;
    this.#at++;
    return token;
  }

  #is(...texts: readonly string[]): boolean {
    return this.#peek.type === 'operator' && texts.includes(this.#peek.text);
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #acceptWord(text: string): boolean {
    if (this.#peek.type !== 'keyword' || this.#peek.text !== text) return false;
    this.#at++;
    return true;
  }

  #fail(): never {
    throw new AwkProblem(
      this.#peek.type === 'end' || this.#peek.type === 'newline' ? 'Unexpected token' : 'Unexpected token',
    );
  }

  #expect(text: string): void {
    if (!this.#accept(text)) this.#fail();
  }

  #newlines(): void {
    while (this.#peek.type === 'newline') this.#at++;
  }

  #skipSeparators(): void {
    while (this.#peek.type === 'newline' || this.#is(';')) this.#at++;
  }

  #rule(): Rule {
    const body = (): Statement | undefined => (this.#is('{') ? this.#block() : undefined);
    if (this.#acceptWord('BEGIN')) return { pattern: 'BEGIN', body: body() };
    if (this.#acceptWord('END')) return { pattern: 'END', body: body() };
    if (this.#is('{')) return { pattern: 'always', body: this.#block() };
    const from = this.#expression();
    let to: Expr | undefined;
    if (this.#accept(',')) {
      this.#newlines();
      to = this.#expression();
    }
    return { pattern: { from, to }, body: body() };
  }

  #block(): Statement {
    this.#expect('{');
    const body: Statement[] = [];
    for (;;) {
      this.#skipSeparators();
      if (this.#accept('}')) return { type: 'block', body };
      if (this.#peek.type === 'end') this.#fail();
      body.push(this.#statement());
    }
  }

  #endStatement(): void {
    if (this.#peek.type === 'newline' || this.#is(';')) this.#at++;
    else if (!this.#is('}') && this.#peek.type !== 'end') this.#fail();
  }

  #statement(): Statement {
    if (this.#is('{')) return this.#block();
    if (this.#accept(';')) return { type: 'block', body: [] };
    const token = this.#peek;
    if (token.type === 'keyword') {
      switch (token.text) {
        case 'if':
          return this.#if();
        case 'while':
          return this.#while();
        case 'do':
          return this.#do();
        case 'for':
          return this.#for();
        case 'next':
        case 'nextfile':
        case 'break':
        case 'continue':
          this.#at++;
          this.#endStatement();
          return { type: token.text };
        case 'exit':
        case 'return': {
          this.#at++;
          const value =
            this.#peek.type === 'newline' || this.#is(';', '}') || this.#peek.type === 'end'
              ? undefined
              : this.#expression();
          this.#endStatement();
          return { type: token.text, value };
        }
      }
    }
    const statement = this.#simple();
    this.#endStatement();
    return statement;
  }

  #simple(): Statement {
    if (this.#acceptWord('print')) return this.#print('print');
    if (this.#acceptWord('printf')) return this.#print('printf');
    if (!this.#acceptWord('delete')) return { type: 'expression', value: this.#expression() };
    const array = this.#take().text;
    if (!this.#accept('[')) return { type: 'delete', array, keys: undefined };
    const keys = this.#list();
    this.#expect(']');
    return { type: 'delete', array, keys };
  }

  #print(type: 'print' | 'printf'): Statement {
    const args: Expr[] = [];
    const atEnd = (): boolean =>
      this.#peek.type === 'newline' || this.#peek.type === 'end' || this.#is(';', '}', '>', '>>', '|');
    if (!atEnd()) {
      this.#noGreater++;
      const parenthesised = this.#is('(') ? this.#printGroup(atEnd) : undefined;
      args.push(...(parenthesised ?? this.#list()));
      this.#noGreater--;
    }
    const operator = this.#is('>', '>>', '|') ? this.#take().text : undefined;
    if (operator === undefined) return { type, args, redirect: undefined };
    this.#noGreater++;
    const to = this.#concatenation();
    this.#noGreater--;
    return { type, args, redirect: { operator: operator as '>', to } };
  }

  /** `print (a, b)`: parentheses around everything. Undefined: they belong to an expression; nothing was taken. */
  #printGroup(atEnd: () => boolean): readonly Expr[] | undefined {
    const start = this.#at;
    this.#expect('(');
    const outer = this.#noGreater;
    this.#noGreater = 0;
    const args = this.#list();
    this.#noGreater = outer;
    if (this.#accept(')') && atEnd()) return args;
    this.#at = start;
    return undefined;
  }

  #parenthesised(): Expr {
    this.#expect('(');
    const value = this.#expression();
    this.#expect(')');
    this.#newlines();
    return value;
  }

  #if(): Statement {
    this.#at++;
    const test = this.#parenthesised();
    const yes = this.#statement();
    const start = this.#at;
    this.#skipSeparators();
    if (!this.#acceptWord('else')) {
      this.#at = start;
      return { type: 'if', test, yes, no: undefined };
    }
    this.#newlines();
    return { type: 'if', test, yes, no: this.#statement() };
  }

  #while(): Statement {
    this.#at++;
    const test = this.#parenthesised();
    return { type: 'while', test, body: this.#statement(), atLeastOnce: false };
  }

  #do(): Statement {
    this.#at++;
    this.#newlines();
    const body = this.#statement();
    this.#skipSeparators();
    if (!this.#acceptWord('while')) this.#fail();
    const test = this.#parenthesised();
    return { type: 'while', test, body, atLeastOnce: true };
  }

  #for(): Statement {
    this.#at++;
    this.#expect('(');
    const [name, keyword, array, close] = this.#tokens.slice(this.#at, this.#at + 4);
    if (name?.type === 'name' && keyword?.text === 'in' && array?.type === 'name' && close?.text === ')') {
      this.#at += 4;
      this.#newlines();
      return { type: 'for-in', name: name.text, array: array.text, body: this.#statement() };
    }
    const start = this.#is(';') ? undefined : this.#simple();
    this.#expect(';');
    this.#newlines();
    const test = this.#is(';') ? undefined : this.#expression();
    this.#expect(';');
    this.#newlines();
    const next = this.#is(')') ? undefined : this.#simple();
    this.#expect(')');
    this.#newlines();
    return { type: 'for', start, test, next, body: this.#statement() };
  }

  #list(): readonly Expr[] {
    const list = [this.#expression()];
    while (this.#accept(',')) {
      this.#newlines();
      list.push(this.#expression());
    }
    return list;
  }

  #expression(): Expr {
    const left = this.#ternary();
    if (!this.#is(...assignments)) return left;
    if (left.type !== 'variable' && left.type !== 'field' && left.type !== 'element') this.#fail();
    const operator = this.#take().text;
    this.#newlines();
    return { type: 'assign', operator, target: left, value: this.#expression() };
  }

  #ternary(): Expr {
    const test = this.#or();
    if (!this.#accept('?')) return test;
    this.#newlines();
    const yes = this.#expression();
    this.#newlines();
    this.#expect(':');
    this.#newlines();
    return { type: 'conditional', test, yes, no: this.#expression() };
  }

  #or(): Expr {
    let left = this.#and();
    while (this.#accept('||')) {
      this.#newlines();
      left = { type: 'binary', operator: '||', left, right: this.#and() };
    }
    return left;
  }

  #and(): Expr {
    let left = this.#in();
    while (this.#accept('&&')) {
      this.#newlines();
      left = { type: 'binary', operator: '&&', left, right: this.#in() };
    }
    return left;
  }

  #in(): Expr {
    let left = this.#match();
    while (this.#noIn === 0 && this.#acceptWord('in')) left = { type: 'in', keys: [left], array: this.#take().text };
    return left;
  }

  #match(): Expr {
    let left = this.#comparison();
    while (this.#is('~', '!~')) left = { type: 'binary', operator: this.#take().text, left, right: this.#comparison() };
    return left;
  }

  #comparison(): Expr {
    const left = this.#pipedGetline(this.#concatenation());
    if (!this.#is(...comparisons) || (this.#is('>') && this.#noGreater > 0)) return left;
    return { type: 'binary', operator: this.#take().text, left, right: this.#concatenation() };
  }

  /** `"command" | getline line`. */
  #pipedGetline(command: Expr): Expr {
    let left = command;
    while (this.#is('|') && this.#tokens[this.#at + 1]?.text === 'getline') {
      this.#at += 2;
      left = { type: 'getline', target: this.#optionalTarget(), from: 'command', source: left };
    }
    return left;
  }

  #concatenation(): Expr {
    let left = this.#additive();
    while (this.#startsOperand()) left = { type: 'binary', operator: ' ', left, right: this.#additive() };
    return left;
  }

  #startsOperand(): boolean {
    const { type, text } = this.#peek;
    if (['number', 'string', 'regex', 'name', 'function-name', 'builtin'].includes(type)) return true;
    return type === 'operator' && ['$', '!', '(', '-', '+', '++', '--'].includes(text);
  }

  #additive(): Expr {
    let left = this.#multiplicative();
    while (this.#is('+', '-'))
      left = { type: 'binary', operator: this.#take().text, left, right: this.#multiplicative() };
    return left;
  }

  #multiplicative(): Expr {
    let left = this.#unary();
    while (this.#is('*', '/', '%')) left = { type: 'binary', operator: this.#take().text, left, right: this.#unary() };
    return left;
  }

  #unary(): Expr {
    if (this.#is('!', '-', '+')) {
      const operator = this.#take().text as '!';
      return { type: 'unary', operator, operand: this.#unary() };
    }
    return this.#power();
  }

  #power(): Expr {
    const base = this.#postfix();
    if (!this.#accept('^')) return base;
    return { type: 'binary', operator: '^', left: base, right: this.#unaryPower() };
  }

  /** `2^-1`: a sign is allowed on the right. */
  #unaryPower(): Expr {
    if (!this.#is('!', '-', '+')) return this.#power();
    const operator = this.#take().text as '-';
    return { type: 'unary', operator, operand: this.#unaryPower() };
  }

  #postfix(): Expr {
    if (this.#is('++', '--')) {
      const by = this.#take().text === '++' ? 1 : -1;
      return { type: 'step', by, prefix: true, target: this.#target(this.#primary()) };
    }
    const value = this.#primary();
    if (value.type !== 'variable' && value.type !== 'field' && value.type !== 'element') return value;
    if (this.#accept('++')) return { type: 'step', by: 1, prefix: false, target: value };
    if (this.#accept('--')) return { type: 'step', by: -1, prefix: false, target: value };
    return value;
  }

  #target(value: Expr): Target {
    if (value.type === 'variable' || value.type === 'field' || value.type === 'element') return value;
    return this.#fail();
  }

  #optionalTarget(): Target | undefined {
    return this.#is('$') || this.#peek.type === 'name' ? this.#target(this.#primary()) : undefined;
  }

  #primary(): Expr {
    const token = this.#take();
    switch (token.type) {
      case 'number':
        return { type: 'number', value: Number(token.text) };
      case 'string':
        return { type: 'string', value: token.text };
      case 'regex':
        return { type: 'regex', source: token.text };
      case 'name':
        if (!this.#accept('[')) return { type: 'variable', name: token.text };
        return { type: 'element', array: token.text, keys: this.#subscript() };
      case 'function-name':
      case 'builtin':
        return this.#call(token);
      case 'keyword':
        if (token.text === 'getline') return this.#getline();
        break;
      case 'operator':
        if (token.text === '$') return { type: 'field', index: this.#fieldIndex() };
        if (token.text === '(') return this.#group();
        break;
      default:
        break;
    }
    this.#at--;
    return this.#fail();
  }

  #fieldIndex(): Expr {
    if (!this.#is('++', '--', '-', '+', '!')) return this.#primary();
    if (this.#is('++', '--')) return this.#postfix();
    const operator = this.#take().text as '-';
    return { type: 'unary', operator, operand: this.#fieldIndex() };
  }

  #subscript(): readonly Expr[] {
    const keys = this.#list();
    this.#expect(']');
    return keys;
  }

  #call(token: Token): Expr {
    const builtin = token.type === 'builtin';
    if (!this.#accept('(')) {
      if (token.text !== 'length') this.#fail();
      return { type: 'call', name: 'length', builtin, args: [] };
    }
    const outer = this.#noGreater;
    this.#noGreater = 0;
    this.#newlines();
    const args = this.#is(')') ? [] : this.#list();
    this.#newlines();
    this.#expect(')');
    this.#noGreater = outer;
    return { type: 'call', name: token.text, builtin, args };
  }

  /** Parentheses, or the keys of `(i, j) in array`. */
  #group(): Expr {
    const outer = this.#noGreater;
    this.#noGreater = 0;
    const list = this.#list();
    this.#expect(')');
    this.#noGreater = outer;
    const [only] = list;
    if (list.length > 1) {
      if (!this.#acceptWord('in')) this.#fail();
      return { type: 'in', keys: list, array: this.#take().text };
    }
    return only ? { type: 'group', inner: only } : this.#fail();
  }

  #getline(): Expr {
    const target = this.#optionalTarget();
    if (!this.#accept('<')) return { type: 'getline', target, from: 'main', source: undefined };
    return { type: 'getline', target, from: 'file', source: this.#primary() };
  }
}
