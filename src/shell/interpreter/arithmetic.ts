/** `$((…))`: 64-bit integers with C's operators, as dash has them; `++`, `**` and `,` come from BusyBox ash. */

/** `name` may be unset. Assignments go back the same way. */
export interface ArithmeticScope {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  /** BusyBox evaluates a variable's text as an expression and knows the comma; dash wants a number and does not. */
  readonly recursive: boolean;
}

export class ArithmeticProblem extends Error {
  readonly kind: 'syntax' | 'division' | 'number';
  /** For `number`: the text that is none. */
  readonly text: string;
  constructor(kind: 'syntax' | 'division' | 'number', text = '') {
    super(kind);
    this.kind = kind;
    this.text = text;
  }
}

/** Throws ArithmeticProblem. An empty expression is 0. */
export function evaluateArithmetic(expression: string, scope: ArithmeticScope, depth = 0): bigint {
  if (depth > 64) throw new ArithmeticProblem('syntax');
  const parser = new Parser(tokenize(expression), scope, depth);
  return expression.trim() === '' ? 0n : parser.whole();
}

const operators = [
  '<<=',
  '>>=',
  '**',
  '++',
  '--',
  '<<',
  '>>',
  '<=',
  '>=',
  '==',
  '!=',
  '&&',
  '||',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '^=',
  '|=',
];

function tokenize(text: string): readonly string[] {
  const tokens: string[] = [];
  let rest = text;
  for (;;) {
    rest = rest.replace(/^(?:\s|\\\n)+/, '');
    if (rest === '') return tokens;
    const token =
      operators.find((operator) => rest.startsWith(operator)) ??
      /^(?:[A-Za-z_]\w*|\d\w*|[-+*/%<>=!&|^~?:(),])/.exec(rest)?.[0];
    if (token === undefined) throw new ArithmeticProblem('syntax');
    tokens.push(token);
    rest = rest.slice(token.length);
  }
}

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
  ['**'],
];

class Parser {
  readonly #tokens: readonly string[];
  readonly #scope: ArithmeticScope;
  readonly #depth: number;
  #at = 0;
  /** Inside a branch that is not taken: nothing is assigned, nothing divides by zero. */
  #skipping = 0;

  constructor(tokens: readonly string[], scope: ArithmeticScope, depth: number) {
    this.#tokens = tokens;
    this.#scope = scope;
    this.#depth = depth;
  }

  whole(): bigint {
    let value = this.#assignment();
    while (this.#scope.recursive && this.#accept(',')) value = this.#assignment();
    if (this.#at < this.#tokens.length) throw new ArithmeticProblem('syntax');
    return value;
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #assignment(): bigint {
    const name = this.#tokens[this.#at] ?? '';
    const operator = this.#tokens[this.#at + 1] ?? '';
    if (!/^[A-Za-z_]/.test(name) || !/^(?:[-+*/%&^|]|<<|>>)?=$/.test(operator)) return this.#ternary();
    this.#at += 2;
    const value = this.#assignment();
    return this.#store(name, operator === '=' ? value : this.#apply(operator.slice(0, -1), this.#read(name), value));
  }

  #ternary(): bigint {
    const condition = this.#binary(0);
    if (!this.#accept('?')) return condition;
    const yes = this.#when(condition !== 0n, () => this.#assignment());
    if (!this.#accept(':')) throw new ArithmeticProblem('syntax');
    const no = this.#when(condition === 0n, () => this.#assignment());
    return condition === 0n ? no : yes;
  }

  #when<T>(taken: boolean, parse: () => T): T {
    if (!taken) this.#skipping++;
    try {
      return parse();
    } finally {
      if (!taken) this.#skipping--;
    }
  }

  #binary(level: number): bigint {
    const here = levels[level];
    if (!here) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#tokens[this.#at] ?? '';
      if (!here.includes(operator)) return left;
      this.#at++;
      const needed = operator === '&&' ? left !== 0n : operator === '||' ? left === 0n : true;
      const value = left;
      const right = this.#when(needed, () => this.#binary(operator === '**' ? level : level + 1));
      left = this.#apply(operator, value, right);
    }
  }

