/**
 * What stands behind a file descriptor: open files that several processes share by handle, as after fork and dup.
 * The last handle that closes releases what is behind it: that is how a pipe's reader learns of the end of file.
 */
import type { Sink, Source } from './process.ts';

/** The shared side of a readable descriptor. `fill` resolves undefined at the end of file and may then be called again. */
export interface Inflow {
  fill(): Promise<Uint8Array | undefined>;
  release(): void;
  readonly terminal?: boolean;
}

/** The shared side of a writable descriptor. `write` rejects with BrokenPipe when nobody will read. */
export interface Outflow {
  write(bytes: Uint8Array): Promise<void>;
  release(): void;
  readonly terminal?: boolean;
}

/**
 * The process that holds a handle: its death interrupts every operation and closes every handle it still has.
 * `enter` also gives others a turn now and then, see pacer.ts.
 */
export interface Guard {
  enter<T>(operation: () => Promise<T>, cost?: number): Promise<T>;
  adopt(handle: { close(): void }): void;
  drop(handle: { close(): void }): void;
}

interface SharedInflow {
  readonly inflow: Inflow;
  buffer: Uint8Array[];
  filling: Promise<boolean> | undefined;
  handles: number;
}

/** A readable descriptor. Bytes that arrive for a reader who is gone stay for the next one. */
export class SourceHandle implements Source {
  readonly #shared: SharedInflow;
  readonly guard: Guard | undefined;
  #closed = false;

  constructor(shared: SharedInflow, guard?: Guard) {
    this.#shared = shared;
    this.guard = guard;
    shared.handles++;
    guard?.adopt(this);
  }

  get isTerminal(): boolean {
    return this.#shared.inflow.terminal === true;
  }

  read(maxBytes = 65_536): Promise<Uint8Array | undefined> {
    const operation = () => this.#read(maxBytes);
    return this.guard ? this.guard.enter(operation, 4) : operation();
  }

  /** Up to and including the byte: what the shell's `read` needs so that the next program finds the rest. */
  readUntil(byte: number): Promise<Uint8Array | undefined> {
    const operation = () => this.#readUntil(byte);
    return this.guard ? this.guard.enter(operation, 4) : operation();
  }

  async #read(maxBytes: number): Promise<Uint8Array | undefined> {
    if (!(await this.#available())) return undefined;
    const first = this.#shared.buffer[0];
    if (!first) return undefined;
    return this.#take(Math.min(maxBytes, first.length));
  }

  async #readUntil(byte: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    while (await this.#available()) {
      const first = this.#shared.buffer[0];
      if (!first) break;
      const at = first.indexOf(byte);
      parts.push(this.#take(at < 0 ? first.length : at + 1));
      if (at >= 0) break;
    }
    return parts.length === 0 ? undefined : joinBytes(parts);
  }

  /** Another handle on the same open file, for the same process or for another one. */
  dup(guard = this.guard): SourceHandle {
    return new SourceHandle(this.#shared, guard);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.guard?.drop(this);
    this.#shared.handles--;
    if (this.#shared.handles === 0) this.#shared.inflow.release();
  }

  /** True when the buffer holds bytes; false at the end of file or when this handle was closed meanwhile. */
  async #available(): Promise<boolean> {
    const shared = this.#shared;
    while (!this.#closed && shared.buffer.length === 0) {
      shared.filling ??= fillBuffer(shared);
      if (!(await shared.filling)) return !this.#closed && shared.buffer.length > 0;
    }
    return !this.#closed;
  }

  #take(count: number): Uint8Array {
    const [first = new Uint8Array(), ...rest] = this.#shared.buffer;
    if (count >= first.length) {
      this.#shared.buffer = rest;
      return first;
    }
    this.#shared.buffer = [first.subarray(count), ...rest];
    return first.subarray(0, count);
  }
}

async function fillBuffer(shared: SharedInflow): Promise<boolean> {
  try {
    const bytes = await shared.inflow.fill();
    if (bytes && bytes.length > 0) shared.buffer.push(bytes);
    return bytes !== undefined;
  } finally {
    shared.filling = undefined;
  }
}

interface SharedOutflow {
  readonly outflow: Outflow;
  handles: number;
}

/** A writable descriptor. */
export class SinkHandle implements Sink {
  readonly #shared: SharedOutflow;
  readonly guard: Guard | undefined;
  #closed = false;

  constructor(shared: SharedOutflow, guard?: Guard) {
    this.#shared = shared;
    this.guard = guard;
    shared.handles++;
    guard?.adopt(this);
  }

  get isTerminal(): boolean {
    return this.#shared.outflow.terminal === true;
  }

  /** Even one with nothing to do goes through the guard: it is there that a process which writes for ever learns of its death. */
  async write(bytes: Uint8Array): Promise<void> {
    const operation = async () => {
      if (!this.#closed && bytes.length > 0) await this.#shared.outflow.write(bytes);
    };
    await (this.guard ? this.guard.enter(operation, 4 + (bytes.length >> 10)) : operation());
  }

  dup(guard = this.guard): SinkHandle {
    return new SinkHandle(this.#shared, guard);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.guard?.drop(this);
    this.#shared.handles--;
    if (this.#shared.handles === 0) this.#shared.outflow.release();
  }
}

export function openInflow(inflow: Inflow, guard?: Guard): SourceHandle {
  return new SourceHandle({ inflow, buffer: [], filling: undefined, handles: 0 }, guard);
}

export function openOutflow(outflow: Outflow, guard?: Guard): SinkHandle {
  return new SinkHandle({ outflow, handles: 0 }, guard);
}

/** A handle on any Source; one that is a handle already is duplicated, so the caller closes only its own. */
export function sourceHandle(source: Source, guard?: Guard): SourceHandle {
  if (source instanceof SourceHandle) return source.dup(guard);
  return openInflow({ fill: () => source.read(), release: () => {} }, guard);
}

/** As sourceHandle. A foreign sink is never closed from here: it belongs to whoever made it. */
export function sinkHandle(sink: Sink, guard?: Guard): SinkHandle {
  if (sink instanceof SinkHandle) return sink.dup(guard);
  return openOutflow({ write: (bytes) => sink.write(bytes), release: () => {} }, guard);
}

/** Reads as the end of file at once: /dev/null. */
export function emptySource(guard?: Guard): SourceHandle {
  return openInflow({ fill: async () => undefined, release: () => {} }, guard);
}

/** Swallows everything: /dev/null. */
export function nullSink(guard?: Guard): SinkHandle {
  return openOutflow({ write: async () => {}, release: () => {} }, guard);
}

/** The bytes, then the end of file. */
export function bytesSource(bytes: Uint8Array, guard?: Guard): SourceHandle {
  let rest: Uint8Array | undefined = bytes;
  return openInflow(
    {
      fill: async () => {
        const chunk = rest;
        rest = undefined;
        return chunk;
      },
      release: () => {},
    },
    guard,
  );
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
