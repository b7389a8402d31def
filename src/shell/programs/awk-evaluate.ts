/** What awk expressions are worth: reads and changes the program's memory. */
import { unreachable } from '../../kit/assert.ts';
import type { Process } from '../process.ts';
import { callBuiltin } from './awk-builtins.ts';
import { AwkProblem } from './awk-lexer.ts';
import type { AwkState } from './awk-state.ts';
import { AwkStreams, type RecordReader } from './awk-streams.ts';
import type { AwkProgram, Expr, Statement, Target } from './awk-tree.ts';
import { compareValues, toBoolean, toNumber, toText, type Value } from './awk-values.ts';

/** Gives the records of the main input, one file after the other. */
export interface MainInput {
  next(state: AwkState): Promise<string | undefined>;
  skipFile(): void;
}

export interface EvaluatorOptions {
  readonly process: Process;
  readonly functions: AwkProgram['functions'];
  readonly state: AwkState;
  readonly input: MainInput;
  /** Runs a function's body; the value of its `return`. */
  readonly callBody: (body: Statement) => Promise<Value>;
}

const maxCallDepth = 500;

export class Evaluator {
  readonly process: Process;
  readonly state: AwkState;
  readonly streams: AwkStreams;
  readonly #options: EvaluatorOptions;
  #depth = 0;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    this.process = options.process;
    this.state = options.state;
    this.streams = new AwkStreams(options.process);
  }

  async key(keys: readonly Expr[]): Promise<string> {
    const parts: string[] = [];
    for (const key of keys) parts.push(toText(await this.value(key), toText(this.state.get('CONVFMT'))));
    return parts.join(toText(this.state.get('SUBSEP')));
  }

  async value(expr: Expr): Promise<Value> {
    switch (expr.type) {
      case 'number':
      case 'string':
        return expr.value;
      case 'regex':
        return this.state.regex(expr.source).test(this.state.record) ? 1 : 0;
      case 'group':
        return this.value(expr.inner);
      case 'variable':
      case 'field':
      case 'element':
        return this.read(expr);
      case 'assign':
        return this.#assign(expr);
      case 'conditional':
        return toBoolean(await this.value(expr.test)) ? this.value(expr.yes) : this.value(expr.no);
      case 'binary':
        return this.#binary(expr);
      case 'unary': {
        const value = await this.value(expr.operand);
        if (expr.operator === '!') return toBoolean(value) ? 0 : 1;
        return expr.operator === '-' ? -toNumber(value) : toNumber(value);
      }
      case 'step': {
        const before = toNumber(await this.read(expr.target));
        await this.store(expr.target, before + expr.by);
        return expr.prefix ? before + expr.by : before;
      }
      case 'in':
        return this.state.array(expr.array).has(await this.key(expr.keys)) ? 1 : 0;
      case 'call':
        return expr.builtin ? callBuiltin(this, expr.name, expr.args) : this.#call(expr.name, expr.args);
      case 'getline':
        return this.#getline(expr);
      default:
        return unreachable(expr);
    }
  }

  async read(target: Target): Promise<Value> {
    if (target.type === 'variable') return this.state.get(target.name);
    if (target.type === 'field') return this.state.field(toNumber(await this.value(target.index)));
    const key = await this.key(target.keys);
    const array = this.state.array(target.array);
    // Looking at an element makes it, as POSIX says.
    if (!array.has(key)) array.set(key, undefined);
    return array.get(key);
  }

  async store(target: Target, value: Value): Promise<void> {
    if (target.type === 'variable') this.state.set(target.name, value);
    else if (target.type === 'field') this.state.setField(toNumber(await this.value(target.index)), toText(value));
    else this.state.array(target.array).set(await this.key(target.keys), value);
  }

  async #assign(expr: Extract<Expr, { readonly type: 'assign' }>): Promise<Value> {
    const right = await this.value(expr.value);
    const value =
      expr.operator === '='
        ? right
        : calculate(expr.operator[0] ?? '', toNumber(await this.read(expr.target)), toNumber(right));
    await this.store(expr.target, value);
    return value;
  }

  async #binary(expr: Extract<Expr, { readonly type: 'binary' }>): Promise<Value> {
    const { operator } = expr;
    if (operator === '~' || operator === '!~') {
      const text = toText(await this.value(expr.left));
      return (await this.regexOf(expr.right)).test(text) === (operator === '~') ? 1 : 0;
    }
    const left = await this.value(expr.left);
    if (operator === '&&') return toBoolean(left) && toBoolean(await this.value(expr.right)) ? 1 : 0;
    if (operator === '||') return toBoolean(left) || toBoolean(await this.value(expr.right)) ? 1 : 0;
    const right = await this.value(expr.right);
    if (operator === ' ')
      return toText(left, toText(this.state.get('CONVFMT'))) + toText(right, toText(this.state.get('CONVFMT')));
    if ('+-*/%^'.includes(operator)) return calculate(operator, toNumber(left), toNumber(right));
    return compare(operator, compareValues(left, right)) ? 1 : 0;
  }

  async regexOf(expr: Expr): Promise<RegExp> {
    return this.state.regex(expr.type === 'regex' ? expr.source : toText(await this.value(expr)));
  }

  /** 1: a record, 0: the end, -1: cannot be read. */
  async #getline(expr: Extract<Expr, { readonly type: 'getline' }>): Promise<Value> {
    let record: string | undefined;
    if (expr.from === 'main' || !expr.source) record = await this.#options.input.next(this.state);
    else {
      const reader: RecordReader | undefined = await this.streams.reader(
        expr.from,
        toText(await this.value(expr.source)),
      );
      if (!reader) return -1;
      record = await reader.next(toText(this.state.get('RS')));
    }
    if (record === undefined) return 0;
    if (expr.from === 'main') this.state.countRecord();
    if (expr.target) await this.store(expr.target, { input: record });
    else this.state.setRecord(record, false);
    return 1;
  }

  async #call(name: string, args: readonly Expr[]): Promise<Value> {
    const definition = this.#options.functions.get(name);
    if (!definition) throw new AwkProblem('Call to undefined function');
    if (this.#depth >= maxCallDepth) throw new AwkProblem('Recursion too deep');
    const bound: { readonly value: Value; readonly array: string | undefined }[] = [];
    for (const arg of args) {
      // A name that is an array, or not yet anything, may be passed as an array.
      const array =
        arg.type === 'variable' && (this.state.isArray(arg.name) || this.state.get(arg.name) === undefined)
          ? arg.name
          : undefined;
      bound.push({ value: array === undefined ? await this.value(arg) : undefined, array });
    }
    const leave = this.state.enterFunction(definition.parameters, bound);
    this.#depth++;
    try {
      return await this.#options.callBody(definition.body);
    } finally {
      this.#depth--;
      leave();
    }
  }
}

function calculate(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw new AwkProblem('Division by zero');
      return left / right;
    case '%':
      if (right === 0) throw new AwkProblem('Division by zero');
      return left % right;
    default:
      return left ** right;
  }
}

function compare(operator: string, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}
