/** Runs sed commands over lines: the pattern space, the hold space, ranges and jumps. */
import { pacer } from '../pacer.ts';
import type { Process } from '../process.ts';
import { absolute, type Line } from './applet.ts';
import { type Action, type Address, type SedCommand, SedProblem } from './sed-commands.ts';
import { expandReplacement } from './sed-replace.ts';

/** What a command does to the flow: go on, jump, end this cycle (printing or not), end everything. */
type Next = number | 'cycle' | 'delete' | 'restart' | { readonly quit: number; readonly print: boolean };

export class SedRun {
  readonly #process: Process;
  readonly #commands: readonly SedCommand[];
  readonly #quiet: boolean;
  readonly #write: (text: string) => Promise<void>;
  #pattern = '';
  #hold = '';
  #line = 0;
  #ended = true;
  #substituted = false;
  #appended: string[] = [];
  #lastRegex: RegExp | undefined;
  readonly #active = new Map<SedCommand, number | Address>();
  readonly #written = new Set<string>();
  #lines: AsyncGenerator<Line> | undefined;
  #ahead: Line | undefined;

  constructor(
    process: Process,
    commands: readonly SedCommand[],
    quiet: boolean,
    write: (text: string) => Promise<void>,
  ) {
    this.#process = process;
    this.#commands = commands;
    this.#quiet = quiet;
    this.#write = write;
  }

  /** The status of `q N`, or undefined at the end of the input. */
  async run(lines: AsyncGenerator<Line>): Promise<number | undefined> {
    const pace = pacer(this.#process);
    this.#lines = lines;
    this.#ahead = await this.#pull();
    let restart = false;
    while (restart || (await this.#nextLine())) {
      const pause = pace.step(4);
      if (pause) await pause;
      const end = await this.#cycle(pace);
      restart = end === 'restart';
      if (end !== 'delete' && end !== 'restart' && !(typeof end === 'object' && !end.print) && !this.#quiet)
        await this.#print(this.#pattern);
      await this.#flushAppended();
      if (typeof end === 'object') return end.quit;
    }
    return undefined;
  }

  async #pull(): Promise<Line | undefined> {
    const next = await this.#lines?.next();
    return next?.done === false ? next.value : undefined;
  }

  async #nextLine(): Promise<boolean> {
    const line = this.#ahead;
    if (!line) return false;
    this.#ahead = await this.#pull();
    this.#pattern = line.text;
    this.#ended = line.ended || this.#ahead !== undefined;
    this.#line++;
    return true;
  }

  /** The last line keeps the newline that it lacked. */
  async #print(text: string): Promise<void> {
    await this.#write(this.#ended || this.#ahead !== undefined ? `${text}\n` : text);
  }

