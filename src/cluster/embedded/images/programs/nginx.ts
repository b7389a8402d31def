/**
 * nginx: serves files and the little of its configuration that lab pods use (`listen`, `root`, `location`, `return`), with
 * the access log on standard output and the error log on standard error, as the official image links them.
 */
import type { Process } from '../../../../shell/process.ts';
import { type Exchange, type Reply, serveHttp } from '../../net/http-server.ts';
import { type HttpRequest, headerOf, httpDate, utf8 } from '../../net/http-wire.ts';
import { AddressInUse } from '../../net/sockets.ts';
import { contentTypes } from '../content-types.ts';
import { type NetProgram, print } from '../net-program.ts';
import { type NginxServer, readNginxServers } from '../nginx-config.ts';
import { signalMaster, stamp, startProblem, testConfiguration } from './nginx-control.ts';

export function nginx(version: string): NetProgram {
  return (net) => async (process) => {
    const words = process.argv.slice(1);
    if (words.includes('-v') || words.includes('-V')) {
      await print(process.stderr, `nginx version: nginx/${version}\n`);
      return 0;
    }
    if (words.includes('-t') || words.includes('-T')) return testConfiguration(process, words.includes('-T'));
    const at = words.indexOf('-s');
    if (at >= 0) return signalMaster(process, words[at + 1]);
    let servers = readNginxServers(process.fs);
    process.onSignal('SIGHUP', () => {
      servers = readNginxServers(process.fs);
    });
    const problem = startProblem(process);
    if (problem) {
      await print(process.stderr, `${stamp(process)} [emerg] 1#1: ${problem}\nnginx: [emerg] ${problem}\n`);
      return 1;
    }
    const log: Logger = { process, version, connections: 0 };
    try {
      const ports = [...new Set(servers.flatMap(({ ports }) => ports))];
      const listeners = ports.map((port) => net.stack.listen(port, { signal: process.signal, program: 'nginx' }));
      await announce(log, servers.length > 0);
      const stopped = new Promise<number>((resolve) => {
        for (const name of ['SIGTERM', 'SIGQUIT', 'SIGINT'] as const) process.onSignal(name, () => resolve(0));
      });
      const serving = listeners.map((listener, i) => {
        const current = () => servers.find(({ ports: own }) => own.includes(ports[i] ?? 0));
        return serveHttp(listener, {
          handle(exchange) {
            const server = current();
            return server && answer(log, server, exchange);
          },
        });
      });
      await Promise.race([stopped, Promise.all(serving).then(() => new Promise<void>(() => {}))]);
      for (const listener of listeners) listener.close();
      return 0;
    } catch (error) {
      if (!(error instanceof AddressInUse)) throw error;
      const port = /\d+/.exec(error.message)?.[0];
      await print(
        process.stderr,
        `${stamp(process)} [emerg] 1#1: bind() to 0.0.0.0:${port} failed (98: Address already in use)\n`,
      );
      return 1;
    }
  };
}

interface Logger {
  readonly process: Process;
  readonly version: string;
  connections: number;
}

async function announce({ process, version }: Logger, configured: boolean): Promise<void> {
  const notices = [
    'using the "epoll" event method',
    `nginx/${version}`,
    'built by gcc 12.2.0 (Debian 12.2.0-14) ',
    'OS: Linux 6.18.0',
    'getrlimit(RLIMIT_NOFILE): 1048576:1048576',
    'start worker processes',
    'start worker process 29',
  ];
  if (!configured) return;
  const at = stamp(process);
  await print(
    process.stderr,
    notices.map((text) => `${at} [notice] ${process.pid}#${process.pid}: ${text}\n`).join(''),
  );
}

