/** GNU Wget 1.21: dated lines on stderr, every address of a name, twenty tries unless told otherwise, exit 4 for the network. */
import { isIPv4 } from 'node:net';
import { sleep } from '../../../../kit/clock.ts';
import type { Process } from '../../../../shell/process.ts';
import { ByteReader } from '../../net/byte-reader.ts';
import { type HttpResponse, headerOf, readBody, readResponseHead, writeMessage } from '../../net/http-wire.ts';
import type { TcpConnection } from '../../net/sockets.ts';
import { startTls } from '../../net/tls-wire.ts';
import { timedOut, within } from '../../net/within.ts';
import { type CommandLine, lastValue, parseCommandLine } from '../command-line.ts';
import {
  type ContainerNet,
  connect,
  connectError,
  type NetProgram,
  print,
  resolutionError,
  resolve,
} from '../net-program.ts';
import { type ClientUrl, parseUrl } from '../url.ts';

const options = {
  short: 'qvSO:o:P:U:T:t:ncd46',
  long: {
    quiet: 'q',
    'no-verbose': 'nv',
    verbose: 'v',
    'server-response': 'S',
    'output-document=': 'O',
    'output-file=': 'o',
    'directory-prefix=': 'P',
    'user-agent=': 'U',
    'timeout=': 'T',
    'connect-timeout=': 'connect-timeout',
    'dns-timeout=': 'dns-timeout',
    'read-timeout=': 'read-timeout',
    'tries=': 't',
    'header=': 'header',
    'post-data=': 'post-data',
    'method=': 'method',
    'body-data=': 'post-data',
    'waitretry=': 'waitretry',
    spider: 'spider',
    'no-check-certificate': 'insecure',
    'no-proxy': 'ignored',
    'inet4-only': '4',
    'inet6-only': '6',
    'retry-connrefused': 'retry-connrefused',
    'content-on-error': 'content-on-error',
  },
};

interface Run {
  readonly net: ContainerNet;
  readonly process: Process;
  readonly line: CommandLine;
  readonly quiet: boolean;
  readonly limitMs: number;
  readonly tries: number;
}

/** `retry` says whether another try could help. */
interface Ending {
  readonly status: number;
  readonly retry: boolean;
}

export const gnuWget: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), options);
  if ('complaint' in line || line.operands.length === 0) {
    const complaint = 'complaint' in line ? line.complaint : 'missing URL';
    await print(
      process.stderr,
      `wget: ${complaint}\nUsage: wget [OPTION]... [URL]...\n\nTry \`wget --help' for more options.\n`,
    );
    return 'complaint' in line ? 2 : 1;
  }
  const seconds = Number(lastValue(line, 'T') ?? lastValue(line, 'connect-timeout') ?? 0);
  const tries = Number(lastValue(line, 't') ?? 20);
  const limitMs = seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY;
  const quiet = line.flags.has('q') || line.flags.has('nv');
  const run: Run = { net, process, line, quiet, limitMs, tries: tries || Number.POSITIVE_INFINITY };
  let status = 0;
  for (const operand of line.operands) status = (await fetchUrl(run, operand)) || status;
  return status;
};

async function fetchUrl(run: Run, operand: string): Promise<number> {
  let url = parseUrl(operand);
  for (let attempt = 1, hops = 0; ; attempt++) {
    if (!url) {
      await print(run.process.stderr, `${operand}: Bad port number.\n`);
      return 1;
    }
    const again = attempt > 1 && hops === 0 ? `  (try: ${String(attempt).padStart(2)})` : '';
    await tell(run, `--${stamp(run.process)}--${again}  ${printed(url)}\n`);
    const result = await fetchOnce(run, url);
    if (typeof result === 'string') {
      url = parseUrl(result.startsWith('/') ? `${url.scheme}://${authority(url)}${result}` : result);
      if (++hops > 20) return 8;
      continue;
    }
    if (!result.retry) return result.status;
    if (attempt >= run.tries) {
      await tell(run, 'Giving up.\n\n');
      return result.status;
    }
    await tell(run, 'Retrying.\n\n');
    await sleep(run.process.clock, Math.min(attempt, 10) * 1000, run.process.signal);
  }
}

