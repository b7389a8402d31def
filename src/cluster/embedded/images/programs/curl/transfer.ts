/** One transfer: connect, shake hands, ask, and give the answer to whoever wants it. Redirects are the caller's business. */
import { isIPv4 } from 'node:net';
import { ByteReader } from '../../../net/byte-reader.ts';
import {
  type Headers,
  type HttpResponse,
  headerOf,
  readBody,
  readResponseHead,
  utf8,
  writeMessage,
} from '../../../net/http-wire.ts';
import { ConnectionReset, type TcpConnection } from '../../../net/sockets.ts';
import { startTls } from '../../../net/tls-wire.ts';
import { timedOut, within } from '../../../net/within.ts';
import { print } from '../../net-program.ts';
import { relay } from '../../relay.ts';
import type { ClientUrl } from '../../url.ts';
import { CurlFailure } from './failure.ts';
import { openConnection } from './open.ts';
import { type CurlSession, elapsed, say, type TransferFacts } from './session.ts';

export interface Answer {
  readonly response: HttpResponse;
  readonly head: string;
  readonly body: Uint8Array;
}

/** undefined for telnet, which has no answer. Throws CurlFailure. */
export async function transfer(
  session: CurlSession,
  facts: TransferFacts,
  url: ClientUrl,
  deadlineMs: number,
): Promise<Answer | undefined> {
  if (!['http', 'https', 'telnet'].includes(url.scheme)) {
    throw new CurlFailure(
      1,
      `Protocol "${url.scheme}" not supported${session.flavour.modern ? '' : ' or disabled in libcurl'}`,
    );
  }
  const connection = await openConnection(session, facts, url, deadlineMs);
  const { process } = session;
  try {
    const leftMs = Math.max(0, deadlineMs - process.clock.now());
    const answer = await within(process.clock, leftMs, process.signal, () =>
      url.scheme === 'telnet' ? talk(session, connection) : ask(session, facts, url, connection),
    );
    if (answer !== timedOut) return answer;
    const bytes = `${facts.bodyBytes} bytes received`;
    throw new CurlFailure(28, `Operation timed out after ${elapsed(session, facts)} milliseconds with ${bytes}`, {
      transient: true,
    });
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
    throw new CurlFailure(56, 'Recv failure: Connection reset by peer', { transient: true });
  } finally {
    connection.release();
  }
}

async function talk(session: CurlSession, connection: TcpConnection): Promise<undefined> {
  await relay(session.process, connection, { stopAtInputEnd: true });
  return undefined;
}

async function ask(
  session: CurlSession,
  facts: TransferFacts,
  url: ClientUrl,
  connection: TcpConnection,
): Promise<Answer> {
  const reader = new ByteReader(connection);
  if (url.scheme === 'https') await shakeHands(session, facts, url, connection, reader);
  if (session.flavour.modern) await say(session, 'using HTTP/1.x');
  await sendRequest(session, facts, url, connection);
  if (session.flavour.modern) await say(session, 'Request completely sent off');
  const response = await readResponseHead(reader);
  facts.firstByteMs = elapsed(session, facts);
  if (response === undefined) {
    await say(session, 'Empty reply from server');
    throw new CurlFailure(52, 'Empty reply from server', { transient: true });
  }
  if (response === 'bad') throw new CurlFailure(1, 'Received HTTP/0.9 when not allowed');
  const head = headText(response);
  facts.headerBytes += head.length;
  facts.status = response.status;
  facts.httpVersion = response.version.replace('HTTP/', '').replace(/\.0$/, '');
  facts.contentType = headerOf(response.headers, 'content-type') ?? '';
  if (session.config.verbose) await print(session.process.stderr, head.replace(/^/gm, '< ').replace(/< $/, ''));
  const body = await readBody(reader, response, facts.method);
  facts.bodyBytes = body.length;
  if (session.config.verbose && body.length > 0) await print(session.process.stderr, `{ [${body.length} bytes data]\n`);
  await sayGoodbye(session, url, response);
  return { response, head, body };
}

async function sayGoodbye(session: CurlSession, url: ClientUrl, response: HttpResponse): Promise<void> {
  const closes =
    (headerOf(response.headers, 'connection') ?? '').toLowerCase() === 'close' || response.version === 'HTTP/1.0';
  if (!closes) await say(session, `Connection #0 to host ${url.host} left intact`);
  else await say(session, session.flavour.modern ? 'shutting down connection #0' : 'Closing connection 0');
}

