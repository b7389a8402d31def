/**
 * One exec or attach while it runs: joins the process in the container to a client that may connect a moment later.
 * The process is started first, so that a refusal can still be an HTTP answer; what it writes meanwhile waits here.
 */
import { BrokenPipe, type Sink, type Source } from '../../../../shell/process.ts';
import { type ExecOptions, type ExecProcess, StartError, type TerminalControl } from '../../runtime.ts';
import { type EndStatus, endedStatus, failedStatus, startFailedStatus } from './end-status.ts';

/** The client's side of the wire. */
export interface Transport {
  /** Resolves when there is room for more. */
  send(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void>;
  /** The last word; closes the connection in order. */
  finish(status: EndStatus): void;
}

export interface SessionOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export type SessionIo = Omit<ExecOptions, 'argv' | 'urgent'>;

export interface Session {
  connect(transport: Transport): void;
  feedStdin(bytes: Uint8Array): void;
  endStdin(): void;
  resize(columns: number, rows: number): void;
  /** The client is gone. Idempotent. */
  abandon(): void;
  /** Settles when the process has ended or was abandoned. */
  readonly done: Promise<void>;
}

/** Throws what `start` throws, except StartError: that is told over the connection, as containerd's refusal is. */
export function openSession(
  options: SessionOptions,
  start: (io: SessionIo) => ExecProcess,
  makeId: () => string,
): Session {
  const stdin = new StdinPipe();
  const terminal = new RemoteTerminal();
  const transport = deferred<Transport>();
  let gone = false;
  let ended = false;

  const sink = (stream: 'stdout' | 'stderr', wanted: boolean): Sink => ({
    async write(bytes) {
      if (gone) throw new BrokenPipe();
      if (!wanted || bytes.length === 0) return;
      const client = await transport.promise;
      if (gone) throw new BrokenPipe();
      pending = Promise.all([pending, client.send(stream, bytes)]).then(() => undefined);
      await pending;
    },
    close() {},
  });
  let pending: Promise<void> = Promise.resolve();

  const process = startProcess(start, {
    ...(options.stdin && { stdin }),
    stdout: sink('stdout', options.stdout),
    ...(!options.tty && { stderr: sink('stderr', options.stderr) }),
    ...(options.tty && { tty: terminal }),
  });
  const end =
    process instanceof StartError
      ? Promise.resolve(startFailedStatus(process, makeId()))
      : process.exited.then(endedStatus, failedStatus);
  const done = end.then(async (status) => {
    ended = true;
    if (gone) return;
    const client = await transport.promise;
    await pending.catch(() => {});
    if (!gone) client.finish(status);
  });
  return {
    connect: transport.resolve,
    feedStdin: (bytes) => stdin.feed(bytes),
    endStdin: () => stdin.end(),
    resize: (columns, rows) => terminal.resize(columns, rows),
    abandon() {
      if (gone || ended) return;
      gone = true;
      stdin.end();
      if (!(process instanceof StartError)) process.kill(options.tty ? 'SIGHUP' : 'SIGKILL');
    },
    done,
  };
}

function startProcess(start: (io: SessionIo) => ExecProcess, io: SessionIo): ExecProcess | StartError {
  try {
    return start(io);
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
}

/** What the client typed, until the program reads it. */
class StdinPipe implements Source {
  readonly #chunks: Uint8Array[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  feed(bytes: Uint8Array): void {
    if (this.#ended || bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) return chunk;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

class RemoteTerminal implements TerminalControl {
  readonly #listeners = new Set<() => void>();
  columns = 80;
  rows = 24;

  resize(columns: number, rows: number): void {
    if (columns <= 0 || rows <= 0) return;
    this.columns = columns;
    this.rows = rows;
    for (const listener of this.#listeners) listener();
  }

  onResize(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
