/**
 * The line editor of an interactive shell, as BusyBox' lineedit: cursor keys, history, ^A ^E ^K ^U ^W ^L. It puts the
 * terminal into raw mode while a line is typed, so what it draws is what a client of `kubectl exec -it` receives.
 */
import type { Terminal } from '../process.ts';
import type { SourceHandle } from '../streams.ts';

export interface EditOptions {
  readonly source: SourceHandle;
  readonly terminal: Terminal;
  readonly prompt: string;
  /** Oldest first; finished lines are added. */
  readonly history: string[];
  readonly show: (text: string) => Promise<void>;
}

/** The line with its newline; undefined for ^D on an empty line or the end of input. */
export async function editLine(options: EditOptions): Promise<string | 'interrupted' | undefined> {
  const { terminal, show } = options;
  terminal.mode = 'raw';
  try {
    await show(options.prompt);
    return await new LineEditor(options).run();
  } finally {
    terminal.mode = 'cooked';
  }
}

const clearBelow = '\x1b[J';
const historyLimit = 255;

class LineEditor {
  readonly #options: EditOptions;
  #chars: string[] = [];
  #cursor = 0;
  #historyAt: number;
  #draft = '';

  constructor(options: EditOptions) {
    this.#options = options;
    this.#historyAt = options.history.length;
  }

  async run(): Promise<string | 'interrupted' | undefined> {
    for (;;) {
      const key = await this.#key();
      switch (key) {
        case undefined:
          return this.#chars.length > 0 ? `${this.#chars.join('')}\n` : undefined;
        case '\n':
          await this.#show('\n');
          return this.#finish();
        case '\x03':
          await this.#show('^C\n');
          return 'interrupted';
        case '\x04':
          if (this.#chars.length === 0) return undefined;
          await this.#remove(this.#cursor, this.#cursor + 1);
          break;
        default:
          await this.#handle(key);
      }
    }
  }

  #finish(): string {
    const line = this.#chars.join('');
    const { history } = this.#options;
    if (line.trim() !== '' && history.at(-1) !== line) history.push(line);
    if (history.length > historyLimit) history.shift();
    return `${line}\n`;
  }

  async #show(text: string): Promise<void> {
    if (text !== '') await this.#options.show(text);
  }

  async #byte(): Promise<number | undefined> {
    return (await this.#options.source.read(1))?.[0];
  }

  /** One character, or an escape sequence as a whole. */
  async #key(): Promise<string | undefined> {
    const first = await this.#byte();
    if (first === undefined) return undefined;
    if (first === 0x1b) return this.#escape();
    if (first < 0x80) return String.fromCharCode(first);
    const bytes = [first];
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    while (bytes.length < length) {
      const next = await this.#byte();
      if (next === undefined) break;
      bytes.push(next);
    }
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }

  async #escape(): Promise<string> {
    let text = '\x1b';
    for (;;) {
      const next = await this.#byte();
      if (next === undefined) return text;
      text += String.fromCharCode(next);
      if (text.length === 2 && (next === 0x5b || next === 0x4f)) continue;
      if (next >= 0x40 || text.length === 2 || text.length > 8) return text;
    }
  }

  async #handle(key: string): Promise<void> {
    switch (key) {
      case '\x7f':
      case '\b':
        return this.#backspace(1);
      case '\x17':
        return this.#backspace(this.#wordLength());
      case '\x15':
        this.#chars = this.#chars.slice(this.#cursor);
        this.#cursor = 0;
        return this.#redraw();
      case '\x0b':
        this.#chars = this.#chars.slice(0, this.#cursor);
        return this.#show(clearBelow);
      case '\x0c':
        await this.#show('\x1b[H');
        return this.#redraw();
      case '\x01':
      case '\x1b[H':
      case '\x1b[1~':
      case '\x1bOH':
        return this.#moveTo(0);
      case '\x05':
      case '\x1b[F':
      case '\x1b[4~':
      case '\x1bOF':
        return this.#moveTo(this.#chars.length);
      case '\x02':
      case '\x1b[D':
      case '\x1bOD':
        return this.#moveTo(this.#cursor - 1);
      case '\x06':
      case '\x1b[C':
      case '\x1bOC':
        return this.#moveTo(this.#cursor + 1);
      case '\x1b[3~':
        return this.#remove(this.#cursor, this.#cursor + 1);
      case '\x10':
      case '\x1b[A':
      case '\x1bOA':
        return this.#recall(-1);
      case '\x0e':
      case '\x1b[B':
      case '\x1bOB':
        return this.#recall(1);
      default:
        if (key >= ' ' && !key.startsWith('\x1b')) await this.#insert(key);
    }
  }

  async #insert(char: string): Promise<void> {
    this.#chars.splice(this.#cursor, 0, char);
    this.#cursor++;
    const rest = this.#chars.slice(this.#cursor);
    await this.#show(char + rest.join('') + '\b'.repeat(rest.length));
  }

  /** One erasure per character, as lineedit draws it. */
  async #backspace(count: number): Promise<void> {
    for (let i = 0; i < count && this.#cursor > 0; i++) {
      this.#cursor--;
      await this.#show('\b');
      await this.#remove(this.#cursor, this.#cursor + 1);
    }
  }

  async #remove(from: number, to: number): Promise<void> {
    if (from >= this.#chars.length) return;
    this.#chars.splice(from, to - from);
    const rest = this.#chars.slice(from);
    await this.#show(clearBelow + rest.join('') + '\b'.repeat(rest.length));
  }

  #wordLength(): number {
    let at = this.#cursor;
    while (at > 0 && this.#chars[at - 1] === ' ') at--;
    while (at > 0 && this.#chars[at - 1] !== ' ') at--;
    return this.#cursor - at;
  }

  async #moveTo(target: number): Promise<void> {
    const to = Math.max(0, Math.min(this.#chars.length, target));
    if (to < this.#cursor) await this.#show('\b'.repeat(this.#cursor - to));
    else await this.#show(this.#chars.slice(this.#cursor, to).join(''));
    this.#cursor = to;
  }

  async #recall(step: 1 | -1): Promise<void> {
    const { history } = this.#options;
    const at = this.#historyAt + step;
    if (at < 0 || at > history.length) return;
    if (this.#historyAt === history.length) this.#draft = this.#chars.join('');
    this.#historyAt = at;
    this.#chars = [...(history[at] ?? this.#draft)];
    this.#cursor = this.#chars.length;
    await this.#redraw();
  }

  async #redraw(): Promise<void> {
    const back = '\b'.repeat(this.#chars.length - this.#cursor);
    const prompt = this.#options.prompt.slice(this.#options.prompt.lastIndexOf('\n') + 1);
    await this.#show(`\r${prompt}${this.#chars.join('')}${clearBelow}${back}`);
  }
}
