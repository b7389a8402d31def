/** awk's expressions, from the loosest operator to the tightest. */
import type { Token } from './awk-lexer.ts';
import { TokenReader } from './awk-tokens.ts';
import type { Expr, Target } from './awk-tree.ts';

const comparisons = ['<', '<=', '==', '!=', '>', '>='];
const assignments = ['=', '+=', '-=', '*=', '/=', '%=', '^='];

export class ExpressionParser extends TokenReader {
  protected list(): readonly Expr[] {
    const list = [this.expression()];
    while (this.accept(',')) {
      this.newlines();
      list.push(this.expression());
    }
    return list;
  }

  protected expression(): Expr {
    const left = this.#ternary();
    if (!this.is(...assignments)) return left;
    if (left.type !== 'variable' && left.type !== 'field' && left.type !== 'element') this.fail();
    const operator = this.take().text;
    this.newlines();
    return { type: 'assign', operator, target: left, value: this.expression() };
  }

  #ternary(): Expr {
    const test = this.#or();
    if (!this.accept('?')) return test;
    this.newlines();
    const yes = this.expression();
    this.newlines();
    this.expect(':');
    this.newlines();
    return { type: 'conditional', test, yes, no: this.expression() };
  }

  #or(): Expr {
    let left = this.#and();
    while (this.accept('||')) {
      this.newlines();
      left = { type: 'binary', operator: '||', left, right: this.#and() };
    }
    return left;
  }

  #and(): Expr {
    let left = this.#in();
    while (this.accept('&&')) {
      this.newlines();
      left = { type: 'binary', operator: '&&', left, right: this.#in() };
    }
    return left;
  }

  #in(): Expr {
    let left = this.#match();
    while (this.noIn === 0 && this.acceptWord('in')) left = { type: 'in', keys: [left], array: this.take().text };
    return left;
  }

  #match(): Expr {
    let left = this.#comparison();
    while (this.is('~', '!~')) left = { type: 'binary', operator: this.take().text, left, right: this.#comparison() };
    return left;
  }

  #comparison(): Expr {
    const left = this.#pipedGetline(this.concatenation());
    if (!this.is(...comparisons) || (this.is('>') && this.noGreater > 0)) return left;
    return { type: 'binary', operator: this.take().text, left, right: this.concatenation() };
  }

  /** `"command" | getline line`. */
  #pipedGetline(command: Expr): Expr {
    let left = command;
    while (this.is('|') && this.tokens[this.at + 1]?.text === 'getline') {
      this.at += 2;
      left = { type: 'getline', target: this.optionalTarget(), from: 'command', source: left };
    }
    return left;
  }

  protected concatenation(): Expr {
    let left = this.#additive();
    while (this.#startsOperand()) left = { type: 'binary', operator: ' ', left, right: this.#additive() };
    return left;
  }

  #startsOperand(): boolean {
    const { type, text } = this.peek;
    if (['number', 'string', 'regex', 'name', 'function-name', 'builtin'].includes(type)) return true;
    return type === 'operator' && ['$', '!', '(', '-', '+', '++', '--'].includes(text);
  }

  #additive(): Expr {
    let left = this.#multiplicative();
    while (this.is('+', '-'))
      left = { type: 'binary', operator: this.take().text, left, right: this.#multiplicative() };
    return left;
  }

  #multiplicative(): Expr {
    let left = this.#unary();
    while (this.is('*', '/', '%')) left = { type: 'binary', operator: this.take().text, left, right: this.#unary() };
    return left;
  }

  #unary(): Expr {
    if (this.is('!', '-', '+')) {
      const operator = this.take().text as '!';
      return { type: 'unary', operator, operand: this.#unary() };
    }
    return this.#power();
  }

  #power(): Expr {
    const base = this.#postfix();
    if (!this.accept('^')) return base;
    return { type: 'binary', operator: '^', left: base, right: this.#unaryPower() };
  }

  /** `2^-1`: a sign is allowed on the right. */
  #unaryPower(): Expr {
    if (!this.is('!', '-', '+')) return this.#power();
    const operator = this.take().text as '-';
    return { type: 'unary', operator, operand: this.#unaryPower() };
  }

  #postfix(): Expr {
    if (this.is('++', '--')) {
      const by = this.take().text === '++' ? 1 : -1;
      return { type: 'step', by, prefix: true, target: this.#target(this.#primary()) };
    }
    const value = this.#primary();
    if (value.type !== 'variable' && value.type !== 'field' && value.type !== 'element') return value;
    if (this.accept('++')) return { type: 'step', by: 1, prefix: false, target: value };
    if (this.accept('--')) return { type: 'step', by: -1, prefix: false, target: value };
    return value;
  }

  #target(value: Expr): Target {
    if (value.type === 'variable' || value.type === 'field' || value.type === 'element') return value;
    return this.fail();
  }

  protected optionalTarget(): Target | undefined {
    return this.is('$') || this.peek.type === 'name' ? this.#target(this.#primary()) : undefined;
  }

  #primary(): Expr {
    const token = this.take();
    switch (token.type) {
      case 'number':
        return { type: 'number', value: Number(token.text) };
      case 'string':
        return { type: 'string', value: token.text };
      case 'regex':
        return { type: 'regex', source: token.text };
      case 'name':
        if (!this.accept('[')) return { type: 'variable', name: token.text };
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
    this.at--;
    return this.fail();
  }

  #fieldIndex(): Expr {
    if (!this.is('++', '--', '-', '+', '!')) return this.#primary();
    if (this.is('++', '--')) return this.#postfix();
    const operator = this.take().text as '-';
    return { type: 'unary', operator, operand: this.#fieldIndex() };
  }

  #subscript(): readonly Expr[] {
    const keys = this.list();
    this.expect(']');
    return keys;
  }

  #call(token: Token): Expr {
    const builtin = token.type === 'builtin';
    if (!this.accept('(')) {
      if (token.text !== 'length') this.fail();
      return { type: 'call', name: 'length', builtin, args: [] };
    }
    const outer = this.noGreater;
    this.noGreater = 0;
    this.newlines();
    const args = this.is(')') ? [] : this.list();
    this.newlines();
    this.expect(')');
    this.noGreater = outer;
    return { type: 'call', name: token.text, builtin, args };
  }

  /** Parentheses, or the keys of `(i, j) in array`. */
  #group(): Expr {
    const outer = this.noGreater;
    this.noGreater = 0;
    const list = this.list();
    this.expect(')');
    this.noGreater = outer;
    const [only] = list;
    if (list.length > 1) {
      if (!this.acceptWord('in')) this.fail();
      return { type: 'in', keys: list, array: this.take().text };
    }
    return only ? { type: 'group', inner: only } : this.fail();
  }

  #getline(): Expr {
    const target = this.optionalTarget();
    if (!this.accept('<')) return { type: 'getline', target, from: 'main', source: undefined };
    return { type: 'getline', target, from: 'file', source: this.#primary() };
  }
}
