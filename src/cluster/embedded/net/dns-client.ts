/**
 * Asking name servers: some queries over one UDP socket, again after a while, over TCP where the answer was cut short. The
 * C libraries differ in when they ask again and in what they make of it; that is decided by the callers.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import { ByteReader, concat } from './byte-reader.ts';
import { type DnsMessage, decodeDns, encodeDns, query, type RecordType } from './dns-message.ts';
import type { NetStack, UdpSocket } from './sockets.ts';
import { timedOut, within } from './within.ts';

export interface DnsClientContext {
  readonly stack: NetStack;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: Random;
}

export interface Exchange {
  readonly servers: readonly string[];
  readonly port?: number;
  readonly questions: readonly { readonly name: string; readonly type: RecordType }[];
  /** How often everything unanswered is sent, and how long each time waits. */
  readonly attempts: number;
  readonly waitMs: number;
  /** An ICMP error ends it at once: glibc connects its sockets, musl does not. */
  readonly heedsRefusal: boolean;
  /** musl sends to all servers at once, glibc to one after the other. */
  readonly allServersAtOnce: boolean;
  /** How long the TCP query after a truncated answer may take; absent: truncated answers are taken as they are. */
  readonly tcpLimitMs?: number;
}

export interface ExchangeResult {
  /** In the order of the questions; undefined: no answer. */
  readonly answers: readonly (DnsMessage | undefined)[];
  readonly refused: boolean;
  /** Who answered last. */
  readonly server?: string;
}

interface Round {
  readonly messages: readonly DnsMessage[];
  readonly answers: (DnsMessage | undefined)[];
  server: string | undefined;
  refused: boolean;
}

/** Rejects only when the signal aborts. */
export async function exchange(context: DnsClientContext, options: Exchange): Promise<ExchangeResult> {
  const messages = options.questions.map(({ name, type }) => query(context.random.integer(65_536), name, type));
  const round: Round = { messages, answers: messages.map(() => undefined), server: undefined, refused: false };
  const socket = context.stack.udp(0, { signal: context.signal });
  try {
    for (let attempt = 0; attempt < options.attempts && !isOver(round, options); attempt++) {
      const targets = options.allServersAtOnce ? [options.servers] : options.servers.map((server) => [server]);
      for (const servers of targets) {
        if (isOver(round, options)) break;
        send(socket, round, servers, options.port ?? 53);
        await within(context.clock, options.waitMs, context.signal, (signal) =>
          collect(socket, round, options, signal),
        );
      }
    }
  } finally {
    socket.close();
  }
  if (options.tcpLimitMs !== undefined) await askAgainOverTcp(context, options, round, options.tcpLimitMs);
  return { answers: round.answers, refused: round.refused, ...(round.server && { server: round.server }) };
}

function isOver(round: Round, options: Exchange): boolean {
  return (
    (round.refused && options.heedsRefusal) || round.answers.every((answer) => answer && answer.code !== 'SERVFAIL')
  );
}

function send(socket: UdpSocket, round: Round, servers: readonly string[], port: number): void {
  round.messages.forEach((message, i) => {
    if (round.answers[i] && round.answers[i]?.code !== 'SERVFAIL') return;
    round.answers[i] = undefined;
    for (const ip of servers) socket.send({ ip, port }, encodeDns(message));
  });
}

async function collect(socket: UdpSocket, round: Round, options: Exchange, signal: AbortSignal): Promise<void> {
  while (round.answers.some((answer) => !answer)) {
    const datagram = await socket.receive(signal);
    if (datagram.kind === 'refused') {
      round.refused = true;
      if (options.heedsRefusal) return;
      continue;
    }
    const answer = decodeDns(datagram.bytes);
    const at = round.messages.findIndex(({ id }) => id === answer?.id);
    if (!answer?.response || at < 0) continue;
    round.answers[at] = answer;
    round.server = datagram.from.ip;
  }
}

async function askAgainOverTcp(
  context: DnsClientContext,
  options: Exchange,
  round: Round,
  limitMs: number,
): Promise<void> {
  for (const [i, message] of round.messages.entries()) {
    if (!round.answers[i]?.truncated) continue;
    const ip = round.server ?? options.servers[0] ?? '';
    const answer = await within(context.clock, limitMs, context.signal, (signal) =>
      askOverTcp({ ...context, signal }, { ip, port: options.port ?? 53 }, message),
    );
    round.answers[i] = answer === timedOut ? undefined : answer;
  }
}

/** undefined: no connection, or no answer on it. */
export async function askOverTcp(
  context: DnsClientContext,
  to: { readonly ip: string; readonly port: number },
  message: DnsMessage,
): Promise<DnsMessage | undefined> {
  const { clock, signal, stack } = context;
  const opened = await stack.connect(to, { clock, signal, lifetime: signal, blocking: true });
  if (opened.outcome !== 'connected') return undefined;
  const { connection } = opened;
  try {
    const bytes = encodeDns(message);
    await connection.write(concat([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]));
    const reader = new ByteReader(connection);
    const [high = 0, low = 0] = await reader.exactly(2);
    return decodeDns(await reader.exactly(high * 256 + low));
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  } finally {
    connection.release();
  }
}
