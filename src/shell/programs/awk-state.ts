/** An awk program's memory: variables, arrays, the current record and its fields, and the special variables that tie them. */

import { seededRandom } from '../../kit/random.ts';
import { AwkProblem } from './awk-lexer.ts';
import { toNumber, toText, type Value } from './awk-values.ts';
import { compileRegex, RegexProblem } from './posix-regex.ts';

type AwkArray = Map<string, Value>;

/** A local scope: values and arrays by parameter name. An untyped parameter may become either. */
interface Frame {
  readonly values: Map<string, Value>;
  readonly arrays: Map<string, AwkArray>;
}

export class AwkState {
  readonly #values = new Map<string, Value>([
    ['FS', ' '],
    ['OFS', ' '],
    ['ORS', '\n'],
    ['RS', '\n'],
    ['SUBSEP', '\x1c'],
    ['CONVFMT', '%.6g'],
    ['OFMT', '%.6g'],
    ['NR', 0],
    ['FNR', 0],
    ['RSTART', 0],
    ['RLENGTH', -1],
  ]);
  readonly #arrays = new Map<string, AwkArray>();
  readonly #regexes = new Map<string, RegExp>();
  #frames: Frame[] = [];
  #record = '';
  #fields: string[] | undefined = [];
  #stale = false;
  #seed = 1;
  #random = seededRandom(1);

  get record(): string {
    if (this.#stale) {
      this.#record = this.#split().join(toText(this.get('OFS')));
      this.#stale = false;
    }
    return this.#record;
  }

  setRecord(record: string, counted: boolean): void {
    this.#record = record;
    this.#fields = undefined;
    this.#stale = false;
    if (counted) this.countRecord();
  }

  countRecord(): void {
    this.#values.set('NR', toNumber(this.#values.get('NR')) + 1);
    this.#values.set('FNR', toNumber(this.#values.get('FNR')) + 1);
  }

  #split(): string[] {
    this.#fields ??= [...this.split(this.#record, toText(this.#values.get('FS')))];
    return this.#fields;
  }

  field(index: number): Value {
    if (index < 0) throw new AwkProblem('Access to negative field');
    if (index === 0) return { input: this.record };
    const text = this.#split()[Math.trunc(index) - 1];
    return text === undefined ? undefined : { input: text };
  }

  setField(index: number, text: string): void {
    if (index < 0 || index > 32_767) throw new AwkProblem('Access to negative field');
    if (index === 0) {
      this.setRecord(text, false);
      return;
    }
    const fields = this.#split();
    while (fields.length < index) fields.push('');
    fields[Math.trunc(index) - 1] = text;
    this.#stale = true;
  }

  /** One blank: runs of blanks; one character: itself; otherwise a regular expression. */
  split(text: string, separator: string | RegExp): readonly string[] {
    if (text === '') return [];
    if (typeof separator !== 'string') return text.split(separator);
    if (separator === ' ') return text.split(/[ \t\n]+/).filter((part) => part !== '');
    if (separator === '') return [...text];
    return text.split(separator.length === 1 && separator !== '\\' ? separator : this.regex(separator));
  }

  regex(source: string): RegExp {
    const known = this.#regexes.get(source);
    if (known) return known;
    try {
      const regex = compileRegex(source, { extended: true });
      this.#regexes.set(source, regex);
      return regex;
    } catch (error) {
      if (error instanceof RegexProblem) throw new AwkProblem(`bad regex '${source}': ${error.message}`);
      throw error;
    }
  }

  get(name: string): Value {
    if (name === 'NF') return this.#split().length;
    const frame = this.#frameOf(name);
    return frame ? frame.values.get(name) : this.#values.get(name);
  }

  set(name: string, value: Value): void {
    const frame = this.#frameOf(name);
    if (frame) frame.values.set(name, value);
    else if (name === 'NF') this.#setFieldCount(Math.max(0, Math.trunc(toNumber(value))));
    else this.#values.set(name, value);
  }

  #setFieldCount(count: number): void {
    const fields = this.#split();
    while (fields.length < Math.min(count, 32_767)) fields.push('');
    fields.length = Math.min(count, fields.length);
    this.#stale = true;
  }

  #frameOf(name: string): Frame | undefined {
    const frame = this.#frames.at(-1);
    return frame?.values.has(name) ? frame : undefined;
  }

  isArray(name: string): boolean {
    const frame = this.#frameOf(name);
    return (frame ? frame.arrays : this.#arrays).has(name);
  }

  array(name: string): AwkArray {
    const arrays = this.#frameOf(name)?.arrays ?? this.#arrays;
    const known = arrays.get(name);
    if (known) return known;
    const created: AwkArray = new Map();
    arrays.set(name, created);
    return created;
  }

  /** Returns what leaves the function again. Arrays are shared with the caller, values are not. */
  enterFunction(
    parameters: readonly string[],
    args: readonly { readonly value: Value; readonly array: string | undefined }[],
  ): () => void {
    const frame: Frame = { values: new Map(), arrays: new Map() };
    for (const [i, parameter] of parameters.entries()) {
      const arg = args[i];
      frame.values.set(parameter, arg?.value);
      if (arg?.array !== undefined) frame.arrays.set(parameter, this.array(arg.array));
    }
    this.#frames = [...this.#frames, frame];
    return () => {
      this.#frames = this.#frames.slice(0, -1);
    };
  }

  random(): number {
    return this.#random.next();
  }

  /** The seed before. */
  seed(seed: number): number {
    const before = this.#seed;
    this.#seed = seed;
    this.#random = seededRandom(seed);
    return before;
  }
}
