/**
 * Calico's selector language: what does `role == 'db' && !has(legacy)` select? A tokenizer and a recursive-descent parser
 * with Calico's grammar and precedence (libcalico-go/lib/selector); `!=` and `not in` also select an absent label.
 */
import { type Token, tokenizeSelector } from './calico-selector-tokens.ts';

/** Reads one label; undefined where the object does not carry it. */
export type LabelReader = (key: string) => string | undefined;
export type SelectorTest = (label: LabelReader) => boolean;

export type ParsedSelector = { readonly test: SelectorTest } | { readonly error: string };

export interface SelectorOptions {
  /** What `all()` and `global()` mean here: in a namespaceSelector they ask whether the object is in a namespace at all. */
  readonly all?: SelectorTest;
  readonly global?: SelectorTest;
}

/** An empty selector selects everything. Errors say what was expected, with the offset where the text stops making sense. */
export function parseCalicoSelector(text: string, options: SelectorOptions = {}): ParsedSelector {
  const tokens = tokenizeSelector(text);
  if (!Array.isArray(tokens)) return tokens;
  if (tokens[0]?.kind === 'end') return { test: () => true };
  const parser = new Parser(tokens, options);
  const parsed = parser.or();
  if ('error' in parsed) return parsed;
  return parser.atEnd() ? parsed : parser.fail('an operator or the end');
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #options: SelectorOptions;
  #next = 0;

  constructor(tokens: readonly Token[], options: SelectorOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  or(): ParsedSelector {
    return this.#chain(
      '||',
      () => this.#and(),
      (left, right) => (label) => left(label) || right(label),
    );
  }

  atEnd(): boolean {
    return this.#peek().kind === 'end';
  }

  fail(expected: string): { readonly error: string } {
    const { text, offset } = this.#peek();
    return { error: `expected ${expected}, found ${text === '' ? 'the end' : text} at offset ${offset}` };
  }

  #and(): ParsedSelector {
    return this.#chain(
      '&&',
      () => this.#operation(),
      (left, right) => (label) => left(label) && right(label),
    );
  }

  #chain(
    operator: '||' | '&&',
    operand: () => ParsedSelector,
    join: (left: SelectorTest, right: SelectorTest) => SelectorTest,
  ): ParsedSelector {
    let left = operand();
    while (!('error' in left) && this.#take(operator)) {
      const right = operand();
      left = 'error' in right ? right : { test: join(left.test, right.test) };
    }
    return left;
  }

  #operation(): ParsedSelector {
    if (this.#take('!')) {
      const inner = this.#operation();
      if ('error' in inner) return inner;
      const { test } = inner;
      return { test: (label) => !test(label) };
    }
    if (this.#take('(')) {
      const inner = this.or();
      if ('error' in inner) return inner;
      return this.#take(')') ? inner : this.fail(')');
    }
    const token = this.#peek();
    if (token.kind === 'all' || token.kind === 'global') {
      this.#next++;
      return { test: (token.kind === 'all' ? this.#options.all : this.#options.global) ?? (() => true) };
    }
    if (token.kind === 'has') {
      this.#next++;
      return { test: (label) => label(token.value) !== undefined };
    }
    if (token.kind !== 'label') return this.fail('a label, has(…), all(), ! or (');
    this.#next++;
    return this.#comparison(token.value);
  }

  #comparison(key: string): ParsedSelector {
    const operator = this.#peek();
    this.#next++;
    if (operator.kind === 'in' || operator.kind === 'not in') {
      const values = this.#set();
      if ('error' in values) return values;
      if (operator.kind === 'in') return { test: (label) => values.has(label(key)) };
      return { test: (label) => !values.has(label(key)) };
    }
    const compare = comparisons[operator.kind];
    if (!compare) {
      this.#next--;
      return this.fail(`an operator after ${key}`);
    }
    const literal = this.#peek();
    if (literal.kind !== 'string') return this.fail('a quoted string');
    this.#next++;
    return { test: (label) => compare(label(key), literal.value) };
  }

  #set(): ReadonlySet<string | undefined> | { readonly error: string } {
    if (!this.#take('{')) return this.fail('{');
    const values = new Set<string | undefined>();
    for (let token = this.#peek(); token.kind === 'string'; token = this.#peek()) {
      values.add(token.value);
      this.#next++;
      if (!this.#take(',')) break;
    }
    return this.#take('}') ? values : this.fail('}');
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', value: '', text: '', offset: 0 };
  }

  #take(kind: Token['kind']): boolean {
    if (this.#peek().kind !== kind) return false;
    this.#next++;
    return true;
  }
}

const comparisons: Partial<Record<Token['kind'], (value: string | undefined, literal: string) => boolean>> = {
  '==': (value, literal) => value === literal,
  '!=': (value, literal) => value !== literal,
  contains: (value, literal) => value?.includes(literal) ?? false,
  'starts with': (value, literal) => value?.startsWith(literal) ?? false,
  'ends with': (value, literal) => value?.endsWith(literal) ?? false,
};
