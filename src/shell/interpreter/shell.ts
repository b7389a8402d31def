/** A running shell: everything that a subshell copies, and the few operations that every part of the interpreter needs. */
import { type Pacer, pacer } from '../pacer.ts';
import type { Child, Process, Signal } from '../process.ts';
import type { SinkHandle, SourceHandle } from '../streams.ts';
import type { Command, List, Script } from '../syntax/ast.ts';
import { ShellError } from './control.ts';
import { ReadOnlyVariable, Variables } from './variables.ts';
import type { ErrorPlace, Wording } from './wording.ts';

/** What a descriptor number stands for; a file opened with `<>` has both. */
export interface Descriptor {
  readonly source?: SourceHandle;
  readonly sink?: SinkHandle;
}

/** By the letter of `set`; `o` for pipefail, which has none. */
export type OptionLetter = 'a' | 'b' | 'C' | 'e' | 'f' | 'h' | 'i' | 'm' | 'n' | 'o' | 'u' | 'v' | 'x';

export interface Job {
  readonly number: number;
  readonly command: string;
  readonly children: readonly Child[];
  readonly group: number | undefined;
  /** Of the last command; undefined while it runs. */
  status: number | undefined;
  endedBy: Signal | undefined;
}

/** What parts of the interpreter call back into: breaks the circle between expansion, builtins and evaluation. */
export interface Engine {
  runList(shell: Shell, list: List, final?: boolean): Promise<number>;
  runCommand(shell: Shell, command: Command, final?: boolean): Promise<number>;
  /** Parses and runs, command by command. Throws ShellError for a syntax error. */
  runText(shell: Shell, text: string): Promise<number>;
  /** The output of `$(…)` without trailing newlines; its status goes to shell.substitutionStatus. */
  substitute(shell: Shell, script: Script): Promise<string>;
  /** Runs words as a command, functions aside: `command`, `exec`. */
  runWords(shell: Shell, words: readonly string[], options: { readonly functions: boolean }): Promise<number>;
}

export interface ShellOptions {
  readonly process: Process;
  readonly wording: Wording;
  readonly engine: Engine;
  readonly arg0: string;
  readonly positional: readonly string[];
  readonly input: ErrorPlace['input'];
}

export class Shell {
  readonly process: Process;
  readonly wording: Wording;
  readonly engine: Engine;
  readonly pace: Pacer;
  readonly input: ErrorPlace['input'];
  vars = new Variables();
  functions = new Map<string, Command>();
  aliases = new Map<string, string>();
  options = new Set<OptionLetter>();
  fds = new Map<number, Descriptor>();
  /** What the signals and EXIT do; an empty action ignores. */
  traps = new Map<Signal | 'EXIT', string>();
  /** Signals that came and whose trap has not run yet. */
  pendingSignals: Signal[] = [];
  /** Called when a trapped signal arrives: `wait` stops waiting. */
  onTrapped: (() => void) | undefined;
  /** ^C at an interactive shell that has no job in the foreground: the next command gives up. */
  interruptRequested = false;
  jobs: Job[] = [];
  arg0: string;
  positional: readonly string[];
  cwd: string;
  status = 0;
  /** Of the last `$(…)` in the command that is being expanded: the status of an assignment. */
  substitutionStatus: number | undefined;
  line = 1;
  loopDepth = 0;
  functionDepth = 0;
  sourceDepth = 0;
  /** Above 0: `set -e` does not count here (conditions, `!`, all but the last of `&&`). */
  tested = 0;
  lastBackground: number | undefined;
  readonly shellPid: number;
  /** A subshell: has no prompt and no job control, whatever its parent has. */
  readonly isSubshell: boolean;
  getoptsOffset = 0;
  umask = 0o022;
  /** Which builtin speaks when something fails that no builtin knows of: `exec`, `eval`. */
  builtinName: string | undefined;
  #randomState: number | undefined;

  constructor(options: ShellOptions, parent?: Shell) {
    this.process = options.process;
    this.wording = options.wording;
    this.engine = options.engine;
    this.input = options.input;
    this.arg0 = options.arg0;
    this.positional = options.positional;
    this.cwd = options.process.cwd;
    this.pace = pacer(options.process);
    this.shellPid = parent?.shellPid ?? options.process.pid;
    this.isSubshell = parent !== undefined;
  }

  get interactive(): boolean {
    return this.options.has('i') && !this.isSubshell;
  }

  async out(text: string): Promise<void> {
    await this.outBytes(new TextEncoder().encode(text));
  }

  async outBytes(bytes: Uint8Array): Promise<void> {
    await this.fds.get(1)?.sink?.write(bytes);
  }

  async err(text: string): Promise<void> {
    await this.fds.get(2)?.sink?.write(new TextEncoder().encode(text));
  }

  /** With the shell's prefix, and the line where the shell tells it. */
  message(text: string, builtin?: string): string {
    const place = { shell: this.arg0, line: this.line, builtin, input: this.input };
    return `${this.wording.prefix(place)}${text}\n`;
  }

  async warn(text: string, builtin?: string): Promise<void> {
    await this.err(this.message(text, builtin));
  }

  fail(text: string, status = 2): ShellError {
    return new ShellError(this.message(text, this.builtinName), status);
  }

  setVariable(name: string, value: string, exported = false): void {
    try {
      this.vars.set(name, value, exported || this.options.has('a'));
    } catch (error) {
      if (error instanceof ReadOnlyVariable) throw this.fail(this.wording.readOnly(name));
      throw error;
    }
    if (name === 'OPTIND') this.getoptsOffset = 0;
  }

  /** Special parameters and variables; `@` and `*` joined by blanks. Undefined: unset. */
  parameter(name: string): string | undefined {
    if (/^\d+$/.test(name)) return name === '0' ? this.arg0 : this.positional[Number(name) - 1];
    switch (name) {
      case '@':
      case '*':
        return this.positional.length === 0 ? undefined : this.positional.join(' ');
      case '#':
        return String(this.positional.length);
      case '?':
        return String(this.status);
      case '$':
        return String(this.shellPid);
      case '!':
        return this.lastBackground === undefined ? undefined : String(this.lastBackground);
      case '-':
        return [...this.options].filter((letter) => letter !== 'o').join('');
      case 'RANDOM':
        return this.vars.get(name) ?? (this.wording.name === 'dash' ? undefined : String(this.#random()));
      case 'LINENO':
        return this.vars.get(name) ?? String(this.line);
      default:
        return this.vars.get(name);
    }
  }

  /** As BusyBox ash: a linear congruential generator, started from the process, so that runs are alike. */
  #random(): number {
    this.#randomState ??= this.shellPid * 1_000_003 + this.process.clock.now();
    this.#randomState = (Math.imul(this.#randomState | 0, 1_664_525) + 1_013_904_223) | 0;
    return (this.#randomState >>> 16) & 0x7fff;
  }

  get ifs(): string {
    return this.vars.get('IFS') ?? ' \t\n';
  }
}
