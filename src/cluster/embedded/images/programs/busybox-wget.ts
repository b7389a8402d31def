/**
 * BusyBox wget 1.36: its texts on stderr, and its limits: -T covers connect and each read, never the resolver; only the
 * first address of a name is tried; connect() blocks, so an ICMP refusal takes a second.
 */
import { isIPv4 } from 'node:net';
import { errorText } from '../../../../shell/interpreter/wording.ts';
import { FileError, type Process } from '../../../../shell/process.ts';
import { ByteReader, concat } from '../../net/byte-reader.ts';
import {
  fromUtf8,
  type HttpResponse,
  headerOf,
  readBody,
  readResponseHead,
  utf8,
  writeMessage,
} from '../../net/http-wire.ts';
import { ConnectionReset, type TcpConnection } from '../../net/sockets.ts';
import { startTls } from '../../net/tls-wire.ts';
import { timedOut, within } from '../../net/within.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { type CommandLine, lastValue, parseCommandLine } from '../command-line.ts';
import { type ContainerNet, connect, connectError, type NetProgram, print, resolve } from '../net-program.ts';
import { type ClientUrl, parseUrl } from '../url.ts';

const usage = `wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]
	[--post-data STR | --post-file FILE] [-Y on/off]
	[--no-check-certificate] [-P DIR] [-U AGENT] [-T SEC] URL...

Retrieve files via HTTP or FTP

	--spider	Only check URL existence: $? is 0 if exists
	--header STR	Add STR (of form 'header: value') to headers
	--post-data STR	Send STR using POST method
	--post-file FILE	Send FILE using POST method
	--no-check-certificate	Don't validate the server's certificate
	-c		Continue retrieval of aborted transfer
	-q		Quiet
	-P DIR		Save to DIR (default .)
	-S    		Show server response
	-T SEC		Network read timeout is SEC seconds
	-O FILE		Save to FILE ('-' for stdout)
	-o LOGFILE	Log messages to FILE
	-U STR		Use STR for User-Agent header
	-Y on/off	Use proxy`;

const options = {
  short: 'cqSO:o:P:Y:U:T:t:n:',
  long: {
    continue: 'c',
    quiet: 'q',
    'server-response': 'S',
    'output-document=': 'O',
    'output-file=': 'o',
    'directory-prefix=': 'P',
    'proxy=': 'Y',
    'user-agent=': 'U',
    'timeout=': 'T',
    'tries=': 't',
    'header=': 'header',
    'post-data=': 'post-data',
    'post-file=': 'post-file',
    spider: 'spider',
    'no-check-certificate': 'insecure',
  },
};

/** Ends the whole run with a message. */
class Stop extends Error {}

interface Run {
  readonly net: ContainerNet;
  readonly process: Process;
  readonly line: CommandLine;
  readonly quiet: boolean;
  readonly limitMs: number;
}

export const busyboxWget: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), options);
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  if (line.operands.length === 0) return refuseBusybox(process, usage);
  const seconds = lastValue(line, 'T');
  if (seconds !== undefined && !/^\d+$/.test(seconds)) {
    await print(process.stderr, `wget: invalid number '${seconds}'\n`);
    return 1;
  }
  const limitMs = Number(seconds ?? 900) * 1000 || Number.POSITIVE_INFINITY;
  const run: Run = { net, process, line, quiet: line.flags.has('q'), limitMs };
  try {
    for (const operand of line.operands) await fetchUrl(run, operand);
    return 0;
  } catch (error) {
    if (process.signal.aborted || !(error instanceof Stop || error instanceof ConnectionReset)) throw error;
    const message = error instanceof Stop ? error.message : 'error getting response: Connection reset by peer';
    await print(process.stderr, `wget: ${message}\n`);
    return 1;
  }
};

