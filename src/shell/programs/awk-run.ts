/** Runs an awk program: rules over records, statement by statement. */
import { unreachable } from '../../kit/assert.ts';
import { type Pacer, pacer } from '../pacer.ts';
import type { Process } from '../process.ts';
import { Evaluator, type MainInput } from './awk-evaluate.ts';
import { formatAwk } from './awk-functions.ts';
import type { AwkState } from './awk-state.ts';
import type { AwkProgram, Expr, Statement } from './awk-tree.ts';
import { toBoolean, toNumber, toText, type Value } from './awk-values.ts';

/** How a statement ended. */
type Flow =
  | 'on'
  | 'break'
  | 'continue'
  | 'next'
  | 'nextfile'
  | { readonly exit: number | undefined }
  | { readonly result: Value };

export class AwkRun {
  readonly #process: Process;
  readonly #program: AwkProgram;
  readonly #input: MainInput;
  readonly #pace: Pacer;
  readonly #evaluator: Evaluator;
  readonly state: AwkState;
  readonly #inRange = new Set<number>();

  constructor(process: Process, program: AwkProgram, state: AwkState, input: MainInput) {
    this.#process = process;
    this.#program = program;
    this.#input = input;
    this.state = state;
    this.#pace = pacer(process);
    this.#evaluator = new Evaluator({
      process,
      functions: program.functions,
      state,
      input,
      callBody: async (body) => {
        const flow = await this.#statement(body);
        return typeof flow === 'object' && 'result' in flow ? flow.result : undefined;
      },
    });
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
    await this.#evaluator.streams.closeAll();
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
    if (!pattern.to) return toBoolean(await this.#evaluator.value(pattern.from));
    if (!this.#inRange.has(index)) {
      if (!toBoolean(await this.#evaluator.value(pattern.from))) return false;
      this.#inRange.add(index);
    }
    if (toBoolean(await this.#evaluator.value(pattern.to))) this.#inRange.delete(index);
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
        await this.#evaluator.value(statement.value);
        return 'on';
      case 'print':
      case 'printf':
        return this.#print(statement);
      case 'if':
        if (toBoolean(await this.#evaluator.value(statement.test))) return this.#statement(statement.yes);
        return statement.no ? this.#statement(statement.no) : 'on';
      case 'while':
      case 'for':
      case 'for-in':
        return this.#loop(statement);
      case 'delete':
        if (statement.keys) this.state.array(statement.array).delete(await this.#evaluator.key(statement.keys));
        else this.state.array(statement.array).clear();
        return 'on';
      case 'exit':
        return { exit: statement.value ? toNumber(await this.#evaluator.value(statement.value)) : undefined };
      case 'return':
        return { result: statement.value ? await this.#evaluator.value(statement.value) : undefined };
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
      if (!skipTest && test && !toBoolean(await this.#evaluator.value(test))) return 'on';
      skipTest = false;
      const end = await body();
      if (end !== undefined) return end;
      if (statement.type === 'for' && statement.next) await this.#statement(statement.next);
    }
  }

  async #print(statement: Extract<Statement, { readonly type: 'print' | 'printf' }>): Promise<Flow> {
    const values: Value[] = [];
    for (const arg of statement.args) values.push(await this.#evaluator.value(arg));
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
    const sink = await this.#evaluator.streams.output(
      statement.redirect.operator,
      toText(await this.#evaluator.value(statement.redirect.to)),
    );
    await sink.write(new TextEncoder().encode(text));
    return 'on';
  }
}
