/** What nc and telnet do with a connection: standard input goes in, what comes out goes to standard output. */
import type { Process } from '../../../shell/process.ts';
import type { TcpConnection } from '../net/sockets.ts';

export interface RelayOptions {
  /** Tells the peer when standard input has ended (ncat); the other nc's just stop sending. */
  readonly shutdown?: boolean;
  /** Ends with standard input instead of with the connection (`nc -N -q0`, traditional nc). */
  readonly stopAtInputEnd: boolean;
}

/** Resolves with 0 when the peer has closed. Rejects with ConnectionReset. */
export async function relay(process: Process, connection: TcpConnection, options: RelayOptions): Promise<number> {
  let failure: unknown;
  const sending = (async () => {
    for (let bytes = await process.stdin.read(); bytes; bytes = await process.stdin.read())
      await connection.write(bytes);
    if (options.shutdown || options.stopAtInputEnd) connection.close();
  })().catch((error: unknown) => {
    failure = error;
  });
  const receiving = (async () => {
    for (let bytes = await connection.read(); bytes; bytes = await connection.read()) await process.stdout.write(bytes);
  })();
  if (options.stopAtInputEnd) await Promise.race([sending, receiving]);
  else await receiving;
  if (failure && process.signal.aborted) throw failure;
  return 0;
}
