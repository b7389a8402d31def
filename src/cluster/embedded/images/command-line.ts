/** getopt_long for the network programs: short options in clusters, long ones with `=`, values attached or apart. */

export interface OptionTable {
  /** `T:` takes a value, `v` does not; as in getopt's option string. */
  readonly short: string;
  /** Long name → short letter or a name of its own; `timeout=` takes a value. */
  readonly long?: Readonly<Record<string, string>>;
  /** Options end at the first operand. */
  readonly posix?: boolean;
}

export interface CommandLine {
  /** How often each was given. */
  readonly flags: ReadonlyMap<string, number>;
  /** Values in order. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** `complaint` without the program's name: `invalid option -- 'x'`. */
export type ParsedCommandLine = CommandLine | { readonly complaint: string };

export function parseCommandLine(args: readonly string[], table: OptionTable): ParsedCommandLine {
  const parser = new Parser(args, table);
  try {
    return parser.parse();
  } catch (error) {
    if (error instanceof BadOption) return { complaint: error.message };
    throw error;
  }
}

class BadOption extends Error {}

class Parser {
  readonly #args: readonly string[];
  readonly #table: OptionTable;
  readonly #flags = new Map<string, number>();
  readonly #values = new Map<string, string[]>();
  readonly #operands: string[] = [];
  #at = 0;

  constructor(args: readonly string[], table: OptionTable) {
    this.#args = args;
    this.#table = table;
  }

  parse(): CommandLine {
    while (this.#at < this.#args.length) {
      const word = this.#args[this.#at++] ?? '';
      if (word === '--') break;
      if (word.startsWith('--')) this.#long(word.slice(2));
      else if (word.startsWith('-') && word.length > 1) this.#cluster(word.slice(1));
      else if (this.#table.posix) {
        this.#at--;
        break;
      } else this.#operands.push(word);
    }
    this.#operands.push(...this.#args.slice(this.#at));
    return { flags: this.#flags, values: this.#values, operands: this.#operands };
  }

  #long(text: string): void {
    const equals = text.indexOf('=');
    const given = equals < 0 ? text : text.slice(0, equals);
    const long = this.#table.long ?? {};
    const names = Object.keys(long);
    const found = names.filter((name) => name.replace(/=$/, '') === given);
    const candidates = found.length > 0 ? found : names.filter((name) => name.startsWith(given));
    const [name] = candidates;
    if (name === undefined) throw new BadOption(`unrecognized option '--${text}'`);
    if (candidates.length > 1) throw new BadOption(`option '--${text}' is ambiguous`);
    const key = long[name] ?? '';
    if (!name.endsWith('=')) {
      if (equals >= 0) throw new BadOption(`option '--${name}' doesn't allow an argument`);
      this.#count(key);
    } else if (equals >= 0) this.#add(key, text.slice(equals + 1));
    else if (this.#at < this.#args.length) this.#add(key, this.#args[this.#at++] ?? '');
    else throw new BadOption(`option '--${name.slice(0, -1)}' requires an argument`);
  }

  #cluster(letters: string): void {
    for (let i = 0; i < letters.length; i++) {
      const letter = letters[i] ?? '';
      const at = letter === ':' ? -1 : this.#table.short.indexOf(letter);
      if (at < 0) throw new BadOption(`invalid option -- '${letter}'`);
      if (this.#table.short[at + 1] !== ':') {
        this.#count(letter);
        continue;
      }
      const rest = letters.slice(i + 1);
      if (rest !== '') this.#add(letter, rest);
      else if (this.#at < this.#args.length) this.#add(letter, this.#args[this.#at++] ?? '');
      else throw new BadOption(`option requires an argument -- '${letter}'`);
      return;
    }
  }

  #count(key: string): void {
    this.#flags.set(key, (this.#flags.get(key) ?? 0) + 1);
  }

  #add(key: string, value: string): void {
    this.#values.set(key, [...(this.#values.get(key) ?? []), value]);
  }
}

export function lastValue(line: CommandLine, key: string): string | undefined {
  return line.values.get(key)?.at(-1);
}
