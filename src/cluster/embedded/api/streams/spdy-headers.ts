/**
 * SPDY/3 header blocks: names and values behind zlib with a fixed dictionary, one compression stream per direction.
 * Reading inflates; writing wraps the bytes in stored (uncompressed) deflate blocks, which every reader accepts.
 */
import { createInflate, type Inflate } from 'node:zlib';

/** The dictionary of draft-mbelshe-httpbis-spdy-00, section 2.6.10.1: words with their lengths, then a run of text. */
const words = [
  'options',
  'head',
  'post',
  'put',
  'delete',
  'trace',
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'accept-ranges',
  'age',
  'allow',
  'authorization',
  'cache-control',
  'connection',
  'content-base',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expect',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'vary',
  'via',
  'warning',
  'www-authenticate',
  'method',
  'get',
  'status',
  '200 OK',
  'version',
  'HTTP/1.1',
  'url',
  'public',
  'set-cookie',
  'keep-alive',
  'origin',
];
const tail =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505' +
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden' +
  '404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept ' +
  'Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,' +
  'application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdch' +
  'charset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

export const dictionary: Buffer = Buffer.concat([...words.map(lengthPrefixed), Buffer.from(tail, 'latin1')]);

export type Headers = ReadonlyMap<string, string>;

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary });
  #chunks: Buffer[] = [];

  constructor() {
    this.#inflate.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
  }

  /** Blocks must be read in the order of the wire, one after the other. Rejects for what is no header block. */
  async read(block: Uint8Array): Promise<Headers> {
    this.#chunks = [];
    await new Promise<void>((resolve, reject) => {
      this.#inflate.once('error', reject);
      this.#inflate.write(block, () => {
        this.#inflate.off('error', reject);
        resolve();
      });
    });
    return parseHeaders(Buffer.concat(this.#chunks));
  }

  close(): void {
    this.#inflate.on('error', () => {});
    this.#inflate.destroy();
  }
}

function parseHeaders(bytes: Buffer): Headers {
  const headers = new Map<string, string>();
  let at = 4;
  const text = (): string => {
    const length = bytes.readUInt32BE(at);
    at += 4 + length;
    return bytes.toString('utf8', at - length, at);
  };
  for (let left = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0; left > 0; left--) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}

/** zlib header: deflate, 32 KiB window, preset dictionary; its Adler-32 follows. */
const zlibHeader = Uint8Array.of(0x78, 0xbb);
/** An empty stored block: makes the reader hand out what came before it. */
const flush = Uint8Array.of(0x00, 0x00, 0x00, 0xff, 0xff);

export class HeaderWriter {
  #started = false;

  write(headers: Headers): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(headers.size);
    const pairs = [...headers].flatMap(([name, value]) => [lengthPrefixed(name), lengthPrefixed(value)]);
    const plain = Buffer.concat([count, ...pairs]);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(plain.length, 1);
    stored.writeUInt16LE(~plain.length & 0xffff, 3);
    const start = this.#started ? [] : [zlibHeader, adler32(dictionary)];
    this.#started = true;
    return Buffer.concat([...start, stored, plain, flush]);
  }
}

function adler32(bytes: Uint8Array): Buffer {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt16BE(b, 0);
  sum.writeUInt16BE(a, 2);
  return sum;
}