async function fetchUrl(run: Run, operand: string): Promise<void> {
  let url = parseUrl(operand);
  for (let hops = 0; hops <= 10; hops++) {
    if (!url)
      throw new Stop(`bad port '${/:([^:/?#]*)(?:[/?#]|$)/.exec(operand.replace(/^\w+:\/\//, ''))?.[1] ?? ''}'`);
    if (!['http', 'https', 'ftp'].includes(url.scheme)) throw new Stop(`not an http or ftp url: ${operand}`);
    const next = await fetchOnce(run, url);
    if (next === undefined) return;
    url = parseUrl(next.startsWith('/') ? `${url.scheme}://${authority(url)}${next}` : next);
  }
  throw new Stop('too many redirections');
}

/** The location of a redirect, undefined when the file is there. */
async function fetchOnce(run: Run, url: ClientUrl): Promise<string | undefined> {
  const connection = await open(run, url);
  try {
    const reader = new ByteReader(connection);
    if (url.scheme === 'https') await shakeHands(run, connection, reader, url);
    await sendRequest(run, connection, url);
    const response = await limited(run, () => readResponseHead(reader));
    if (response === undefined) throw new Stop('error getting response');
    if (response === 'bad') throw new Stop('error getting response');
    await showHeaders(run, response);
    const { status, version, reason } = response;
    if ([301, 302, 303, 307, 308].includes(status)) return headerOf(response.headers, 'location') ?? '/';
    if (status < 200 || status > 206) throw new Stop(`server returned error: ${version} ${status} ${reason}`);
    if (run.line.flags.has('spider')) {
      if (!run.quiet) await print(run.process.stderr, 'remote file exists\n');
      return undefined;
    }
    await save(run, url, response, reader);
    return undefined;
  } finally {
    connection.release();
  }
}

async function open(run: Run, url: ClientUrl): Promise<TcpConnection> {
  const { net, process, quiet } = run;
  const shown = authority(url);
  const found = await resolve(net, process, url.host);
  if (found.outcome !== 'found') throw new Stop(`bad address '${shown}'`);
  const ip = found.addresses.find(isIPv4) ?? found.addresses[0] ?? '';
  if (!quiet) await print(process.stderr, `Connecting to ${shown} (${ip}:${url.port})\n`);
  const opened = await within(process.clock, run.limitMs, process.signal, (signal) =>
    connect(net, process, { ip, port: url.port }, { blocking: true, signal }),
  );
  if (opened === timedOut) throw new Stop('download timed out');
  if (opened.outcome === 'connected') return opened.connection;
  throw new Stop(`can't connect to remote host (${ip}): ${connectError(net.libc, opened.outcome)}`);
}

async function shakeHands(run: Run, connection: TcpConnection, reader: ByteReader, url: ClientUrl): Promise<void> {
  const serverName = isIPv4(url.host) ? undefined : url.host;
  const certificate = await limited(run, () => startTls(connection, reader, serverName));
  if (certificate === 'not-tls' || certificate === 'closed')
    throw new Stop('error getting response: Connection reset by peer');
  if (certificate.modernOnly) {
    await print(run.process.stderr, 'wget: TLS error from peer (alert code 47): 47\n');
    throw new Stop('error getting response: Connection reset by peer');
  }
  if (!run.line.flags.has('insecure') && !run.quiet) {
    await print(run.process.stderr, 'wget: note: TLS certificate validation not implemented\n');
  }
}

async function sendRequest(run: Run, connection: TcpConnection, url: ClientUrl): Promise<void> {
  const { line, process } = run;
  const file = lastValue(line, 'post-file');
  const data =
    file === undefined ? lastValue(line, 'post-data') : fromUtf8(process.fs.readFile(file) ?? new Uint8Array());
  const headers: (readonly [string, string])[] = [
    ['Host', authority(url)],
    ['User-Agent', lastValue(line, 'U') ?? 'Wget'],
    ['Connection', 'close'],
  ];
  const already = kept(run, url);
  if (already) headers.push(['Range', `bytes=${already.length}-`]);
  if (url.user !== undefined) headers.push(['Authorization', `Basic ${Buffer.from(url.user).toString('base64')}`]);
  for (const header of line.values.get('header') ?? []) {
    const colon = header.indexOf(':');
    headers.push([header.slice(0, Math.max(colon, 0)), header.slice(colon + 1).trim()]);
  }
  if (data !== undefined) {
    headers.push(['Content-Type', 'application/x-www-form-urlencoded'], ['Content-Length', String(utf8(data).length)]);
  }
  const method = data === undefined ? 'GET' : 'POST';
  await writeMessage(
    connection,
    `${method} ${url.target} HTTP/1.1`,
    headers,
    data === undefined ? undefined : utf8(data),
  );
}

