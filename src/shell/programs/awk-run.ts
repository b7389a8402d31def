/** Runs an awk program: rules over records, statements, expressions. */
import { unreachable } from '../../kit/assert.ts';
import { type Pacer, pacer } from '../pacer.ts';
import type { Process } from '../process.ts';
import { callPure, formatAwk } from './awk-functions.ts';
import { AwkProblem } from './awk-lexer.ts';
import type { AwkProgram, Expr, Statement, Target } from './awk-parser.ts';
import type { AwkState } from './awk-state.ts';
import { AwkStreams, type RecordReader } from './awk-streams.ts';
import { substituteText } from './awk-text.ts';
import { compareValues, toBoolean, toNumber, toText, type Value } from './awk-values.ts';

/** How a statement ended. */
type Flow =
  | 'on'
  | 'break'
  | 'continue'
  | 'next'
  | 'nextfile'
  | { readonly exit: number | undefined }
  | { readonly result: Value };

/** Gives the records of the main input, one file after the other. */
export interface MainInput {
  next(state: AwkState): Promise<string | undefined>;
  skipFile(): void;
}

const maxCallDepth = 500;

export class AwkRun {
  readonly #process: Process;
  readonly #program: AwkProgram;
  readonly #input: MainInput;
  readonly #pace: Pacer;
  readonly #streams: AwkStreams;
  readonly state: AwkState;
  readonly #inRange = new Set<number>();
  #depth = 0;

  constructor(process: Process, program: AwkProgram, state: AwkState, input: MainInput) {
    this.#process = process;
    this.#program = program;
    this.#input = input;
    this.state = state;
    this.#pace = pacer(process.clock, process.signal);
    this.#streams = new AwkStreams(process);
  }

