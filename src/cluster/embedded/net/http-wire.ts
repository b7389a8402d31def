/** HTTP/1.x on a connection: enough to read and write the messages that clients, servers and probes here exchange. */
import type { Sink } from '../../../shell/process.ts';
import type { ByteReader } from './byte-reader.ts';
import { concat } from './byte-reader.ts';

export type Headers = readonly (readonly [name: string, value: string])[];

export interface HttpRequest {
  readonly method: string;
  readonly target: string;
  /** `HTTP/1.1` */
  readonly version: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface HttpResponse {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function headerOf(headers: Headers, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** `bad` for what is no HTTP; undefined when the client went away without a word. */
export async function readRequest(reader: ByteReader): Promise<HttpRequest | 'bad' | undefined> {
  // A TLS handshake on a plain port: servers look at the first byte and do not wait for a line.
  if ((await reader.peek()) === 0x16) return 'bad';
  const first = await reader.line();
  if (first === undefined) return undefined;
  const match = /^([A-Za-z]+) (\S+)(?: (HTTP\/\d\.\d))?$/.exec(first);
  if (!match) return 'bad';
  const headers = match[3] ? await readHeaders(reader) : [];
  const length = Number(headerOf(headers, 'content-length') ?? 0);
  const chunked = /chunked/i.test(headerOf(headers, 'transfer-encoding') ?? '');
  const body = chunked ? await readChunks(reader) : await reader.exactly(length);
  return { method: match[1] ?? '', target: match[2] ?? '', version: match[3] ?? 'HTTP/0.9', headers, body };
}

/** `bad` when the first line is no status line; undefined when the server closed without answering. */
export async function readResponseHead(reader: ByteReader): Promise<HttpResponse | 'bad' | undefined> {
  const first = await reader.line();
  if (first === undefined) return undefined;
  const match = /^(HTTP\/\d(?:\.\d)?) (\d{3})(?: (.*))?$/.exec(first);
  if (!match) return 'bad';
  return {
    version: match[1] ?? '',
    status: Number(match[2]),
    reason: match[3] ?? '',
    headers: await readHeaders(reader),
  };
}

/** The body that follows a head; `head` requests and 204/304 have none. */
export async function readBody(reader: ByteReader, response: HttpResponse, method: string): Promise<Uint8Array> {
  if (method === 'HEAD' || response.status === 204 || response.status === 304) return new Uint8Array(0);
  if (/chunked/i.test(headerOf(response.headers, 'transfer-encoding') ?? '')) return readChunks(reader);
  const length = headerOf(response.headers, 'content-length');
  return length === undefined ? reader.rest() : reader.exactly(Number(length));
}

async function readHeaders(reader: ByteReader): Promise<Headers> {
  const headers: [string, string][] = [];
  for (;;) {
    const line = await reader.line();
    if (line === undefined || line === '') return headers;
    const colon = line.indexOf(':');
    if (colon > 0) headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
}

async function readChunks(reader: ByteReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const size = Number.parseInt((await reader.line()) ?? '0', 16);
    if (!size) {
      await reader.line();
      return concat(parts);
    }
    parts.push(await reader.exactly(size));
    await reader.line();
  }
}

export async function writeMessage(sink: Sink, first: string, headers: Headers, body?: Uint8Array): Promise<void> {
  const lines = [first, ...headers.map(([name, value]) => `${name}: ${value}`), '', ''];
  const head = encoder.encode(lines.join('\r\n'));
  await sink.write(body && body.length > 0 ? concat([head, body]) : head);
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** `Sat, 21 Nov 2026 01:33:15 GMT` */
export function httpDate(epochMs: number): string {
  return new Date(epochMs).toUTCString();
}