async function showHeaders(run: Run, response: HttpResponse): Promise<void> {
  if (!run.line.flags.has('S')) return;
  const lines = [
    `${response.version} ${response.status} ${response.reason}`,
    ...response.headers.map(([name, value]) => `${name}: ${value}`),
    '',
  ];
  await print(run.process.stderr, lines.map((text) => `  ${text}\n`).join(''));
}

async function save(run: Run, url: ClientUrl, response: HttpResponse, reader: ByteReader): Promise<void> {
  const { process, quiet, line } = run;
  const name = outputName(line, url);
  const toStdout = name === '-';
  const target = absolutePath(process, name);
  const already = kept(run, url);
  const chosen = line.values.has('O') || line.flags.has('c');
  if (!chosen && process.fs.stat(target)) throw new Stop(`can't open '${name}': File exists`);
  if (!toStdout && !already) write(process, target, new Uint8Array(), name);
  const resumed = response.status === 206;
  if (already && !resumed) await print(process.stderr, 'wget: restart failed\n');
  if (!quiet) await print(process.stderr, toStdout ? 'writing to stdout\n' : `saving to '${name}'\n`);
  const body = await limited(run, () => readBody(reader, response, 'GET'));
  const whole = already && resumed ? concat([already, body]) : body;
  if (toStdout) await process.stdout.write(whole);
  else write(process, target, whole, name);
  if (quiet) return;
  const base = name.split('/').pop() || name;
  const bar = `${base.slice(0, 20).padEnd(20)} 100% |${'*'.repeat(32)}| ${String(whole.length).padStart(5)}  0:00:00 ETA\n`;
  await print(process.stderr, `${bar}${toStdout ? 'written to stdout' : `'${name}' saved`}\n`);
}

/** The last part of the URL, below the folder of -P; what -O says is taken as it is. */
function outputName(line: CommandLine, url: ClientUrl): string {
  const given = lastValue(line, 'O');
  if (given !== undefined) return given;
  const name = url.target.replace(/\?.*$/, '').split('/').pop() || 'index.html';
  const folder = lastValue(line, 'P');
  return folder === undefined ? name : `${folder.replace(/\/$/, '')}/${name}`;
}

/** With -c: what an earlier run has left. */
function kept({ line, process }: Run, url: ClientUrl): Uint8Array | undefined {
  const name = outputName(line, url);
  return line.flags.has('c') && name !== '-' ? process.fs.readFile(absolutePath(process, name)) : undefined;
}

function absolutePath(process: Process, name: string): string {
  return name.startsWith('/') ? name : `${process.cwd.replace(/\/$/, '')}/${name}`;
}

function write(process: Process, target: string, bytes: Uint8Array, shown: string): void {
  if (process.fs.stat(target)?.type === 'device') return;
  try {
    process.fs.writeFile(target, bytes);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new Stop(`can't open '${shown}': ${errorText(error.code)}`);
  }
}

async function limited<T>(run: Run, work: () => Promise<T>): Promise<T> {
  const result = await within(run.process.clock, run.limitMs, run.process.signal, work);
  if (result === timedOut) throw new Stop('download timed out');
  return result;
}

/** `web:8080`, as it stood in the URL. */
function authority(url: ClientUrl): string {
  return url.portGiven ? `${url.host}:${url.port}` : url.host;
}
