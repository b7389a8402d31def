/** redis-server as far as probes go (PING, GET, SET and their kin), and redis-cli. */
import type { Process } from '../../../../shell/process.ts';
import { ByteReader } from '../../net/byte-reader.ts';
import { fromUtf8, utf8 } from '../../net/http-wire.ts';
import { ConnectionReset, type TcpConnection } from '../../net/sockets.ts';
import { connect, connectError, type NetProgram, print, resolutionError, resolve } from '../net-program.ts';
import { untilStopped } from '../until-stopped.ts';

export const redisServer: NetProgram = (net) => async (process) => {
  const words = process.argv.slice(1);
  const given = words.indexOf('--port');
  const port = given >= 0 ? Number(words[given + 1]) : 6379;
  const listener = net.stack.listen(port, { signal: process.signal, program: 'redis-server' });
  const data = new Map<string, string>();
  void (async () => {
    for (let connection = await listener.accept(); connection; connection = await listener.accept()) {
      const accepted = connection;
      void serve(accepted, data)
        .catch(() => undefined)
        .finally(() => accepted.release());
    }
  })();
  const at = `1:M ${new Date(process.clock.now()).toUTCString().slice(5, 25)}.000 *`;
  const lines = [
    '1:C oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo',
    `${at} Running mode=standalone, port=${port}.`,
    `${at} Server initialized`,
    `${at} Ready to accept connections tcp`,
  ];
  await print(process.stdout, lines.map((line) => `${line}\n`).join(''));
  return untilStopped(process);
};

async function serve(connection: TcpConnection, data: Map<string, string>): Promise<void> {
  const reader = new ByteReader(connection);
  for (;;) {
    const words = await readCommand(reader);
    if (!words) return;
    if (words.length === 0) continue;
    await connection.write(utf8(answer(words, data)));
    if (words[0]?.toUpperCase() === 'QUIT') return;
  }
}

/** RESP arrays, and the inline form that people type into nc. */
async function readCommand(reader: ByteReader): Promise<string[] | undefined> {
  const line = await reader.line();
  if (line === undefined) return undefined;
  if (!line.startsWith('*')) return line.trim().split(/\s+/).filter(Boolean);
  const words: string[] = [];
  for (let i = 0; i < Number(line.slice(1)); i++) {
    const length = Number((await reader.line())?.slice(1));
    words.push(fromUtf8(await reader.exactly(length)));
    await reader.exactly(2);
  }
  return words;
}

function answer([name = '', key = '', value = '']: readonly string[], data: Map<string, string>): string {
  const bulk = (text: string | undefined): string =>
    text === undefined ? '$-1\r\n' : `$${utf8(text).length}\r\n${text}\r\n`;
  switch (name.toUpperCase()) {
    case 'PING':
      return key === '' ? '+PONG\r\n' : bulk(key);
    case 'QUIT':
      return '+OK\r\n';
    case 'SET':
      data.set(key, value);
      return '+OK\r\n';
    case 'GET':
      return bulk(data.get(key));
    case 'DEL':
      return `:${data.delete(key) ? 1 : 0}\r\n`;
    case 'INCR': {
      const next = Number(data.get(key) ?? 0) + 1;
      data.set(key, String(next));
      return `:${next}\r\n`;
    }
    case 'INFO':
      return bulk('# Server\r\nredis_version:7.4.1\r\nredis_mode:standalone\r\n');
    case 'ECHO':
      return bulk(key);
    default:
      return `-ERR unknown command '${name}', with args beginning with: ${key ? `'${key}' ` : ''}\r\n`;
  }
}

export const redisCli: NetProgram = (net) => async (process) => {
  const words = process.argv.slice(1);
  const take = (flag: string, fallback: string): string => {
    const at = words.indexOf(flag);
    return at < 0 ? fallback : (words.splice(at, 2)[1] ?? fallback);
  };
  const host = take('-h', '127.0.0.1');
  const port = Number(take('-p', '6379'));
  take('-a', '');
  take('-t', '');
  const found = await resolve(net, process, host);
  const where = `Could not connect to Redis at ${host}:${port}`;
  if (found.outcome !== 'found') {
    await print(process.stderr, `${where}: ${resolutionError(net.libc, found.outcome)}\n`);
    return 1;
  }
  const opened = await connect(net, process, { ip: found.addresses[0] ?? '', port }, { blocking: true });
  if (opened.outcome !== 'connected') {
    await print(process.stderr, `${where}: ${connectError(net.libc, opened.outcome)}\n`);
    return 1;
  }
  try {
    return await ask(process, opened.connection, words);
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
    await print(process.stderr, 'Error: Server closed the connection\n');
    return 1;
  } finally {
    opened.connection.release();
  }
};

async function ask(process: Process, connection: TcpConnection, words: readonly string[]): Promise<number> {
  await connection.write(
    utf8(`*${words.length}\r\n${words.map((word) => `$${utf8(word).length}\r\n${word}\r\n`).join('')}`),
  );
  const reader = new ByteReader(connection);
  const first = (await reader.line()) ?? '';
  if (first.startsWith('$')) {
    const length = Number(first.slice(1));
    await print(process.stdout, length < 0 ? '\n' : `${fromUtf8(await reader.exactly(length))}\n`);
  } else await print(process.stdout, `${first.startsWith('-') ? `(error) ${first.slice(1)}` : first.slice(1)}\n`);
  return 0;
}