/** A location to follow, or how it ended. */
async function fetchOnce(run: Run, url: ClientUrl): Promise<string | Ending> {
  const addresses = await lookUp(run, url);
  if (!addresses) return { status: 4, retry: false };
  let failure: Ending = { status: 4, retry: false };
  for (const ip of addresses) {
    const opened = await open(run, url, ip);
    if ('status' in opened) failure = opened;
    else return talk(run, url, opened);
  }
  return failure;
}

async function lookUp(run: Run, url: ClientUrl): Promise<readonly string[] | undefined> {
  const { net, process } = run;
  if (isIPv4(url.host)) return [url.host];
  await tell(run, `Resolving ${url.host} (${url.host})... `);
  const found = await within(process.clock, run.limitMs, process.signal, (signal) =>
    resolve(net, { ...process, signal }, url.host),
  );
  if (found !== timedOut && found.outcome === 'found') {
    await tell(run, `${found.addresses.join(', ')}\n`);
    return found.addresses;
  }
  const reason =
    found === timedOut
      ? 'Connection timed out'
      : resolutionError(net.libc, found.outcome as Exclude<typeof found.outcome, 'found'>);
  await tell(run, `failed: ${reason}.\n`);
  await print(process.stderr, `wget: unable to resolve host address ‘${url.host}’\n`);
  return undefined;
}

async function open(run: Run, url: ClientUrl, ip: string): Promise<TcpConnection | Ending> {
  const { net, process } = run;
  const where = isIPv4(url.host) ? `${ip}:${url.port}` : `${url.host} (${url.host})|${ip}|:${url.port}`;
  await tell(run, `Connecting to ${where}... `);
  const opened = await within(process.clock, run.limitMs, process.signal, (signal) =>
    connect(net, process, { ip, port: url.port }, { blocking: true, signal }),
  );
  if (opened !== timedOut && opened.outcome === 'connected') {
    await tell(run, 'connected.\n');
    return opened.connection;
  }
  const outcome = opened === timedOut ? 'timeout' : (opened.outcome as Exclude<typeof opened.outcome, 'connected'>);
  await tell(run, `failed: ${connectError(net.libc, outcome)}.\n`);
  const refused = outcome === 'refused' && !run.line.flags.has('retry-connrefused');
  return { status: 4, retry: outcome === 'timeout' || (outcome === 'refused' && !refused) };
}

async function talk(run: Run, url: ClientUrl, connection: TcpConnection): Promise<string | Ending> {
  try {
    const reader = new ByteReader(connection);
    if (url.scheme === 'https') {
      const certificate = await startTls(connection, reader, isIPv4(url.host) ? undefined : url.host);
      if (typeof certificate === 'string') {
        await print(run.process.stderr, 'Unable to establish SSL connection.\n');
        return { status: 4, retry: false };
      }
      if (certificate.issuer !== 'Lab CA' && !run.line.flags.has('insecure')) {
        await print(
          run.process.stderr,
          `ERROR: cannot verify ${url.host}'s certificate, issued by ‘CN=${certificate.issuer}’:\n  Unable to locally verify the issuer's authority.\nTo connect to ${url.host} insecurely, use \`--no-check-certificate'.\n`,
        );
        return { status: 5, retry: false };
      }
    }
    return await request(run, url, connection, reader);
  } finally {
    connection.release();
  }
}

