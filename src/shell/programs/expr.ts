/** expr: arithmetic, comparison and string operators by precedence. */
import type { Program } from '../process.ts';
import { die, print, usage } from './applet.ts';
import { compileRegex, RegexProblem } from './posix-regex.ts';

class ExprProblem extends Error {}

const levels: readonly (readonly string[])[] = [
  ['|'],
  ['&'],
  ['<', '<=', '=', '==', '!=', '>=', '>'],
  ['+', '-'],
  ['*', '/', '%'],
  [':'],
];

/** 0: neither null nor zero, 1: null or zero, 2: wrong expression. */
export const expr: Program = async (process) => {
  const args = process.argv.slice(process.argv[1] === '--' ? 2 : 1);
  if (args.length === 0) return usage(process, 2);
  try {
    const value = new Parser(args).whole();
    await print(process, `${value}\n`);
    return value === '' || /^-?0+$/.test(value) ? 1 : 0;
  } catch (error) {
    if (error instanceof ExprProblem || error instanceof RegexProblem) return die(process, error.message, 2);
    throw error;
  }
};

class Parser {
  readonly #args: readonly string[];
  #at = 0;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  whole(): string {
    const value = this.#level(0);
    if (this.#at < this.#args.length) throw new ExprProblem('syntax error');
    return value;
  }

  #level(depth: number): string {
    const operators = levels[depth];
    if (!operators) return this.#primary();
    let left = this.#level(depth + 1);
    for (;;) {
      const operator = this.#args[this.#at];
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at++;
      left = apply(left, operator, this.#level(depth + 1));
    }
  }

  #primary(): string {
    const word = this.#args[this.#at++];
    if (word === undefined) throw new ExprProblem('syntax error');
    if (word === '(') {
      const value = this.#level(0);
      if (this.#args[this.#at++] !== ')') throw new ExprProblem('syntax error');
      return value;
    }
    switch (this.#at < this.#args.length ? word : '') {
      case 'length':
        return String([...this.#primary()].length);
      case 'match':
        return match(this.#primary(), this.#primary());
      case 'substr': {
        const [text, from, count] = [this.#primary(), Number(this.#primary()), Number(this.#primary())];
        return from > 0 && count > 0 ? text.slice(from - 1, from - 1 + count) : '';
      }
      case 'index': {
        const [text, chars] = [this.#primary(), this.#primary()];
        return String([...text].findIndex((char) => chars.includes(char)) + 1);
      }
      default:
        return word;
    }
  }
}

function isNull(value: string): boolean {
  return value === '' || /^-?0+$/.test(value);
}

function integer(text: string): bigint {
  if (!/^-?\d+$/.test(text)) throw new ExprProblem('non-numeric argument');
  return BigInt(text);
}

function match(text: string, pattern: string): string {
  const found = compileRegex(`^${pattern.replace(/^\^/, '')}`, { extended: false }).exec(text);
  if (/\\\(/.test(pattern)) return found?.[1] ?? '';
  return String(found?.[0].length ?? 0);
}

function apply(left: string, operator: string, right: string): string {
  switch (operator) {
    case '|':
      return isNull(left) ? (isNull(right) ? '0' : right) : left;
    case '&':
      return isNull(left) || isNull(right) ? '0' : left;
    case ':':
      return match(left, right);
    case '+':
      return String(integer(left) + integer(right));
    case '-':
      return String(integer(left) - integer(right));
    case '*':
      return String(integer(left) * integer(right));
    case '/':
    case '%':
      if (integer(right) === 0n) throw new ExprProblem('division by zero');
      return String(operator === '/' ? integer(left) / integer(right) : integer(left) % integer(right));
    default:
      return compare(left, operator, right) ? '1' : '0';
  }
}

function compare(left: string, operator: string, right: string): boolean {
  const numeric = /^-?\d+$/.test(left) && /^-?\d+$/.test(right);
  const order = numeric ? Number(BigInt(left) - BigInt(right)) : left < right ? -1 : left > right ? 1 : 0;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '!=':
      return order !== 0;
    default:
      return order === 0;
  }
}
