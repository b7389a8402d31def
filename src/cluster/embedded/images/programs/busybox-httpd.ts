/** BusyBox httpd: files below a directory, one answer per connection, a line on stderr for each with -v. */
import type { Process } from '../../../../shell/process.ts';
import { type Exchange, type Reply, serveHttp } from '../../net/http-server.ts';
import { httpDate, utf8 } from '../../net/http-wire.ts';
import { AddressInUse } from '../../net/sockets.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { type CommandLine, lastValue, parseCommandLine } from '../command-line.ts';
import { contentTypes } from '../content-types.ts';
import { type NetProgram, print } from '../net-program.ts';
import { findScript, runScript } from './busybox-cgi.ts';

const usage = `httpd [-ifv[v]] [-c CONFFILE] [-p [IP:]PORT] [-u USER[:GRP]] [-r REALM] [-h HOME]
or httpd -d/-e/-m STRING

Listen for incoming HTTP requests

	-i		Inetd mode
	-f		Run in foreground
	-v[v]		Verbose
	-p [IP:]PORT	Bind to IP:PORT (default *:80)
	-u USER[:GRP]	Set uid/gid after binding to port
	-r REALM	Authentication Realm for Basic Authentication
	-h HOME		Home directory (default .)
	-c FILE		Configuration file (default {/etc,HOME}/httpd.conf)
	-m STRING	MD5 crypt STRING
	-e STRING	HTML encode STRING
	-d STRING	URL decode STRING`;

export const busyboxHttpd: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: 'c:d:h:e:r:m:u:p:ifv' });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  const [, ip, port = '80'] = /^(?:(.+):)?(\d+)$/.exec(lastValue(line, 'p') ?? '80') ?? [];
  const home = absolute(process, lastValue(line, 'h') ?? '.');
  if (process.fs.stat(home)?.type !== 'directory') {
    await print(
      process.stderr,
      `httpd: can't change directory to '${lastValue(line, 'h')}': No such file or directory\n`,
    );
    return 1;
  }
  const listen = (owner: Process) =>
    net.stack.listen(Number(port), {
      signal: owner.signal,
      program: 'httpd',
      ...(ip && ip !== '0.0.0.0' ? { ip } : { dual: ip === undefined }),
    });
  const serve = async (owner: Process): Promise<number> => {
    await serveHttp(listen(owner), { handle: (exchange) => answer(owner, line, home, exchange) });
    return 0;
  };
  try {
    if (line.flags.has('f')) return await serve(process);
    listen(process).close();
    process.spawn(process.argv, { program: serve, group: 'new', terminal: false });
    return 0;
  } catch (error) {
    if (!(error instanceof AddressInUse)) throw error;
    await print(process.stderr, 'httpd: bind: Address already in use\n');
    return 1;
  }
};

async function answer(
  process: Process,
  line: CommandLine,
  home: string,
  exchange: Exchange,
): Promise<Reply | undefined> {
  const { client, request } = exchange;
  const path = request === 'bad' ? '' : decodeURIComponent(request.target.replace(/[?#].*$/, ''));
  const script = path.startsWith('/cgi-bin/') ? findScript(process.fs, home, path) : undefined;
  // With -v it logs the answers that are its own; what a script says is none.
  if (script && request !== 'bad') return runScript(process, script, request, exchange);
  const reply = path.startsWith('/cgi-bin/') ? cgiProblem(process.clock.now(), path) : respond(process, home, exchange);
  if (line.flags.has('v')) {
    const { ip, port } = client;
    const who = `[::ffff:${ip}]:${port}`;
    const url = (line.flags.get('v') ?? 0) > 1 && request !== 'bad' ? `${who}: url:${request.target}\n` : '';
    await print(process.stderr, `${url}${who}: response:${reply.status}\n`);
  }
  return reply;
}

function respond(process: Process, home: string, { request }: Exchange): Reply {
  const { fs, clock } = process;
  const now = clock.now();
  if (request === 'bad') return problem(now, 400, 'Bad Request', 'Unsupported method');
  if (!['GET', 'HEAD', 'POST'].includes(request.method)) {
    return problem(now, 501, 'Not Implemented', 'The requested method is not recognized');
  }
  const path = decodeURIComponent(request.target.replace(/[?#].*$/, ''));
  if (path.split('/').includes('..')) return problem(now, 400, 'Bad Request', 'Unsupported method');
  let file = `${home}${path}`;
  if (fs.stat(file)?.type === 'directory') file = `${file.replace(/\/$/, '')}/index.html`;
  const stat = fs.stat(file);
  const body = stat?.type === 'file' ? fs.readFile(file) : undefined;
  if (!stat || !body) return problem(now, 404, 'Not Found', 'The requested URL was not found');
  return {
    status: 200,
    reason: 'OK',
    headers: [
      ['Date', httpDate(now)],
      ['Connection', 'close'],
      ['Content-type', contentTypes(file)],
      ['Accept-Ranges', 'bytes'],
      ['Last-Modified', httpDate(stat.modifiedMs)],
      ['ETag', `"${Math.floor(stat.modifiedMs / 1000).toString(16)}-${stat.size.toString(16)}"`],
      ['Content-Length', String(body.length)],
    ],
    body,
    close: true,
  };
}

/** The folder itself is not shown; anything else below it that cannot be run is not there. */
function cgiProblem(nowMs: number, path: string): Reply {
  return path === '/cgi-bin/'
    ? problem(nowMs, 403, 'Forbidden', '')
    : problem(nowMs, 404, 'Not Found', 'The requested URL was not found');
}

function problem(nowMs: number, status: number, reason: string, text: string): Reply {
  const title = `${status} ${reason}`;
  const page = `<HTML><HEAD><TITLE>${title}</TITLE></HEAD>\n<BODY><H1>${title}</H1>\n${text}\n</BODY></HTML>\n`;
  return {
    status,
    reason,
    headers: [
      ['Date', httpDate(nowMs)],
      ['Connection', 'close'],
      ['Content-type', 'text/html'],
    ],
    body: utf8(page),
    close: true,
  };
}

function absolute(process: Process, path: string): string {
  const whole = path.startsWith('/') ? path : `${process.cwd}/${path}`;
  return whole.replace(/\/\.?$/, '').replace(/\/+/g, '/') || '';
}
