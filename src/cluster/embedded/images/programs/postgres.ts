/** PostgreSQL as far as connections go: the server's greeting, pg_isready, and what psql says when it gets through or not. */
import type { Process } from '../../../../shell/process.ts';
import { ByteReader } from '../../net/byte-reader.ts';
import type { TcpConnection } from '../../net/sockets.ts';
import { timedOut, within } from '../../net/within.ts';
import { lastValue, parseCommandLine } from '../command-line.ts';
import {
  type ContainerNet,
  connect,
  connectError,
  type NetProgram,
  print,
  resolutionError,
  resolve,
} from '../net-program.ts';
import { untilStopped } from '../until-stopped.ts';

const version = '16.4';

const uninitialized = `Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
`;

export const postgresServer: NetProgram = (net) => async (process) => {
  if (!process.env.get('POSTGRES_PASSWORD') && process.env.get('POSTGRES_HOST_AUTH_METHOD') !== 'trust') {
    await print(process.stderr, uninitialized);
    return 1;
  }
  const listener = net.stack.listen(5432, { signal: process.signal, program: 'postgres' });
  void (async () => {
    for (let connection = await listener.accept(); connection; connection = await listener.accept()) {
      const accepted = connection;
      void greet(accepted)
        .catch(() => undefined)
        .finally(() => accepted.release());
    }
  })();
  const at = new Date(process.clock.now()).toISOString().slice(0, 23).replace('T', ' ');
  const log = (text: string): string => `${at} UTC [1] LOG:  ${text}\n`;
  await print(process.stdout, '\nPostgreSQL init process complete; ready for start up.\n\n');
  await print(
    process.stderr,
    log(
      `starting PostgreSQL ${version} (Debian ${version}-1.pgdg120+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit`,
    ) +
      log('listening on IPv4 address "0.0.0.0", port 5432') +
      log('listening on IPv6 address "::", port 5432') +
      log('database system is ready to accept connections'),
  );
  return untilStopped(process, ['SIGTERM', 'SIGINT']);
};

const sslRequest = 80_877_103;

/** No TLS; everybody is let in; every query gets one row with a 1. */
async function greet(connection: TcpConnection): Promise<void> {
  const reader = new ByteReader(connection);
  for (;;) {
    const length = number(await reader.exactly(4));
    if (length < 8 || length > 10_000) return;
    const body = await reader.exactly(length - 4);
    if (number(body) !== sslRequest) break;
    await connection.write(Uint8Array.of('N'.charCodeAt(0)));
  }
  await connection.write(Uint8Array.of(...message('R', [0, 0, 0, 0]), ...message('Z', ['I'.charCodeAt(0)])));
  for (;;) {
    const [kind] = await reader.exactly(1);
    if (kind === undefined || kind === 'X'.charCodeAt(0)) return;
    await reader.exactly(number(await reader.exactly(4)) - 4);
    const done = [...new TextEncoder().encode('SELECT 1\0')];
    await connection.write(Uint8Array.of(...message('C', done), ...message('Z', ['I'.charCodeAt(0)])));
  }
}

function number(bytes: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function message(kind: string, body: readonly number[]): number[] {
  const length = body.length + 4;
  return [kind.charCodeAt(0), 0, 0, length >> 8, length & 255, ...body];
}

const options = {
  short: 'h:p:U:d:t:qc:wWAtX',
  long: {
    'host=': 'h',
    'port=': 'p',
    'username=': 'U',
    'dbname=': 'd',
    'timeout=': 't',
    quiet: 'q',
    'command=': 'c',
    'no-password': 'w',
  },
};

export const pgIsReady: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { ...options, short: 'h:p:U:d:t:q' });
  if ('complaint' in line) {
    await print(
      process.stderr,
      `pg_isready: ${line.complaint}\npg_isready: hint: Try "pg_isready --help" for more information.\n`,
    );
    return 3;
  }
  const host = lastValue(line, 'h') ?? process.env.get('PGHOST') ?? 'localhost';
  const port = Number(lastValue(line, 'p') ?? 5432);
  const shown = lastValue(line, 'h') === undefined ? `/var/run/postgresql:${port}` : `${host}:${port}`;
  const seconds = Number(lastValue(line, 't') ?? 3);
  const result = await within(process.clock, seconds * 1000, process.signal, (signal) =>
    reach(net, process, signal, host, port),
  );
  const accepting = result !== timedOut && typeof result !== 'string';
  if (accepting) result.release();
  if (!line.flags.has('q'))
    await print(process.stdout, `${shown} - ${accepting ? 'accepting connections' : 'no response'}\n`);
  return accepting ? 0 : 2;
};

/** A connection, or the words for why there is none. */
async function reach(
  net: ContainerNet,
  process: Process,
  signal: AbortSignal,
  host: string,
  port: number,
): Promise<TcpConnection | string> {
  const found = await resolve(net, { ...process, signal }, host);
  if (found.outcome !== 'found')
    return `could not translate host name "${host}" to address: ${resolutionError(net.libc, found.outcome)}`;
  const ip = found.addresses[0] ?? '';
  const opened = await connect(net, process, { ip, port }, { blocking: false, signal });
  if (opened.outcome === 'connected') return opened.connection;
  const where = host === ip ? `"${host}"` : `"${host}" (${ip})`;
  return `connection to server at ${where}, port ${port} failed: ${connectError(net.libc, opened.outcome)}\n\tIs the server running on that host and accepting TCP/IP connections?`;
}

export const psql: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), options);
  if ('complaint' in line) {
    await print(process.stderr, `psql: ${line.complaint}\npsql: hint: Try "psql --help" for more information.\n`);
    return 1;
  }
  const uri = line.operands
    .map((operand) => /^postgres(?:ql)?:\/\/(?:[^@/]*@)?([^:/]+)(?::(\d+))?/.exec(operand))
    .find(Boolean);
  const host = lastValue(line, 'h') ?? uri?.[1] ?? process.env.get('PGHOST') ?? 'localhost';
  const port = Number(lastValue(line, 'p') ?? uri?.[2] ?? 5432);
  const limit = Number(process.env.get('PGCONNECT_TIMEOUT') ?? 0);
  const limitMs = limit > 0 ? limit * 1000 : Number.POSITIVE_INFINITY;
  const result = await within(process.clock, limitMs, process.signal, (signal) =>
    reach(net, process, signal, host, port),
  );
  if (result === timedOut || typeof result === 'string') {
    const why =
      result === timedOut ? `connection to server at "${host}", port ${port} failed: timeout expired` : result;
    await print(process.stderr, `psql: error: ${why}\n`);
    return 2;
  }
  result.release();
  const bare = line.flags.has('A') || line.flags.has('t');
  for (let i = 0; i < (line.values.get('c') ?? []).length; i++) {
    await print(process.stdout, bare ? '1\n' : ' ?column? \n----------\n        1\n(1 row)\n\n');
  }
  return 0;
};
