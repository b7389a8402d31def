/** One stream of a SPDY connection, as a Duplex: each direction ends on its own (FIN), a reset ends both. */
import { Duplex } from 'node:stream';
import type { Headers } from './spdy-headers.ts';

export interface StreamWire {
  data(bytes: Uint8Array, fin: boolean, sent: () => void): void;
  closed(): void;
  reset(): void;
}

/** Bytes of one data frame; client-go reads frames of any size, small ones keep streams fair. */
const frameBytes = 64 * 1024;

export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: Headers;
  readonly #wire: StreamWire;
  #received = false;

  constructor(id: number, headers: Headers, wire: StreamWire) {
    super({ allowHalfOpen: true });
    this.id = id;
    this.headers = headers;
    this.#wire = wire;
    this.on('error', () => {});
  }

  /** From the connection: bytes that came, and whether they were the last. */
  receive(bytes: Uint8Array, fin: boolean): void {
    if (this.#received || this.destroyed) return;
    if (bytes.length > 0) this.push(bytes);
    if (!fin) return;
    this.#received = true;
    this.push(null);
  }

  /** The other side has reset the stream, or the connection is gone. */
  abandon(): void {
    this.#received = true;
    this.destroy();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    let at = 0;
    const next = (): void => {
      const piece = chunk.subarray(at, at + frameBytes);
      at += piece.length;
      this.#wire.data(piece, false, at < chunk.length ? next : done);
    };
    next();
  }

  override _final(done: () => void): void {
    this.#wire.data(new Uint8Array(), true, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (error) this.#wire.reset();
    this.#wire.closed();
    done(error);
  }
}