async function request(
  run: Run,
  url: ClientUrl,
  connection: TcpConnection,
  reader: ByteReader,
): Promise<string | Ending> {
  const { line, process } = run;
  const data = lastValue(line, 'post-data');
  const spider = line.flags.has('spider');
  const method = lastValue(line, 'method') ?? (data !== undefined ? 'POST' : spider ? 'HEAD' : 'GET');
  const headers: [string, string][] = [
    ['User-Agent', lastValue(line, 'U') ?? 'Wget/1.21.3'],
    ['Accept', '*/*'],
    ['Accept-Encoding', 'identity'],
    ['Host', authority(url)],
    ['Connection', 'Keep-Alive'],
  ];
  for (const header of line.values.get('header') ?? [])
    headers.push([header.split(':')[0] ?? '', header.replace(/^[^:]*: */, '')]);
  const body = data === undefined ? undefined : new TextEncoder().encode(data);
  if (body)
    headers.push(['Content-Type', 'application/x-www-form-urlencoded'], ['Content-Length', String(body.length)]);
  await tell(
    run,
    `${spider ? 'Spider mode enabled. Check if remote file exists.\n' : ''}HTTP request sent, awaiting response... `,
  );
  await writeMessage(connection, `${method} ${url.target} HTTP/1.1`, headers, body);
  const response = await within(process.clock, run.limitMs, process.signal, () => readResponseHead(reader));
  if (response === timedOut) {
    await tell(run, 'Read error (Connection timed out) in headers.\n');
    return { status: 4, retry: true };
  }
  if (response === undefined || response === 'bad') {
    await tell(run, 'No data received.\n');
    return { status: 4, retry: true };
  }
  await tell(run, `${response.status} ${response.reason}\n`);
  const location = headerOf(response.headers, 'location');
  if (location !== undefined && response.status >= 300 && response.status < 400) {
    await tell(run, `Location: ${location} [following]\n`);
    return location;
  }
  if (response.status >= 400) {
    await tell(
      run,
      spider
        ? 'Remote file does not exist -- broken link!!!\n\n'
        : `${stamp(process)} ERROR ${response.status}: ${response.reason}.\n\n`,
    );
    return { status: 8, retry: false };
  }
  return save(run, url, response, reader, method);
}

async function save(
  run: Run,
  url: ClientUrl,
  response: HttpResponse,
  reader: ByteReader,
  method: string,
): Promise<Ending> {
  const { process, line } = run;
  const done: Ending = { status: 0, retry: false };
  const length = headerOf(response.headers, 'content-length');
  const type = (headerOf(response.headers, 'content-type') ?? 'application/octet-stream').split(';')[0];
  await tell(run, `Length: ${length ?? 'unspecified'} [${type}]\n`);
  if (line.flags.has('spider')) {
    await tell(
      run,
      'Remote file exists and could contain further links,\nbut recursion is disabled -- not retrieving.\n\n',
    );
    return done;
  }
  const name = lastValue(line, 'O') ?? (url.target.replace(/\?.*$/, '').split('/').pop() || 'index.html');
  await tell(run, `Saving to: ‘${name === '-' ? 'STDOUT' : name}’\n\n`);
  const body = await readBody(reader, response, method);
  if (name === '-') await process.stdout.write(body);
  else {
    const path = name.startsWith('/') ? name : `${process.cwd.replace(/\/$/, '')}/${name}`;
    if (process.fs.stat(path)?.type !== 'device') process.fs.writeFile(path, body);
  }
  const shown = (name === '-' ? '-' : (name.split('/').pop() ?? '')).padEnd(19).slice(0, 19);
  const to = name === '-' ? 'written to stdout' : 'saved';
  const what =
    name === '-' ? `${to} [${body.length}/${body.length}]` : `‘${name}’ ${to} [${body.length}/${body.length}]`;
  await tell(
    run,
    `${shown} 100%[===================>] ${String(body.length).padStart(7)}  --.-KB/s    in 0s      \n\n${stamp(process)} (1.00 MB/s) - ${what}\n\n`,
  );
  return done;
}

function tell(run: Run, text: string): Promise<void> {
  return run.quiet ? Promise.resolve() : print(run.process.stderr, text);
}

function stamp(process: Process): string {
  return new Date(process.clock.now()).toISOString().slice(0, 19).replace('T', ' ');
}

function authority(url: ClientUrl): string {
  return url.portGiven && url.port !== 80 ? `${url.host}:${url.port}` : url.host;
}

function printed(url: ClientUrl): string {
  return `${url.scheme}://${authority(url)}${url.target}`;
}
