/** A listening TCP socket: a queue of connections that the kernel has accepted and a program has not yet asked for. */

import { onAbort } from '../../../kit/on-abort.ts';
import type { TcpTarget } from './net-host.ts';
import type { ListenOptions, TcpConnection, TcpListener } from './sockets.ts';
import type { PipeEnd } from './tcp-pipe.ts';

export class Listener implements TcpListener, TcpTarget {
  readonly port: number;
  readonly ip: string | undefined;
  readonly program: string | undefined;
  readonly dual: boolean;
  readonly #onClose: () => void;
  readonly #queue: PipeEnd[] = [];
  readonly #accepted = new Set<PipeEnd>();
  readonly #waiting: ((connection: TcpConnection | undefined) => void)[] = [];
  #closed = false;

  constructor(port: number, options: ListenOptions, onClose: () => void) {
    this.port = port;
    this.ip = options.ip;
    this.program = options.program;
    this.dual = options.dual ?? false;
    this.#onClose = onClose;
    onAbort(options.signal, () => this.#die());
  }

  get connections(): Iterable<PipeEnd> {
    return [...this.#queue, ...this.#accepted];
  }

  deliver(end: PipeEnd): void {
    const waiter = this.#waiting.shift();
    if (!waiter) {
      this.#queue.push(end);
      return;
    }
    this.#accepted.add(end);
    waiter(this.#tracked(end));
  }

  accept(): Promise<TcpConnection | undefined> {
    const end = this.#queue.shift();
    if (end) {
      this.#accepted.add(end);
      return Promise.resolve(this.#tracked(end));
    }
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Nobody new; those accepted live on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const end of this.#queue.splice(0)) end.abort();
    for (const waiter of this.#waiting.splice(0)) waiter(undefined);
    this.#onClose();
  }

  /** The process is gone. */
  #die(): void {
    this.close();
    for (const end of [...this.#accepted]) end.release();
    this.#accepted.clear();
  }

  /** Forgets a connection once its owner has closed it. */
  #tracked(end: PipeEnd): TcpConnection {
    const forget = (): void => {
      this.#accepted.delete(end);
    };
    return {
      local: end.local,
      remote: end.remote,
      read: () => end.read(),
      write: (bytes) => end.write(bytes),
      close: () => end.close(),
      abort: () => {
        forget();
        end.abort();
      },
      release: () => {
        forget();
        end.release();
      },
    };
  }
}