async function shakeHands(
  session: CurlSession,
  facts: TransferFacts,
  url: ClientUrl,
  connection: TcpConnection,
  reader: ByteReader,
): Promise<void> {
  const certificate = await startTls(connection, reader, isIPv4(url.host) ? undefined : url.host);
  if (certificate === 'closed') {
    throw new CurlFailure(
      35,
      `OpenSSL SSL_connect: Connection reset by peer in connection to ${url.host}:${url.port} `,
    );
  }
  if (certificate === 'not-tls') {
    throw new CurlFailure(
      35,
      session.flavour.modern
        ? 'TLS connect error: error:0A00010B:SSL routines::wrong version number'
        : 'error:0A00010B:SSL routines::wrong version number',
    );
  }
  facts.appConnectMs = elapsed(session, facts);
  const trusted = certificate.issuer === 'Lab CA' || session.config.line.values.has('cacert');
  if (!trusted && !session.config.insecure) {
    throw new CurlFailure(60, `SSL certificate problem: unable to get local issuer certificate\n${moreDetails}`);
  }
  await say(session, `SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256`);
  await say(session, 'Server certificate:');
  await say(session, ` subject: CN=${certificate.subject}`);
  await say(session, ` issuer: CN=${certificate.issuer}`);
}

const moreDetails = `More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the web page mentioned above.`;

async function sendRequest(
  session: CurlSession,
  facts: TransferFacts,
  url: ClientUrl,
  connection: TcpConnection,
): Promise<void> {
  const { config, flavour, process } = session;
  const body = bodyOf(session);
  const asQuery = config.line.flags.has('G') && body;
  facts.method = config.method ?? (config.head ? 'HEAD' : body && !asQuery ? 'POST' : 'GET');
  const separator = url.target.includes('?') ? '&' : '?';
  const target = asQuery ? `${url.target}${separator}${body.text}` : url.target;
  const sent = body && !asQuery ? utf8(body.text) : undefined;
  facts.uploadBytes = sent?.length ?? 0;
  const headers = requestHeaders(session, url, sent ? { type: body?.type ?? '', length: sent.length } : undefined);
  const version = config.line.flags.has('0') ? 'HTTP/1.0' : 'HTTP/1.1';
  const first = `${facts.method} ${target} ${version}`;
  if (config.verbose) {
    const lines = [first, ...headers.map(([name, value]) => `${name}: ${value}`), ''];
    await print(process.stderr, lines.map((text) => `> ${text}\n`).join(''));
  }
  void flavour;
  await writeMessage(connection, first, headers, sent);
}

function requestHeaders(
  { config, flavour }: CurlSession,
  url: ClientUrl,
  body: { readonly type: string; readonly length: number } | undefined,
): Headers {
  const value = (key: string): string | undefined => config.line.values.get(key)?.at(-1);
  const host = url.portGiven && !(url.scheme === 'http' && url.port === 80) ? `${url.host}:${url.port}` : url.host;
  const user = value('u') ?? url.user;
  const headers: [string, string][] = [['Host', host]];
  if (user !== undefined) headers.push(['Authorization', `Basic ${Buffer.from(user).toString('base64')}`]);
  headers.push(['User-Agent', value('A') ?? `curl/${flavour.version}`], ['Accept', '*/*']);
  const cookie = value('b');
  const referer = value('e');
  if (referer !== undefined) headers.push(['Referer', referer]);
  if (cookie?.includes('=')) headers.push(['Cookie', cookie]);
  if (body) headers.push(['Content-Length', String(body.length)], ['Content-Type', body.type]);
  for (const given of config.headers) {
    const colon = given.search(/[:;]/);
    if (colon < 0) continue;
    const name = given.slice(0, colon);
    const text = given.slice(colon + 1).trim();
    const at = headers.findIndex(([known]) => known.toLowerCase() === name.toLowerCase());
    if (at >= 0) headers.splice(at, 1, ...(text === '' ? [] : [[name, text] as [string, string]]));
    else if (text !== '' || given[colon] === ';') headers.push([name, text]);
  }
  return headers;
}

function bodyOf({ config, process }: CurlSession): { readonly text: string; readonly type: string } | undefined {
  const parts: string[] = [];
  let type = 'application/x-www-form-urlencoded';
  for (const key of ['d', 'data-raw', 'data-urlencode', 'json']) {
    for (const value of config.line.values.get(key) ?? []) {
      if (key === 'json') type = 'application/json';
      const file = key !== 'data-raw' && value.startsWith('@') ? process.fs.readFile(value.slice(1)) : undefined;
      const text = file ? new TextDecoder().decode(file).replace(/\r?\n/g, '') : value;
      parts.push(key === 'data-urlencode' ? urlEncode(text) : text);
    }
  }
  return parts.length === 0 ? undefined : { text: parts.join('&'), type };
}

function urlEncode(text: string): string {
  const equals = text.indexOf('=');
  if (equals < 0) return encodeURIComponent(text);
  return `${text.slice(0, equals)}${equals > 0 ? '=' : ''}${encodeURIComponent(text.slice(equals + 1))}`;
}

/** With the line ends of the recordings: a terminal shows no carriage returns. */
function headText({ version, status, reason, headers }: HttpResponse): string {
  const lines = [`${version} ${status} ${reason}`, ...headers.map(([name, value]) => `${name}: ${value}`), ''];
  return lines.map((text) => `${text}\n`).join('');
}
