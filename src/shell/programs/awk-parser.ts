/** awk's grammar: rules, functions and statements. */

import { ExpressionParser } from './awk-expressions.ts';
import { tokenizeAwk } from './awk-lexer.ts';
import type { AwkProgram, Expr, Rule, Statement } from './awk-tree.ts';

/** Throws AwkProblem. */
export function parseAwk(source: string): AwkProgram {
  return new Parser(tokenizeAwk(source)).program();
}

class Parser extends ExpressionParser {
  program(): AwkProgram {
    const rules: Rule[] = [];
    const functions = new Map<string, { parameters: readonly string[]; body: Statement }>();
    for (;;) {
      this.skipSeparators();
      if (this.peek.type === 'end') return { rules, functions };
      if (this.acceptWord('function') || this.acceptWord('func')) {
        const name = this.take().text;
        this.expect('(');
        const parameters: string[] = [];
        while (!this.accept(')')) {
          this.newlines();
          parameters.push(this.take().text);
          this.accept(',');
        }
        this.newlines();
        functions.set(name, { parameters, body: this.#block() });
      } else rules.push(this.#rule());
    }
  }

  #rule(): Rule {
    const body = (): Statement | undefined => (this.is('{') ? this.#block() : undefined);
    if (this.acceptWord('BEGIN')) return { pattern: 'BEGIN', body: body() };
    if (this.acceptWord('END')) return { pattern: 'END', body: body() };
    if (this.is('{')) return { pattern: 'always', body: this.#block() };
    const from = this.expression();
    let to: Expr | undefined;
    if (this.accept(',')) {
      this.newlines();
      to = this.expression();
    }
    return { pattern: { from, to }, body: body() };
  }

  #block(): Statement {
    this.expect('{');
    const body: Statement[] = [];
    for (;;) {
      this.skipSeparators();
      if (this.accept('}')) return { type: 'block', body };
      if (this.peek.type === 'end') this.fail();
      body.push(this.#statement());
    }
  }

  #endStatement(): void {
    if (this.peek.type === 'newline' || this.is(';')) this.at++;
    else if (!this.is('}') && this.peek.type !== 'end') this.fail();
  }

  #statement(): Statement {
    if (this.is('{')) return this.#block();
    if (this.accept(';')) return { type: 'block', body: [] };
    const token = this.peek;
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
          this.at++;
          this.#endStatement();
          return { type: token.text };
        case 'exit':
        case 'return': {
          this.at++;
          const value =
            this.peek.type === 'newline' || this.is(';', '}') || this.peek.type === 'end'
              ? undefined
              : this.expression();
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
    if (this.acceptWord('print')) return this.#print('print');
    if (this.acceptWord('printf')) return this.#print('printf');
    if (!this.acceptWord('delete')) return { type: 'expression', value: this.expression() };
    const array = this.take().text;
    if (!this.accept('[')) return { type: 'delete', array, keys: undefined };
    const keys = this.list();
    this.expect(']');
    return { type: 'delete', array, keys };
  }

  #print(type: 'print' | 'printf'): Statement {
    const args: Expr[] = [];
    const atEnd = (): boolean =>
      this.peek.type === 'newline' || this.peek.type === 'end' || this.is(';', '}', '>', '>>', '|');
    if (!atEnd()) {
      this.noGreater++;
      const parenthesised = this.is('(') ? this.#printGroup(atEnd) : undefined;
      args.push(...(parenthesised ?? this.list()));
      this.noGreater--;
    }
    const operator = this.is('>', '>>', '|') ? this.take().text : undefined;
    if (operator === undefined) return { type, args, redirect: undefined };
    this.noGreater++;
    const to = this.concatenation();
    this.noGreater--;
    return { type, args, redirect: { operator: operator as '>', to } };
  }

  /** `print (a, b)`: parentheses around everything. Undefined: they belong to an expression; nothing was taken. */
  #printGroup(atEnd: () => boolean): readonly Expr[] | undefined {
    const start = this.at;
    this.expect('(');
    const outer = this.noGreater;
    this.noGreater = 0;
    const args = this.list();
    this.noGreater = outer;
    if (this.accept(')') && atEnd()) return args;
    this.at = start;
    return undefined;
  }

  #parenthesised(): Expr {
    this.expect('(');
    const value = this.expression();
    this.expect(')');
    this.newlines();
    return value;
  }

  #if(): Statement {
    this.at++;
    const test = this.#parenthesised();
    const yes = this.#statement();
    const start = this.at;
    this.skipSeparators();
    if (!this.acceptWord('else')) {
      this.at = start;
      return { type: 'if', test, yes, no: undefined };
    }
    this.newlines();
    return { type: 'if', test, yes, no: this.#statement() };
  }

  #while(): Statement {
    this.at++;
    const test = this.#parenthesised();
    return { type: 'while', test, body: this.#statement(), atLeastOnce: false };
  }

  #do(): Statement {
    this.at++;
    this.newlines();
    const body = this.#statement();
    this.skipSeparators();
    if (!this.acceptWord('while')) this.fail();
    const test = this.#parenthesised();
    return { type: 'while', test, body, atLeastOnce: true };
  }

  #for(): Statement {
    this.at++;
    this.expect('(');
    const [name, keyword, array, close] = this.tokens.slice(this.at, this.at + 4);
    if (name?.type === 'name' && keyword?.text === 'in' && array?.type === 'name' && close?.text === ')') {
      this.at += 4;
      this.newlines();
      return { type: 'for-in', name: name.text, array: array.text, body: this.#statement() };
    }
    const start = this.is(';') ? undefined : this.#simple();
    this.expect(';');
    this.newlines();
    const test = this.is(';') ? undefined : this.expression();
    this.expect(';');
    this.newlines();
    const next = this.is(')') ? undefined : this.#simple();
    this.expect(')');
    this.newlines();
    return { type: 'for', start, test, next, body: this.#statement() };
  }
}