async function answer(log: Logger, server: NginxServer, exchange: Exchange): Promise<Reply> {
  if (!exchange.again) log.connections++;
  const { process } = log;
  const { request } = exchange;
  const reply = request === 'bad' ? errorPage(log, 400, 'Bad Request') : await route(log, server, request, exchange);
  const line = request === 'bad' ? '' : `${request.method} ${request.target} ${request.version}`;
  const header = (name: string): string => (request === 'bad' ? '-' : (headerOf(request.headers, name) ?? '-'));
  const bytes = request !== 'bad' && request.method === 'HEAD' ? 0 : reply.body.length;
  const when = accessTime(process.clock.now());
  const agent = `"${header('referer')}" "${header('user-agent')}" "${header('x-forwarded-for')}"`;
  await print(process.stdout, `${exchange.client.ip} - - [${when}] "${line}" ${reply.status} ${bytes} ${agent}\n`);
  return reply;
}

async function route(log: Logger, server: NginxServer, request: HttpRequest, exchange: Exchange): Promise<Reply> {
  const path = decodeURIComponent(request.target.replace(/[?#].*$/, ''));
  const location = server.locations
    .filter(({ prefix }) => path.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
  const fixed = location?.returns ?? server.returns;
  if (fixed)
    return page(log, fixed.status, statusText(fixed.status), fixed.text, location?.type ?? 'application/octet-stream');
  if (request.method !== 'GET' && request.method !== 'HEAD') return errorPage(log, 405, 'Not Allowed');
  return serveFile(log, location?.root ?? server.root, path, request, exchange);
}

async function serveFile(
  log: Logger,
  folder: string,
  path: string,
  request: HttpRequest,
  exchange: Exchange,
): Promise<Reply> {
  const { fs } = log.process;
  const wanted = `${folder}${path}`;
  const directory = fs.stat(wanted)?.type === 'directory';
  const file = directory ? `${wanted.replace(/\/$/, '')}/index.html` : wanted;
  const stat = fs.stat(file);
  if (stat?.type === 'file') {
    const body = fs.readFile(file) ?? new Uint8Array();
    const reply = page(log, 200, 'OK', body, contentTypes(file));
    const tag = `"${Math.floor(stat.modifiedMs / 1000).toString(16)}-${stat.size.toString(16)}"`;
    const [server, date, type, length, connection] = reply.headers;
    const headers = [
      server,
      date,
      type,
      length,
      ['Last-Modified', httpDate(stat.modifiedMs)],
      connection,
      ['ETag', tag],
      ['Accept-Ranges', 'bytes'],
    ];
    return { ...reply, headers: headers.filter((header) => header !== undefined) as [string, string][] };
  }
  const host = headerOf(request.headers, 'host') ?? '';
  const what = directory
    ? `directory index of "${wanted}" is forbidden`
    : `open() "${file}" failed (2: No such file or directory)`;
  const about = `client: ${exchange.client.ip}, server: localhost, request: "${request.method} ${request.target} ${request.version}", host: "${host}"`;
  await print(log.process.stderr, `${stamp(log.process)} [error] 29#29: *${log.connections} ${what}, ${about}\n`);
  return directory ? errorPage(log, 403, 'Forbidden') : errorPage(log, 404, 'Not Found');
}

function errorPage(log: Logger, status: number, reason: string): Reply {
  const title = `${status} ${reason}`;
  const html = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/${log.version}</center>\r\n</body>\r\n</html>\r\n`;
  return page(log, status, reason, html, 'text/html');
}

function page(log: Logger, status: number, reason: string, content: string | Uint8Array, type: string): Reply {
  const body = typeof content === 'string' ? utf8(content) : content;
  return {
    status,
    reason,
    headers: [
      ['Server', `nginx/${log.version}`],
      ['Date', httpDate(log.process.clock.now())],
      ['Content-Type', type],
      ['Content-Length', String(body.length)],
      ['Connection', 'keep-alive'],
    ],
    body,
  };
}

function statusText(status: number): string {
  const texts: Readonly<Record<number, string>> = {
    200: 'OK',
    204: 'No Content',
    301: 'Moved Permanently',
    302: 'Moved Temporarily',
    403: 'Forbidden',
    404: 'Not Found',
    500: 'Internal Server Error',
    503: 'Service Temporarily Unavailable',
  };
  return texts[status] ?? 'Status';
}

/** `21/Nov/2026:01:33:15 +0000` */
function accessTime(epochMs: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(httpDate(epochMs)) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