  #unary(): bigint {
    for (const operator of ['!', '~', '-', '+']) {
      if (!this.#accept(operator)) continue;
      const value = this.#unary();
      if (operator === '!') return value === 0n ? 1n : 0n;
      if (operator === '~') return ~value;
      return BigInt.asIntN(64, operator === '-' ? -value : value);
    }
    for (const operator of ['++', '--']) {
      if (!this.#accept(operator)) continue;
      const name = this.#tokens[this.#at] ?? '';
      if (!/^[A-Za-z_]/.test(name)) {
        const value = this.#unary();
        return value;
      }
      this.#at++;
      return this.#store(name, this.#read(name) + (operator === '++' ? 1n : -1n));
    }
    return this.#primary();
  }

  #primary(): bigint {
    const token = this.#tokens[this.#at] ?? '';
    this.#at++;
    if (token === '(') {
      let value = this.#assignment();
      while (this.#accept(',')) value = this.#assignment();
      if (!this.#accept(')')) throw new ArithmeticProblem('syntax');
      return value;
    }
    if (/^\d/.test(token)) return parseNumber(token);
    if (!/^[A-Za-z_]/.test(token)) throw new ArithmeticProblem('syntax');
    const value = this.#read(token);
    if (this.#accept('++')) this.#store(token, value + 1n);
    else if (this.#accept('--')) this.#store(token, value - 1n);
    return value;
  }

  #read(name: string): bigint {
    const text = (this.#scope.get(name) ?? '').trim();
    if (text === '') return 0n;
    if (/^[-+]?\d\w*$/.test(text))
      return text.startsWith('-') ? -parseNumber(text.slice(1)) : parseNumber(text.replace('+', ''));
    if (!this.#scope.recursive) throw new ArithmeticProblem('number', text);
    return evaluateArithmetic(text, this.#scope, this.#depth + 1);
  }

  #store(name: string, value: bigint): bigint {
    const wrapped = BigInt.asIntN(64, value);
    if (this.#skipping === 0) this.#scope.set(name, wrapped.toString());
    return wrapped;
  }

  #apply(operator: string, left: bigint, right: bigint): bigint {
    if ((operator === '/' || operator === '%') && right === 0n) {
      if (this.#skipping > 0) return 0n;
      throw new ArithmeticProblem('division');
    }
    return BigInt.asIntN(64, operate(operator, left, right));
  }
}

function operate(operator: string, left: bigint, right: bigint): bigint {
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  switch (operator) {
    case '||':
      return truth(left !== 0n || right !== 0n);
    case '&&':
      return truth(left !== 0n && right !== 0n);
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return truth(left === right);
    case '!=':
      return truth(left !== right);
    case '<':
      return truth(left < right);
    case '<=':
      return truth(left <= right);
    case '>':
      return truth(left > right);
    case '>=':
      return truth(left >= right);
    case '<<':
      return left << (right & 63n);
    case '>>':
      return left >> (right & 63n);
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '**':
      return power(left, right);
    default:
      throw new ArithmeticProblem('syntax');
  }
}

/** By squaring, wrapping as it goes: `2**1000000000` must not build a number of a gigabyte. */
function power(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) throw new ArithmeticProblem('syntax');
  let result = 1n;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * factor);
    factor = BigInt.asIntN(64, factor * factor);
  }
  return result;
}

/** Decimal, 0x…, 0… as strtoimax does; anything else is an error. Too large saturates. */
function parseNumber(text: string): bigint {
  if (!/^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(text)) throw new ArithmeticProblem('syntax', text);
  const value = BigInt(/^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text);
  const largest = 2n ** 63n - 1n;
  return value > largest ? largest : value;
}
