/**
 * What the kernel's terminal layer does between a client's raw bytes (`kubectl exec -it`) and a program: echo, line
 * editing, signals from keys, CR and NL. As Linux' n_tty with the settings of a fresh pty (stty: icanon echo isig icrnl onlcr).
 */
import type { Signal, Sink, Source, Terminal } from './process.ts';
import { openInflow, openOutflow, type SinkHandle, type SourceHandle } from './streams.ts';

export interface TerminalOptions {
  /** The client's keystrokes. */
  readonly input: Source;
  /** The client's screen. */
  readonly output: Sink;
  readonly size: { readonly columns: number; readonly rows: number; onResize(listener: () => void): () => void };
  readonly onSignal: (group: number, signal: Signal) => void;
}

const keys = {
  eof: 0x04,
  interrupt: 0x03,
  quit: 0x1c,
  erase: 0x7f,
  backspace: 0x08,
  kill: 0x15,
  word: 0x17,
  literal: 0x16,
} as const;
const CR = 0x0d;
const NL = 0x0a;
const TAB = 0x09;
const utf8 = new TextEncoder();

export function openTerminal(options: TerminalOptions): {
  readonly stdin: SourceHandle;
  readonly stdout: SinkHandle;
  readonly terminal: Terminal;
} {
  const { size } = options;
  const terminal: Terminal = {
    get columns() {
      return size.columns;
    },
    get rows() {
      return size.rows;
    },
    onResize: (listener) => size.onResize(listener),
    foreground: 1,
    get mode() {
      return line.isRaw ? 'raw' : 'cooked';
    },
    set mode(mode) {
      line.setRaw(mode === 'raw');
    },
  };
  const line = new TypedLine({
    echo: (bytes) => options.output.write(bytes),
    onKey: (signal) => options.onSignal(terminal.foreground, signal),
  });
  const stdin = openInflow({ fill: () => line.nextChunk(), release: () => {}, terminal: true });
  const stdout = openOutflow({
    write: (bytes) => options.output.write(withCarriageReturns(bytes)),
    release: () => {},
    terminal: true,
  });
  void pump(options.input, line);
  return { stdin, stdout, terminal };
}

/** Keys are handled as they arrive, whoever reads: ^C must reach a program that never reads its input. */
async function pump(input: Source, line: TypedLine): Promise<void> {
  try {
    for (;;) {
      const bytes = await input.read();
      if (!bytes) break;
      await line.type(bytes);
    }
  } catch {
    // The client is gone; its screen or its keyboard failed. Both mean the end of input.
  }
  line.hangUp();
}

interface LineOptions {
  readonly echo: (bytes: Uint8Array) => Promise<void>;
  readonly onKey: (signal: Signal) => void;
}

/** The line that is being typed, and the lines that wait for a reader. */
class TypedLine {
  readonly #options: LineOptions;
  #line: number[] = [];
  #literal = false;
  #hungUp = false;
  #raw = false;
  /** An empty chunk is a ^D on an empty line. */
  #ready: Uint8Array[] = [];
  #waiting: (() => void)[] = [];

  constructor(options: LineOptions) {
    this.#options = options;
  }

  get isRaw(): boolean {
    return this.#raw;
  }

  /** What had been typed so far is no longer held back until Enter. */
  setRaw(raw: boolean): void {
    this.#raw = raw;
    if (raw && this.#line.length > 0) this.#offer();
  }

  async type(bytes: Uint8Array): Promise<void> {
    const screen: (string | Uint8Array)[] = [];
    for (const byte of bytes) {
      if (!this.#raw) screen.push(this.#key(byte));
      else if (byte === keys.quit) this.#options.onKey('SIGQUIT');
      else this.#line.push(byte === CR ? NL : byte);
    }
    if (this.#raw && this.#line.length > 0) this.#offer();
    const echoed = Buffer.concat(screen.map((part) => (typeof part === 'string' ? utf8.encode(part) : part)));
    if (echoed.length > 0) await this.#options.echo(new Uint8Array(echoed));
  }

  hangUp(): void {
    this.#hungUp = true;
    if (this.#line.length > 0) this.#offer();
    this.#wake();
  }

  /** A whole line, what ^D pushed, or undefined for ^D on an empty line and after the client has gone. */
  async nextChunk(): Promise<Uint8Array | undefined> {
    while (this.#ready.length === 0 && !this.#hungUp) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const chunk = this.#ready.shift();
    return chunk && chunk.length > 0 ? chunk : undefined;
  }

  #offer(): void {
    this.#ready.push(Uint8Array.from(this.#line));
    this.#line = [];
    this.#wake();
  }

  #wake(): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const resolve of woken) resolve();
  }

  /** Throws away what was typed, as n_tty does without NOFLSH. */
  #signal(name: Signal): string {
    this.#line = [];
    this.#ready = [];
    this.#options.onKey(name);
    return name === 'SIGINT' ? '^C' : '^\\';
  }

  /** Handles one byte and returns what the screen shows for it. */
  #key(byte: number): string | Uint8Array {
    const line = this.#line;
    if (this.#literal) {
      this.#literal = false;
      line.push(byte);
      return shown(byte);
    }
    switch (byte) {
      case keys.interrupt:
        return this.#signal('SIGINT');
      case keys.quit:
        return this.#signal('SIGQUIT');
      case keys.literal:
        this.#literal = true;
        return '^\b';
      case keys.eof:
        this.#offer();
        return '';
      case keys.erase:
      case keys.backspace:
        return erase(line, lastCharacter(line));
      case keys.word:
        return erase(line, lastWord(line));
      case keys.kill:
        return erase(line, line.length);
      case CR:
      case NL:
        line.push(NL);
        this.#offer();
        return '\r\n';
      default:
        line.push(byte);
        return shown(byte);
    }
  }
}

/** Control characters as `^X`, the tab as it is; everything else, UTF-8 included, unchanged. */
function shown(byte: number): string | Uint8Array {
  if (byte < 0x20 && byte !== TAB) return `^${String.fromCharCode(byte + 0x40)}`;
  return Uint8Array.of(byte);
}

/** Takes `count` bytes off the line; the screen gets one erasure per column. */
function erase(line: number[], count: number): string {
  const gone = line.splice(line.length - count, count);
  const columns = gone.reduce((sum, byte) => sum + (byte < 0x20 ? 2 : isContinuation(byte) ? 0 : 1), 0);
  return '\b \b'.repeat(columns);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function lastCharacter(line: readonly number[]): number {
  let count = Math.min(1, line.length);
  while (count < line.length && isContinuation(line[line.length - count] ?? 0)) count++;
  return count;
}

/** Trailing blanks and the word in front of them. */
function lastWord(line: readonly number[]): number {
  let at = line.length;
  while (at > 0 && line[at - 1] === 0x20) at--;
  while (at > 0 && line[at - 1] !== 0x20) at--;
  return line.length - at;
}

/** ONLCR. */
function withCarriageReturns(bytes: Uint8Array): Uint8Array {
  const newlines = bytes.reduce((count, byte) => count + (byte === NL ? 1 : 0), 0);
  if (newlines === 0) return bytes;
  const result = new Uint8Array(bytes.length + newlines);
  let at = 0;
  for (const byte of bytes) {
    if (byte === NL) result[at++] = CR;
    result[at++] = byte;
  }
  return result;
}
