/**
 * BusyBox telnet: connects without a limit of its own, then relays until either side ends. `Connected to` goes through
 * stdio: without a terminal it comes last, and not at all from a telnet that is killed.
 */
import { isIPv4 } from 'node:net';
import type { Process } from '../../../../shell/process.ts';
import { ConnectionReset, type TcpConnection } from '../../net/sockets.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { parseCommandLine } from '../command-line.ts';
import { connect, connectError, type NetProgram, print, resolve } from '../net-program.ts';
import { lookupPort } from '../service-names.ts';

const usage = `telnet [-a] [-l USER] HOST [PORT]

Connect to telnet server

	-a	Automatic login with $USER
	-l USER	Automatic login as USER`;

export const busyboxTelnet: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: 'al:' });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  const [host, portText = '23'] = line.operands;
  if (host === undefined) return refuseBusybox(process, usage);
  const port = lookupPort(process, portText, 'tcp');
  if (port === undefined) return fail(process, `bad port '${portText}'`);
  const found = await resolve(net, process, host);
  const ip = found.outcome === 'found' ? (found.addresses.find(isIPv4) ?? found.addresses[0]) : undefined;
  if (ip === undefined) return fail(process, `bad address '${host}'`);
  const opened = await connect(net, process, { ip, port }, { blocking: true });
  if (opened.outcome !== 'connected') {
    return fail(process, `can't connect to remote host (${ip}): ${connectError(net.libc, opened.outcome)}`);
  }
  const greeting = `Connected to ${host}\n`;
  if (process.terminal) await print(process.stdout, greeting);
  try {
    return await converse(process, opened.connection);
  } finally {
    opened.connection.release();
    if (!process.terminal && !process.signal.aborted) await print(process.stdout, greeting);
  }
};

async function fail(process: Process, text: string): Promise<number> {
  await print(process.stderr, `telnet: ${text}\n`);
  return 1;
}

/** The end of the input is a wish to leave; the end of the connection is a failure. */
async function converse(process: Process, connection: TcpConnection): Promise<number> {
  const menu = new Escape(process);
  let left = false;
  const sending = (async () => {
    for (let bytes = await process.stdin.read(); bytes; bytes = await process.stdin.read()) {
      if (menu.asked) {
        if (await menu.leaves(bytes)) return 0;
      } else await connection.write(asLines(bytes)).catch(() => undefined);
    }
    return 0;
  })();
  const receiving = (async () => {
    try {
      for (let bytes = await connection.read(); bytes; bytes = await connection.read())
        await process.stdout.write(bytes);
    } catch (error) {
      if (!(error instanceof ConnectionReset)) throw error;
    }
    if (!left) await print(process.stdout, 'Connection closed by foreign host\r\n');
    return 1;
  })();
  try {
    return await Promise.race([sending, receiving]);
  } finally {
    left = true;
    menu.dispose();
  }
}

/** An end of line is CR LF, and 255 is a command unless it is doubled (RFC 1123, 3.3.1; RFC 854). */
function asLines(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(
    [...bytes].flatMap((byte) => (byte === 10 || byte === 13 ? [13, 10] : byte === 255 ? [255, 255] : [byte])),
  );
}

const menuText =
  '\r\nConsole escape. Commands are:\r\n\n l\tgo to line mode\r\n c\tgo to character mode\r\n z\tsuspend telnet\r\n e\texit telnet\r\n';

/** ^C does not end telnet: it asks what to do, and reads one key. */
class Escape {
  asked = false;
  readonly dispose: () => void;
  readonly #process: Process;

  constructor(process: Process) {
    this.#process = process;
    this.dispose = process.onSignal('SIGINT', () => {
      this.asked = true;
      if (process.terminal) process.terminal.mode = 'raw';
      void print(process.stdout, menuText).catch(() => undefined);
    });
  }

  async leaves(bytes: Uint8Array): Promise<boolean> {
    this.asked = false;
    if (this.#process.terminal) this.#process.terminal.mode = 'cooked';
    if (bytes[0] === 'e'.charCodeAt(0)) return true;
    await print(this.#process.stdout, 'continuing...\r\n');
    return false;
  }
}
