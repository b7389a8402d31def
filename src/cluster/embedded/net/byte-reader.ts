/** Reads lines and counted bytes off a stream, keeping what it has read too much of. */
import type { Source } from '../../../shell/process.ts';

const decoder = new TextDecoder();

export class ByteReader {
  readonly #source: Source;
  #buffer: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(source: Source) {
    this.#source = source;
  }

  /** What is there, at least a byte; undefined at the end. */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#buffer.length === 0) await this.#fill();
    if (this.#buffer.length === 0) return undefined;
    const bytes = this.#buffer;
    this.#buffer = new Uint8Array(0);
    return bytes;
  }

  /** Without taking it: undefined at the end. */
  async peek(): Promise<number | undefined> {
    if (this.#buffer.length === 0) await this.#fill();
    return this.#buffer[0];
  }

  /** Without its CR LF or LF; what is left at the end counts as a line; undefined at the end. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const at = this.#buffer.indexOf(10);
      if (at >= 0) {
        const text = decoder.decode(this.#take(at + 1));
        return text.replace(/\r?\n$/, '');
      }
      if (!(await this.#fill())) break;
    }
    return this.#buffer.length === 0 ? undefined : decoder.decode(this.#take(this.#buffer.length));
  }

  /** Fewer than asked for only at the end. */
  async exactly(count: number): Promise<Uint8Array> {
    while (this.#buffer.length < count && (await this.#fill()));
    return this.#take(Math.min(count, this.#buffer.length));
  }

  async rest(): Promise<Uint8Array> {
    while (await this.#fill());
    return this.#take(this.#buffer.length);
  }

  #take(count: number): Uint8Array {
    const taken = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return taken;
  }

  async #fill(): Promise<boolean> {
    if (this.#ended) return false;
    const bytes = await this.#source.read();
    if (bytes === undefined) {
      this.#ended = true;
      return false;
    }
    this.#buffer = this.#buffer.length === 0 ? bytes : concat([this.#buffer, bytes]);
    return true;
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
