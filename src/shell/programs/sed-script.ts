/** sed's language: from script text to commands. */
import { compileRegex, RegexProblem } from './posix-regex.ts';
import { type Action, type Address, type SedCommand, SedProblem } from './sed-commands.ts';

interface Draft {
  first: Address | undefined;
  second: Address | undefined;
  negated: boolean;
  action: Action;
  label?: string;
}

/** Throws SedProblem in BusyBox' words. */
export function parseSed(script: string, extended: boolean): readonly SedCommand[] {
  const parser = new SedParser(script, extended);
  return parser.parse();
}

class SedParser {
  readonly #text: string;
  readonly #extended: boolean;
  #at = 0;

  constructor(text: string, extended: boolean) {
    this.#text = text;
    this.#extended = extended;
  }

  parse(): readonly SedCommand[] {
    const drafts: Draft[] = [];
    const labels = new Map<string, number>();
    const open: number[] = [];
    for (;;) {
      this.#skip(/[\s;]/);
      if (this.#at >= this.#text.length) break;
      if (this.#peek() === '#') {
        this.#rest();
        continue;
      }
      const draft = this.#command();
      if (draft.action.name === '{') open.push(drafts.length);
      if (draft.action.name === ':') labels.set(draft.label ?? '', drafts.length);
      if (draft.action.name === '}') {
        const start = open.pop();
        const opening = start === undefined ? undefined : drafts[start];
        if (!opening) throw new SedProblem('unexpected }');
        opening.action = { name: '{', end: drafts.length };
      }
      drafts.push(draft);
    }
    if (open.length > 0) throw new SedProblem('unmatched {');
    return drafts.map((draft) => resolveLabel(draft, labels, drafts.length));
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #skip(what: RegExp): void {
    while (this.#at < this.#text.length && what.test(this.#peek())) this.#at++;
  }

  #rest(): string {
    const end = this.#text.indexOf('\n', this.#at);
    const text = this.#text.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#text.length : end + 1;
    return text;
  }

  #command(): Draft {
    const first = this.#address();
    let second: Address | undefined;
    this.#skip(/[ \t]/);
    if (first && this.#peek() === ',') {
      this.#at++;
      this.#skip(/[ \t]/);
      second = this.#address(true);
      if (!second) throw new SedProblem('no address after comma');
    }
    this.#skip(/[ \t]/);
    let negated = false;
    while (this.#peek() === '!') {
      negated = true;
      this.#at++;
      this.#skip(/[ \t]/);
    }
    const name = this.#peek();
    if (name === '' || name === '\n') throw new SedProblem('missing command');
    this.#at++;
    const base = { first, second, negated };
    if (name === ':') return { ...base, action: { name }, label: this.#label() };
    if ('btT'.includes(name)) return { ...base, action: { name: name as 'b', target: -1 }, label: this.#label() };
    return { ...base, action: this.#action(name) };
  }

  #label(): string {
    this.#skip(/[ \t]/);
    const label = /^[^;\n}]*/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    this.#at += label.length;
    return label.trim();
  }

  #address(second = false): Address | undefined {
    const rest = this.#text.slice(this.#at);
    const step = /^(\d+)~(\d+)/.exec(rest);
    const number = /^\d+/.exec(rest);
    const relative = second ? /^([+~])(\d+)/.exec(rest) : null;
    if (relative) {
      this.#at += relative[0].length;
      return { type: relative[1] === '+' ? 'plus' : 'multiple', count: Number(relative[2]) };
    }
    if (step) {
      this.#at += step[0].length;
      return { type: 'step', first: Number(step[1]), step: Number(step[2]) };
    }
    if (number) {
      this.#at += number[0].length;
      return { type: 'line', line: Number(number[0]) };
    }
    if (rest.startsWith('$')) {
      this.#at++;
      return { type: 'last' };
    }
    if (!rest.startsWith('/') && !rest.startsWith('\\')) return undefined;
    if (rest.startsWith('\\')) this.#at++;
    const delimiter = this.#peek();
    this.#at++;
    const pattern = this.#delimited(delimiter);
    const ignoreCase = this.#peek() === 'I';
    if (ignoreCase) this.#at++;
    return { type: 'regex', regex: this.#regex(pattern, ignoreCase) };
  }

  /** Up to the delimiter, which a backslash can protect; brackets protect it, too. */
  #delimited(delimiter: string, isRegex = true): string {
    let result = '';
    let bracket = false;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#peek();
      const next = this.#text[this.#at + 1] ?? '';
      if (char === '\\' && !bracket) {
        result +=
          next === delimiter ? (isRegex && /[*.[\]^$+?(){}|]/.test(delimiter) ? char + next : next) : char + next;
        this.#at++;
      } else if (isRegex && char === '[' && !bracket) {
        bracket = true;
        const opening = /^\[\^?\]?/.exec(this.#text.slice(this.#at))?.[0] ?? '[';
        result += opening;
        this.#at += opening.length - 1;
      } else if (char === ']' && bracket && !/\[:[a-z]*:?$/.test(result)) {
        bracket = false;
        result += char;
      } else if (char === delimiter && !bracket) {
        this.#at++;
        return result;
      } else result += char;
    }
    throw new SedProblem(`unmatched '${delimiter}'`);
  }

  #regex(pattern: string, ignoreCase: boolean): RegExp | undefined {
    if (pattern === '') return undefined;
    try {
      return compileRegex(pattern, { extended: this.#extended, ignoreCase, global: true });
    } catch (error) {
      if (error instanceof RegexProblem) throw new SedProblem(`bad regex '${pattern}': ${error.message}`);
      throw error;
    }
  }

  #action(name: string): Action {
    switch (name) {
      case 's':
        return this.#substitute();
      case 'y':
        return this.#transliterate();
      case 'a':
      case 'i':
      case 'c':
        return { name, text: this.#text2() };
      case 'r':
      case 'w':
        this.#skip(/[ \t]/);
        return { name, file: this.#rest() };
      case 'q':
      case 'Q': {
        this.#skip(/[ \t]/);
        const status = /^\d*/.exec(this.#text.slice(this.#at))?.[0] ?? '';
        this.#at += status.length;
        return { name, status: Number(status) };
      }
      case '{':
        return { name, end: -1 };
      case 'p':
      case 'P':
      case 'd':
      case 'D':
      case 'n':
      case 'N':
      case 'h':
      case 'H':
      case 'g':
      case 'G':
      case 'x':
      case '=':
      case 'l':
      case '}':
        return { name };
      default:
        throw new SedProblem(`unsupported command ${name}`);
    }
  }

  /** The text of a, i and c: to the end of the line, a backslash continues it. */
  #text2(): string {
    this.#skip(/[ \t]/);
    if (/^\\[ \t]*\n/.test(this.#text.slice(this.#at))) this.#at = this.#text.indexOf('\n', this.#at) + 1;
    else if (this.#peek() === '\\') this.#at++;
    let result = '';
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#peek();
      if (char === '\n') {
        this.#at++;
        break;
      }
      if (char === '\\') {
        this.#at++;
        result += this.#peek();
      } else result += char;
    }
    return result;
  }

  #substitute(): Action {
    const delimiter = this.#peek();
    this.#at++;
    const pattern = this.#delimited(delimiter);
    const replacement = this.#delimited(delimiter, false);
    const flags = /^[gpiI\d]*/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    this.#at += flags.length;
    let file: string | undefined;
    if (this.#peek() === 'w') {
      this.#at++;
      this.#skip(/[ \t]/);
      file = this.#rest();
    }
    this.#end();
    const nth = Number(/\d+/.exec(flags)?.[0] ?? 1);
    return {
      name: 's',
      regex: this.#regex(pattern, /i/i.test(flags)),
      replacement,
      global: flags.includes('g'),
      nth,
      print: flags.includes('p'),
      file,
    };
  }

  #end(): void {
    this.#skip(/[ \t]/);
    if (this.#at < this.#text.length && !/[;\n}#]/.test(this.#peek()))
      throw new SedProblem('bad option in substitution expression');
  }

  #transliterate(): Action {
    const delimiter = this.#peek();
    this.#at++;
    const plainChars = (text: string): readonly string[] => [...text.replace(/\\n/g, '\n').replace(/\\\\/g, '\\')];
    const from = plainChars(this.#delimited(delimiter, false));
    const to = plainChars(this.#delimited(delimiter, false));
    if (from.length !== to.length) throw new SedProblem("strings for 'y' command are different lengths");
    return { name: 'y', map: new Map(from.map((char, i) => [char, to[i] ?? char])) };
  }
}

function resolveLabel(draft: Draft, labels: ReadonlyMap<string, number>, end: number): SedCommand {
  const { first, second, negated, action } = draft;
  if (action.name !== 'b' && action.name !== 't' && action.name !== 'T') return { first, second, negated, action };
  const target = draft.label === '' || draft.label === undefined ? end : labels.get(draft.label);
  if (target === undefined) throw new SedProblem(`can't find label for jump to '${draft.label}'`);
  return { first, second, negated, action: { name: action.name, target } };
}