  async #flushAppended(): Promise<void> {
    const appended = this.#appended;
    this.#appended = [];
    for (const text of appended) await this.#write(text);
  }

  async #cycle(pace: ReturnType<typeof pacer>): Promise<Exclude<Next, number>> {
    let at = 0;
    while (at < this.#commands.length) {
      const pause = pace.step();
      if (pause) await pause;
      const command = this.#commands[at];
      if (!command) break;
      if (this.#selected(command) === command.negated) {
        at = command.action.name === '{' ? command.action.end + 1 : at + 1;
        continue;
      }
      const next = await this.#perform(command, at);
      if (typeof next !== 'number') return next;
      at = next;
    }
    return 'cycle';
  }

  #selected(command: SedCommand): boolean {
    const { first, second } = command;
    if (!first) return true;
    if (!second) return this.#matches(first);
    const end = this.#active.get(command);
    if (end === undefined) {
      const fromZero = first.type === 'line' && first.line === 0 && this.#line === 1;
      if (!fromZero && !this.#matches(first)) return false;
      if (fromZero && this.#endsRange(second)) return true;
      if (second.type === 'line' && second.line <= this.#line) return true;
      if (second.type === 'multiple' && (second.count === 0 || this.#line % second.count === 0)) return true;
      if (second.type === 'plus' && second.count === 0) return true;
      this.#active.set(
        command,
        second.type === 'plus'
          ? this.#line + second.count
          : second.type === 'multiple'
            ? Math.ceil(this.#line / second.count) * second.count
            : second,
      );
      return true;
    }
    if (typeof end === 'number' ? this.#line >= end : this.#endsRange(end)) this.#active.delete(command);
    return true;
  }

  #endsRange(address: Address): boolean {
    return address.type === 'line' ? this.#line >= address.line : this.#matches(address);
  }

  #matches(address: Address): boolean {
    switch (address.type) {
      case 'line':
        return this.#line === address.line;
      case 'last':
        return this.#ahead === undefined;
      case 'step':
        return address.step === 0
          ? this.#line === address.first
          : this.#line >= address.first && (this.#line - address.first) % address.step === 0;
      case 'regex':
        return this.#regex(address.regex).test(this.#pattern);
      case 'plus':
      case 'multiple':
        return false;
    }
  }

  #regex(regex: RegExp | undefined): RegExp {
    if (regex) this.#lastRegex = regex;
    const chosen = regex ?? this.#lastRegex;
    if (!chosen) throw new SedProblem('no previous regexp');
    chosen.lastIndex = 0;
    return chosen;
  }

  async #perform(command: SedCommand, at: number): Promise<Next> {
    const { action } = command;
    switch (action.name) {
      case 's':
        await this.#substitute(action);
        break;
      case 'y':
        this.#pattern = [...this.#pattern].map((char) => action.map.get(char) ?? char).join('');
        break;
      case 'a':
        this.#appended.push(`${action.text}\n`);
        break;
      case 'i':
        await this.#write(`${action.text}\n`);
        break;
      case 'c':
        if (!this.#active.has(command)) await this.#write(`${action.text}\n`);
        return 'delete';
      case 'r': {
        const bytes = this.#process.fs.readFile(absolute(this.#process, action.file));
        if (bytes) this.#appended.push(new TextDecoder().decode(bytes));
        break;
      }
      case 'w':
        this.#toFile(action.file, this.#pattern);
        break;
      case 'q':
      case 'Q':
        return { quit: action.status, print: action.name === 'q' };
      case 'b':
        return action.target;
      case 't':
      case 'T': {
        const jumps = this.#substituted === (action.name === 't');
        this.#substituted = false;
        return jumps ? action.target : at + 1;
      }
      default:
        return this.#space(action.name, at);
    }
    return at + 1;
  }

  /** Commands on the pattern and hold spaces. */
  async #space(
    name: Exclude<Action['name'], 's' | 'y' | 'a' | 'i' | 'c' | 'r' | 'w' | 'q' | 'Q' | 'b' | 't' | 'T'>,
    at: number,
  ): Promise<Next> {
    switch (name) {
      case 'p':
        await this.#write(`${this.#pattern}\n`);
        break;
      case 'P':
        await this.#write(`${this.#pattern.split('\n')[0]}\n`);
        break;
      case 'd':
        return 'delete';
      case 'D':
        if (!this.#pattern.includes('\n')) return 'delete';
        this.#pattern = this.#pattern.slice(this.#pattern.indexOf('\n') + 1);
        return 'restart';
      case 'n':
        if (!this.#ahead) return { quit: 0, print: true };
        if (!this.#quiet) await this.#print(this.#pattern);
        await this.#flushAppended();
        await this.#nextLine();
        break;
      case 'N': {
        if (!this.#ahead) return { quit: 0, print: true };
        const before = this.#pattern;
        await this.#flushAppended();
        await this.#nextLine();
        this.#pattern = `${before}\n${this.#pattern}`;
        break;
      }
      case 'h':
        this.#hold = this.#pattern;
        break;
      case 'H':
        this.#hold += `\n${this.#pattern}`;
        break;
      case 'g':
        this.#pattern = this.#hold;
        break;
      case 'G':
        this.#pattern += `\n${this.#hold}`;
        break;
      case 'x':
        [this.#pattern, this.#hold] = [this.#hold, this.#pattern];
        break;
      case '=':
        await this.#write(`${this.#line}\n`);
        break;
      case 'l':
        await this.#write(
          `${this.#pattern.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n')}$\n`,
        );
        break;
      case '{':
      case '}':
      case ':':
        break;
    }
    return at + 1;
  }

  async #substitute(action: Extract<Action, { readonly name: 's' }>): Promise<void> {
    const regex = this.#regex(action.regex);
    let count = 0;
    let changed = false;
    this.#pattern = this.#pattern.replace(regex, (...match: unknown[]) => {
      count++;
      const groups = match.filter((part, i) => i === 0 || typeof part === 'string' || part === undefined);
      const whole = String(match[0]);
      if (count < action.nth || (!action.global && count > action.nth)) return whole;
      changed = true;
      return expandReplacement(
        action.replacement,
        groups.map((part) => (typeof part === 'string' ? part : '')),
      );
    });
    if (!changed) return;
    this.#substituted = true;
    if (action.print) await this.#write(`${this.#pattern}\n`);
    if (action.file !== undefined) this.#toFile(action.file, this.#pattern);
  }

  /** The first write of a run empties the file. */
  #toFile(file: string, text: string): void {
    const { fs } = this.#process;
    if (file === '/dev/stdout') {
      this.#appended.push(`${text}\n`);
      return;
    }
    fs.writeFile(absolute(this.#process, file), new TextEncoder().encode(`${text}\n`), {
      append: this.#written.has(file),
    });
    this.#written.add(file);
  }
}
