/** Turns an HTTP connection into SPDY/3.1, as kubectl before 1.30 asks for it and newer ones fall back to. */
import type { Socket } from 'node:net';
import type { ApiRequest, Upgrade } from '../http/request.ts';
import { badRequest } from '../machinery/status.ts';

export interface SpdyWire {
  readonly socket: Socket;
  readonly head: Buffer;
}

/** Writes the 101 with the first protocol of ours that the client offers. Throws 400, 403 before that. */
export function upgradeToSpdy({ raw }: ApiRequest, upgrade: Upgrade, known: readonly string[]): SpdyWire {
  if (!/(^|,)\s*SPDY\/3\.1\s*(,|$)/i.test(String(raw.headers.upgrade ?? ''))) {
    throw badRequest('unable to upgrade: missing upgrade headers in request');
  }
  const offered = offeredProtocols(raw.rawHeaders);
  const protocol = known.find((candidate) => offered.includes(candidate));
  if (protocol === undefined && offered.length > 0) {
    throw badRequest(
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${known.join(' ')}]`,
    );
  }
  const socket = upgrade.detach();
  const negotiated = protocol === undefined ? '' : `X-Stream-Protocol-Version: ${protocol}\r\n`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${negotiated}\r\n`);
  return { socket, head: upgrade.head };
}

function offeredProtocols(rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase() === 'x-stream-protocol-version'
      ? (rawHeaders[index + 1] ?? '').split(',').map((value) => value.trim())
      : [],
  );
}
