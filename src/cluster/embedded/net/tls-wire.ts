/**
 * TLS as far as the lab needs it: who speaks it, to which name, with whose certificate. The records are shaped like real
 * ones, so a plain client that meets a TLS port (and the other way round) fails as it would; the bytes inside are plain.
 */
import type { Sink, Source } from '../../../shell/process.ts';
import { type ByteReader, concat } from './byte-reader.ts';

export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** Names and addresses that it is good for. */
  readonly names: readonly string[];
  /** Refuses old key exchange: BusyBox gets alert 47. */
  readonly modernOnly?: boolean;
}

const handshake = 0x16;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A client's first flight; `serverName` absent for addresses. */
export async function startTls(
  connection: Sink & Source,
  reader: ByteReader,
  serverName: string | undefined,
): Promise<Certificate | 'not-tls' | 'closed'> {
  await connection.write(record({ serverName: serverName ?? '' }));
  const first = await reader.peek();
  if (first === undefined) return 'closed';
  if (first !== handshake) return 'not-tls';
  return (await readRecord(reader)) as unknown as Certificate;
}

/** What a server with a certificate finds: true after the handshake, false for a client that speaks plain text. */
export async function acceptTls(connection: Sink, reader: ByteReader, certificate: Certificate): Promise<boolean> {
  if ((await reader.peek()) !== handshake) return false;
  await readRecord(reader);
  await connection.write(record({ ...certificate }));
  return true;
}

function record(content: Readonly<Record<string, unknown>>): Uint8Array {
  const body = encoder.encode(JSON.stringify(content));
  return concat([Uint8Array.of(handshake, 3, 1, body.length >> 8, body.length & 255), body]);
}

async function readRecord(reader: ByteReader): Promise<Record<string, unknown>> {
  const [, , , high = 0, low = 0] = await reader.exactly(5);
  try {
    return JSON.parse(decoder.decode(await reader.exactly(high * 256 + low))) as Record<string, unknown>;
  } catch {
    return {};
  }
}
