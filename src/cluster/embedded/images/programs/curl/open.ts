/**
 * curl's way to a connection: resolve (bounded by -m and --connect-timeout), then one address after the other, each with
 * half of what time is left while there are more (lib/connect.c).
 */
import { isIP, isIPv4 } from 'node:net';
import type { ConnectFailure, TcpConnection } from '../../../net/sockets.ts';
import { timedOut, within } from '../../../net/within.ts';
import { connect, resolve } from '../../net-program.ts';
import type { ClientUrl } from '../../url.ts';
import { CurlFailure } from './failure.ts';
import { type CurlSession, elapsed, say, type TransferFacts } from './session.ts';

/** Throws CurlFailure 6, 7, 28. */
export async function openConnection(
  session: CurlSession,
  facts: TransferFacts,
  url: ClientUrl,
  deadlineMs: number,
): Promise<TcpConnection> {
  const target = redirected(session, url);
  const addresses = await lookUp(session, facts, target.host, target.port, deadlineMs);
  facts.lookupMs = elapsed(session, facts);
  const connection = await tryEach(session, facts, { ...target, shown: url }, addresses, deadlineMs);
  facts.connectMs = elapsed(session, facts);
  facts.connects++;
  facts.remote = connection.remote;
  facts.local = connection.local;
  const suffix = session.flavour.modern ? '' : ' (#0)';
  await say(session, `Connected to ${target.host} (${connection.remote.ip}) port ${target.port}${suffix}`);
  return connection;
}

/** --connect-to HOST1:PORT1:HOST2:PORT2 */
function redirected({ config }: CurlSession, url: ClientUrl): { host: string; port: number } {
  for (const rule of config.line.values.get('connect-to') ?? []) {
    const [host, port, toHost, toPort] = rule.split(':');
    if ((!host || host === url.host) && (!port || Number(port) === url.port)) {
      return { host: toHost || url.host, port: toPort ? Number(toPort) : url.port };
    }
  }
  return { host: url.host, port: url.port };
}

async function lookUp(
  session: CurlSession,
  facts: TransferFacts,
  host: string,
  port: number,
  deadlineMs: number,
): Promise<readonly string[]> {
  const { config, process, net, flavour } = session;
  const given = pinned(session, host, port);
  if (given) return given;
  const family = config.line.flags.has('4') ? 'v4' : config.line.flags.has('6') ? 'v6' : 'any';
  const found = await within(process.clock, left(session, facts, deadlineMs), process.signal, (signal) =>
    resolve(net, { ...process, signal }, host, family),
  );
  if (found === timedOut) {
    const message = `Resolving timed out after ${elapsed(session, facts)} milliseconds`;
    await say(session, message);
    await say(session, flavour.modern ? 'closing connection #0' : 'Closing connection 0');
    throw new CurlFailure(28, message, { transient: true });
  }
  if (found.outcome !== 'found') {
    const message = `Could not resolve host: ${host}`;
    await say(session, message);
    await say(session, flavour.modern ? 'shutting down connection #0' : 'Closing connection 0');
    throw new CurlFailure(6, message, { transient: found.outcome === 'again' });
  }
  if (flavour.modern && isIP(host) === 0) {
    const of = (wanted: boolean): string =>
      found.addresses.filter((ip) => isIPv4(ip) === wanted).join(', ') || '(none)';
    await say(session, `Host ${host}:${port} was resolved.`);
    await say(session, `IPv6: ${of(false)}`);
    await say(session, `IPv4: ${of(true)}`);
  }
  // Happy eyeballs: IPv6 has the first try.
  return [...found.addresses].sort((a, b) => isIP(b) - isIP(a));
}

/** --resolve HOST:PORT:ADDRESS[,ADDRESS] */
function pinned({ config }: CurlSession, host: string, port: number): readonly string[] | undefined {
  for (const rule of config.line.values.get('resolve') ?? []) {
    const match = /^\+?([^:]+):(\d+):(.+)$/.exec(rule);
    if (match && (match[1] === '*' || match[1] === host) && Number(match[2]) === port) return match[3]?.split(',');
  }
  return undefined;
}

async function tryEach(
  session: CurlSession,
  facts: TransferFacts,
  target: { readonly host: string; readonly port: number; readonly shown: ClientUrl },
  addresses: readonly string[],
  deadlineMs: number,
): Promise<TcpConnection> {
  const { net, process, config } = session;
  let last: ConnectFailure = 'refused';
  for (const [i, ip] of addresses.entries()) {
    const shown = session.flavour.modern && !isIPv4(ip) ? `[${ip}]` : ip;
    await say(session, `  Trying ${shown}:${target.port}...`);
    const leftMs = left(session, facts, deadlineMs);
    const more = i + 1 < addresses.length;
    const limitMs = more ? Math.min(leftMs / 2, 150_000) : leftMs;
    const opened = await within(process.clock, limitMs, process.signal, (signal) =>
      connect(net, process, { ip, port: target.port }, { blocking: false, signal }),
    );
    if (opened === timedOut) {
      last = 'timeout';
      if (more) continue;
      throw await timeLimit(session, facts, target, deadlineMs);
    }
    if (opened.outcome === 'connected') return opened.connection;
    last = opened.outcome;
    const from = session.flavour.modern ? ` from ${opened.local.ip} port ${opened.local.port}` : '';
    await say(session, `connect to ${ip} port ${target.port}${from} failed: ${words(net.libc, last)}`);
  }
  const reason = session.flavour.modern ? 'Could not connect to server' : "Couldn't connect to server";
  const message = `Failed to connect to ${target.host} port ${target.port} after ${elapsed(session, facts)} ms: ${reason}`;
  await say(session, message);
  await say(session, session.flavour.modern ? 'closing connection #0' : 'Closing connection 0');
  const timeout = last === 'timeout';
  void config;
  throw new CurlFailure(timeout ? 28 : 7, message, { transient: timeout, refused: last === 'refused' });
}

/** The limit that ended it decides the words: 7.88 tells --connect-timeout from -m, 8.11 does not. */
async function timeLimit(
  session: CurlSession,
  facts: TransferFacts,
  target: { readonly host: string; readonly port: number },
  deadlineMs: number,
): Promise<CurlFailure> {
  const { flavour, process } = session;
  const after = elapsed(session, facts);
  const overall = process.clock.now() >= deadlineMs;
  const message =
    flavour.modern || overall
      ? `Connection timed out after ${after} milliseconds`
      : `Failed to connect to ${target.host} port ${target.port} after ${after} ms: Timeout was reached`;
  await say(session, message);
  await say(session, flavour.modern ? 'closing connection #0' : 'Closing connection 0');
  return new CurlFailure(28, message, { transient: true });
}

/** Until the earlier of -m and --connect-timeout. */
function left(session: CurlSession, facts: TransferFacts, deadlineMs: number): number {
  const now = session.process.clock.now();
  const connectBy = facts.startMs + session.config.connectTimeoutMs;
  return Math.max(0, Math.min(deadlineMs, connectBy) - now);
}

function words(libc: 'glibc' | 'musl', outcome: ConnectFailure): string {
  if (outcome === 'refused') return 'Connection refused';
  if (outcome === 'timeout') return libc === 'musl' ? 'Operation timed out' : 'Connection timed out';
  if (outcome === 'host-unreachable') return libc === 'musl' ? 'Host is unreachable' : 'No route to host';
  return libc === 'musl' ? 'Network unreachable' : 'Network is unreachable';
}