  /** The exit status. */
  async run(): Promise<number> {
    let status = 0;
    let exited = false;
    const finished = (flow: Flow): boolean => {
      if (typeof flow !== 'object' || !('exit' in flow)) return false;
      status = flow.exit ?? status;
      exited = true;
      return true;
    };
    for (const rule of this.#program.rules) {
      if (rule.pattern === 'BEGIN' && rule.body && finished(await this.#statement(rule.body))) break;
    }
    const reads = this.#program.rules.some((rule) => rule.pattern !== 'BEGIN');
    while (!exited && reads) {
      const record = await this.#input.next(this.state);
      if (record === undefined) break;
      this.state.setRecord(record, true);
      if (finished(await this.#record())) break;
    }
    for (const rule of this.#program.rules) {
      if (rule.pattern === 'END' && rule.body && finished(await this.#statement(rule.body))) break;
    }
    await this.#streams.closeAll();
    return status & 0xff;
  }

  async #record(): Promise<Flow> {
    for (const [i, rule] of this.#program.rules.entries()) {
      if (rule.pattern === 'BEGIN' || rule.pattern === 'END') continue;
      if (rule.pattern !== 'always' && !(await this.#selected(i, rule.pattern))) continue;
      const flow = rule.body ? await this.#statement(rule.body) : await this.#printRecord();
      if (flow === 'nextfile') this.#input.skipFile();
      if (flow === 'next' || flow === 'nextfile') return 'on';
      if (typeof flow === 'object') return flow;
    }
    return 'on';
  }

  async #selected(index: number, pattern: { readonly from: Expr; readonly to: Expr | undefined }): Promise<boolean> {
    if (!pattern.to) return toBoolean(await this.#value(pattern.from));
    if (!this.#inRange.has(index)) {
      if (!toBoolean(await this.#value(pattern.from))) return false;
      this.#inRange.add(index);
    }
    if (toBoolean(await this.#value(pattern.to))) this.#inRange.delete(index);
    return true;
  }

  async #printRecord(): Promise<Flow> {
    await this.#write(`${this.state.record}${toText(this.state.get('ORS'))}`);
    return 'on';
  }

  async #write(text: string): Promise<void> {
    await this.#process.stdout.write(new TextEncoder().encode(text));
  }

  async #statement(statement: Statement): Promise<Flow> {
    const pause = this.#pace.step();
    if (pause) await pause;
    switch (statement.type) {
      case 'block':
        for (const each of statement.body) {
          const flow = await this.#statement(each);
          if (flow !== 'on') return flow;
        }
        return 'on';
      case 'expression':
        await this.#value(statement.value);
        return 'on';
      case 'print':
      case 'printf':
        return this.#print(statement);
      case 'if':
        if (toBoolean(await this.#value(statement.test))) return this.#statement(statement.yes);
        return statement.no ? this.#statement(statement.no) : 'on';
      case 'while':
      case 'for':
      case 'for-in':
        return this.#loop(statement);
      case 'delete':
        if (statement.keys) this.state.array(statement.array).delete(await this.#key(statement.keys));
        else this.state.array(statement.array).clear();
        return 'on';
      case 'exit':
        return { exit: statement.value ? toNumber(await this.#value(statement.value)) : undefined };
      case 'return':
        return { result: statement.value ? await this.#value(statement.value) : undefined };
      case 'next':
      case 'nextfile':
      case 'break':
      case 'continue':
        return statement.type;
      default:
        return unreachable(statement);
    }
  }

  async #loop(statement: Extract<Statement, { readonly type: 'while' | 'for' | 'for-in' }>): Promise<Flow> {
    /** What ends the loop, or undefined to go on. */
    const body = async (): Promise<Flow | undefined> => {
      const flow = await this.#statement(statement.body);
      if (flow === 'break') return 'on';
      return flow === 'on' || flow === 'continue' ? undefined : flow;
    };
    if (statement.type === 'for-in') {
      const array = this.state.array(statement.array);
      for (const key of [...array.keys()]) {
        this.state.set(statement.name, { input: key });
        const end = await body();
        if (end !== undefined) return end;
      }
      return 'on';
    }
    const test = statement.test;
    if (statement.type === 'for' && statement.start) await this.#statement(statement.start);
    let skipTest = statement.type === 'while' && statement.atLeastOnce;
    for (;;) {
      if (!skipTest && test && !toBoolean(await this.#value(test))) return 'on';
      skipTest = false;
      const end = await body();
      if (end !== undefined) return end;
      if (statement.type === 'for' && statement.next) await this.#statement(statement.next);
    }
  }

  async #print(statement: Extract<Statement, { readonly type: 'print' | 'printf' }>): Promise<Flow> {
    const values: Value[] = [];
    for (const arg of statement.args) values.push(await this.#value(arg));
    const outputFormat = toText(this.state.get('OFMT'));
    const text =
      statement.type === 'printf'
        ? formatAwk(toText(values[0]), values.slice(1))
        : (values.length === 0
            ? this.state.record
            : values.map((value) => toText(value, outputFormat)).join(toText(this.state.get('OFS')))) +
          toText(this.state.get('ORS'));
    if (!statement.redirect) {
      await this.#write(text);
      return 'on';
    }
    const sink = await this.#streams.output(
      statement.redirect.operator,
      toText(await this.#value(statement.redirect.to)),
    );
    await sink.write(new TextEncoder().encode(text));
    return 'on';
  }

  async #key(keys: readonly Expr[]): Promise<string> {
    const parts: string[] = [];
    for (const key of keys) parts.push(toText(await this.#value(key), toText(this.state.get('CONVFMT'))));
    return parts.join(toText(this.state.get('SUBSEP')));
  }

  async #value(expr: Expr): Promise<Value> {
    switch (expr.type) {
      case 'number':
      case 'string':
        return expr.value;
      case 'regex':
        return this.state.regex(expr.source).test(this.state.record) ? 1 : 0;
      case 'group':
        return this.#value(expr.inner);
      case 'variable':
      case 'field':
      case 'element':
        return this.#read(expr);
      case 'assign':
        return this.#assign(expr);
      case 'conditional':
        return toBoolean(await this.#value(expr.test)) ? this.#value(expr.yes) : this.#value(expr.no);
      case 'binary':
        return this.#binary(expr);
      case 'unary': {
        const value = await this.#value(expr.operand);
        if (expr.operator === '!') return toBoolean(value) ? 0 : 1;
        return expr.operator === '-' ? -toNumber(value) : toNumber(value);
      }
      case 'step': {
        const before = toNumber(await this.#read(expr.target));
        await this.#store(expr.target, before + expr.by);
        return expr.prefix ? before + expr.by : before;
      }
      case 'in':
        return this.state.array(expr.array).has(await this.#key(expr.keys)) ? 1 : 0;
      case 'call':
        return expr.builtin ? this.#builtin(expr.name, expr.args) : this.#call(expr.name, expr.args);
      case 'getline':
        return this.#getline(expr);
      default:
        return unreachable(expr);
    }
  }

  async #read(target: Target): Promise<Value> {
    if (target.type === 'variable') return this.state.get(target.name);
    if (target.type === 'field') return this.state.field(toNumber(await this.#value(target.index)));
    const key = await this.#key(target.keys);
    const array = this.state.array(target.array);
    // Looking at an element makes it, as POSIX says.
    if (!array.has(key)) array.set(key, undefined);
    return array.get(key);
  }

  async #store(target: Target, value: Value): Promise<void> {
    if (target.type === 'variable') this.state.set(target.name, value);
    else if (target.type === 'field') this.state.setField(toNumber(await this.#value(target.index)), toText(value));
    else this.state.array(target.array).set(await this.#key(target.keys), value);
  }

  async #assign(expr: Extract<Expr, { readonly type: 'assign' }>): Promise<Value> {
    const right = await this.#value(expr.value);
    const value =
      expr.operator === '='
        ? right
        : calculate(expr.operator[0] ?? '', toNumber(await this.#read(expr.target)), toNumber(right));
    await this.#store(expr.target, value);
    return value;
  }

  async #binary(expr: Extract<Expr, { readonly type: 'binary' }>): Promise<Value> {
    const { operator } = expr;
    if (operator === '~' || operator === '!~') {
      const text = toText(await this.#value(expr.left));
      return (await this.#regexOf(expr.right)).test(text) === (operator === '~') ? 1 : 0;
    }
    const left = await this.#value(expr.left);
    if (operator === '&&') return toBoolean(left) && toBoolean(await this.#value(expr.right)) ? 1 : 0;
    if (operator === '||') return toBoolean(left) || toBoolean(await this.#value(expr.right)) ? 1 : 0;
    const right = await this.#value(expr.right);
    if (operator === ' ')
      return toText(left, toText(this.state.get('CONVFMT'))) + toText(right, toText(this.state.get('CONVFMT')));
    if ('+-*/%^'.includes(operator)) return calculate(operator, toNumber(left), toNumber(right));
    return compare(operator, compareValues(left, right)) ? 1 : 0;
  }

  async #regexOf(expr: Expr): Promise<RegExp> {
    return this.state.regex(expr.type === 'regex' ? expr.source : toText(await this.#value(expr)));
  }

  /** 1: a record, 0: the end, -1: cannot be read. */
  async #getline(expr: Extract<Expr, { readonly type: 'getline' }>): Promise<Value> {
    let record: string | undefined;
    if (expr.from === 'main' || !expr.source) record = await this.#input.next(this.state);
    else {
      const reader: RecordReader | undefined = await this.#streams.reader(
        expr.from,
        toText(await this.#value(expr.source)),
      );
      if (!reader) return -1;
      record = await reader.next(toText(this.state.get('RS')));
    }
    if (record === undefined) return 0;
    if (expr.from === 'main') this.state.countRecord();
    if (expr.target) await this.#store(expr.target, { input: record });
    else this.state.setRecord(record, false);
    return 1;
  }

  async #builtin(name: string, args: readonly Expr[]): Promise<Value> {
    const [first, second, third] = args;
    switch (name) {
      case 'length':
        if (first?.type === 'variable' && this.state.isArray(first.name)) return this.state.array(first.name).size;
        return [...(first ? toText(await this.#value(first)) : this.state.record)].length;
      case 'split': {
        if (second?.type !== 'variable' || !first) throw new AwkProblem('Too few arguments');
        const text = toText(await this.#value(first));
        const separator =
          third === undefined
            ? toText(this.state.get('FS'))
            : third.type === 'regex'
              ? this.state.regex(third.source)
              : toText(await this.#value(third));
        const parts = this.state.split(text, separator);
        const array = this.state.array(second.name);
        array.clear();
        for (const [i, part] of parts.entries()) array.set(String(i + 1), { input: part });
        return parts.length;
      }
      case 'sub':
      case 'gsub': {
        if (!first || !second) throw new AwkProblem('Too few arguments');
        const target: Target =
          third && (third.type === 'variable' || third.type === 'field' || third.type === 'element')
            ? third
            : { type: 'field', index: { type: 'number', value: 0 } };
        const regex = await this.#regexOf(first);
        const { text, count } = substituteText(
          toText(await this.#read(target)),
          regex,
          toText(await this.#value(second)),
          name === 'gsub',
        );
        if (count > 0) await this.#store(target, text);
        return count;
      }
      case 'match': {
        if (!first || !second) throw new AwkProblem('Too few arguments');
        const found = (await this.#regexOf(second)).exec(toText(await this.#value(first)));
        this.state.set('RSTART', found ? found.index + 1 : 0);
        this.state.set('RLENGTH', found ? found[0].length : -1);
        return found ? found.index + 1 : 0;
      }
      case 'rand':
        return this.state.random();
      case 'srand':
        return this.state.seed(
          first ? toNumber(await this.#value(first)) : Math.floor(this.#process.clock.now() / 1000),
        );
      case 'system':
        return (await this.#process.spawn(['sh', '-c', first ? toText(await this.#value(first)) : ''])?.status) ?? 127;
      case 'close':
        return first ? this.#streams.close(toText(await this.#value(first))) : -1;
      case 'fflush':
        return 0;
    }
    const values: Value[] = [];
    for (const arg of args) values.push(await this.#value(arg));
    const result = callPure(name, values, this.#process.clock.now());
    if (result === 'unknown') throw new AwkProblem(`Call to undefined function`);
    return result;
  }

  async #call(name: string, args: readonly Expr[]): Promise<Value> {
    const definition = this.#program.functions.get(name);
    if (!definition) throw new AwkProblem('Call to undefined function');
    if (this.#depth >= maxCallDepth) throw new AwkProblem('Recursion too deep');
    const bound: { readonly value: Value; readonly array: string | undefined }[] = [];
    for (const arg of args) {
      // A name that is an array, or not yet anything, may be passed as an array.
      const array =
        arg.type === 'variable' && (this.state.isArray(arg.name) || this.state.get(arg.name) === undefined)
          ? arg.name
          : undefined;
      bound.push({ value: array === undefined ? await this.#value(arg) : undefined, array });
    }
    const leave = this.state.enterFunction(definition.parameters, bound);
    this.#depth++;
    try {
      const flow = await this.#statement(definition.body);
      return typeof flow === 'object' && 'result' in flow ? flow.result : undefined;
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
