/**
 * SPDY/3.1 as Kubernetes uses it: the server's end of one connection, whose streams are all opened by the client.
 * No flow control: neither client-go nor the kubelet takes part in it.
 */
import type { Duplex } from 'node:stream';
import { HeaderReader, type Headers, HeaderWriter } from './spdy-headers.ts';
import { SpdyStream } from './spdy-stream.ts';

const frameType = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;
const finFlag = 1;

export class SpdyConnection {
  readonly #wire: Duplex;
  readonly #reader = new HeaderReader();
  readonly #writer = new HeaderWriter();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #onStream: (stream: SpdyStream) => void;
  #pending: Buffer = Buffer.alloc(0);
  #work: Promise<void> = Promise.resolve();
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>;

  /** `head`: bytes that arrived before. `onStream` is called for every stream after its SYN_REPLY is sent. */
  constructor(wire: Duplex, head: Uint8Array, onStream: (stream: SpdyStream) => void) {
    this.#wire = wire;
    this.#onStream = onStream;
    this.closed = new Promise((resolve) => {
      wire.once('close', () => {
        this.#abandonStreams();
        this.#reader.close();
        resolve();
      });
    });
    wire.on('error', () => wire.destroy());
    wire.on('end', () => wire.destroy());
    wire.on('data', (chunk: Buffer) => this.#receive(chunk));
    if (head.length > 0) this.#receive(head);
  }

  close(): void {
    this.#wire.end();
  }

  /** Frames are handled strictly one after the other: the header compression depends on their order. */
  #receive(chunk: Uint8Array): void {
    this.#pending = this.#pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      if (this.#pending.length < 8) return;
      const length = 8 + this.#pending.readUIntBE(5, 3);
      if (this.#pending.length < length) return;
      const frame = this.#pending.subarray(0, length);
      this.#pending = this.#pending.subarray(length);
      this.#work = this.#work
        .then(() => this.#handle(frame))
        .catch(() => {
          this.#wire.destroy();
        });
    }
  }

  async #handle(frame: Buffer): Promise<void> {
    const first = frame.readUInt32BE(0);
    const flags = frame.readUInt8(4);
    const payload = frame.subarray(8);
    if (first >>> 31 === 0) {
      this.#streams.get(first)?.receive(payload, (flags & finFlag) !== 0);
      return;
    }
    switch (first & 0xffff) {
      case frameType.synStream:
        return this.#open(payload.readUInt32BE(0) & 0x7fffffff, await this.#reader.read(payload.subarray(10)), flags);
      case frameType.headers:
      case frameType.synReply:
        await this.#reader.read(payload.subarray(4));
        return;
      case frameType.rstStream:
        this.#streams.get(payload.readUInt32BE(0) & 0x7fffffff)?.abandon();
        return;
      case frameType.ping:
        this.#control(frameType.ping, 0, payload);
        return;
      case frameType.goAway:
        this.close();
        return;
      default:
    }
  }

  #open(id: number, headers: Headers, flags: number): void {
    const stream = new SpdyStream(id, headers, {
      data: (bytes, fin, sent) => this.#data(id, bytes, fin, sent),
      closed: () => this.#streams.delete(id),
      reset: () => this.#control(frameType.rstStream, 0, words(id, 5)),
    });
    this.#streams.set(id, stream);
    this.#control(frameType.synReply, 0, Buffer.concat([words(id), this.#writer.write(new Map())]));
    this.#onStream(stream);
    if ((flags & finFlag) !== 0) stream.receive(new Uint8Array(), true);
  }

  #data(id: number, bytes: Uint8Array, fin: boolean, sent: () => void): void {
    const head = words(id, (bytes.length & 0xffffff) | ((fin ? finFlag : 0) << 24));
    if (this.#wire.destroyed || this.#wire.writableEnded) sent();
    else this.#wire.write(Buffer.concat([head, bytes]), () => sent());
  }

  #control(type: number, flags: number, payload: Uint8Array): void {
    if (this.#wire.destroyed || this.#wire.writableEnded) return;
    this.#wire.write(Buffer.concat([words(0x80030000 | type, (flags << 24) | payload.length), payload]));
  }

  #abandonStreams(): void {
    for (const stream of [...this.#streams.values()]) stream.abandon();
    this.#streams.clear();
  }
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
  return bytes;
}
