/** Reads awk tokens one by one; what the parsers of expressions and statements build on. */
import { AwkProblem, type Token } from './awk-lexer.ts';

export class TokenReader {
  protected readonly tokens: readonly Token[];
  protected at = 0;
  /** Inside print's arguments `>` redirects, inside for's head `in` belongs to the loop. */
  protected noGreater = 0;
  protected noIn = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  protected get peek(): Token {
    return this.tokens[this.at] ?? { type: 'end', text: '', line: 0 };
  }

  protected take(): Token {
    const token = this.peek;
    this.at++;
    return token;
  }

  protected is(...texts: readonly string[]): boolean {
    return this.peek.type === 'operator' && texts.includes(this.peek.text);
  }

  protected accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  protected acceptWord(text: string): boolean {
    if (this.peek.type !== 'keyword' || this.peek.text !== text) return false;
    this.at++;
    return true;
  }

  protected fail(): never {
    throw new AwkProblem(
      this.peek.type === 'end' || this.peek.type === 'newline' ? 'Unexpected token' : 'Unexpected token',
    );
  }

  protected expect(text: string): void {
    if (!this.accept(text)) this.fail();
  }

  protected newlines(): void {
    while (this.peek.type === 'newline') this.at++;
  }

  protected skipSeparators(): void {
    while (this.peek.type === 'newline' || this.is(';')) this.at++;
  }
}
