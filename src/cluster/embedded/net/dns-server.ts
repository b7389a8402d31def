/**
 * A name server: CoreDNS in its pods, and the resolver of the nodes' network. It answers from a table over UDP and TCP, and
 * asks upstream for what is not its own, through the network like everybody else.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import { ByteReader, concat } from './byte-reader.ts';
import { exchange } from './dns-client.ts';
import {
  type DnsMessage,
  type DnsRecord,
  decodeDns,
  encodeDns,
  maxUdpBytes,
  type ResponseCode,
} from './dns-message.ts';
import { type DnsZone, startOfAuthority, type ZoneAnswer } from './dns-zone.ts';
import type { NetStack, TcpConnection, UdpSocket } from './sockets.ts';

export interface DnsServerOptions {
  readonly stack: NetStack;
  readonly zone: DnsZone;
  /** Addresses of the servers behind; read for each question. Empty: what is elsewhere does not exist. */
  readonly upstream: () => readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly program: string;
}

/** CoreDNS's forward plugin: a read timeout of 2 s, and a deadline of 5 s that the third try oversteps. */
const forwardAttempts = 3;
const forwardWaitMs = 2_000;

/** Serves until the signal aborts. Throws AddressInUse. */
export function serveDns(options: DnsServerOptions): void {
  const { stack, signal, program } = options;
  const socket = stack.udp(53, { signal, program });
  const listener = stack.listen(53, { signal, program });
  void serveDatagrams(options, socket).catch(() => undefined);
  void (async () => {
    for (let connection = await listener.accept(); connection; connection = await listener.accept()) {
      const accepted = connection;
      void serveConnection(options, accepted)
        .catch(() => undefined)
        .finally(() => accepted.release());
    }
  })();
}

async function serveDatagrams(options: DnsServerOptions, socket: UdpSocket): Promise<void> {
  for (;;) {
    const datagram = await socket.receive(options.signal);
    if (datagram.kind !== 'data') continue;
    const { from } = datagram;
    void answer(options, datagram.bytes).then(
      (reply) => reply && socket.send(from, encodeDns(reply, maxUdpBytes)),
      () => undefined,
    );
  }
}

async function serveConnection(options: DnsServerOptions, connection: TcpConnection): Promise<void> {
  const reader = new ByteReader(connection);
  for (;;) {
    const header = await reader.exactly(2);
    const [high, low] = header;
    if (high === undefined || low === undefined) return;
    const reply = await answer(options, await reader.exactly(high * 256 + low));
    if (!reply) return;
    const bytes = encodeDns(reply);
    await connection.write(concat([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]));
  }
}

async function answer(options: DnsServerOptions, bytes: Uint8Array): Promise<DnsMessage | undefined> {
  const message = decodeDns(bytes);
  if (!message || message.response || !message.question) return undefined;
  const name = message.question.name.toLowerCase();
  const found = options.zone.lookup(name, message.question.type);
  if (found.kind === 'elsewhere') return forward(options, message);
  if (found.kind !== 'alias') return reply(message, found, name, options.random);
  const { type } = message.question;
  const behind = await forward(options, { ...message, question: { name: found.target, type } });
  const records = behind.code === 'SERVFAIL' ? [] : [...found.records, ...behind.answers];
  return reply(message, { kind: 'records', records }, name, options.random);
}

function reply(question: DnsMessage, found: ZoneAnswer, name: string, random: Random): DnsMessage {
  const records = 'records' in found ? found.records : [];
  return {
    ...respond(question, found.kind === 'no-name' ? 'NXDOMAIN' : 'NOERROR'),
    authoritative: true,
    answers: balanced(records, random),
    authority: records.length === 0 ? [startOfAuthority(name)] : [],
  };
}

async function forward(options: DnsServerOptions, message: DnsMessage): Promise<DnsMessage> {
  const servers = options.upstream();
  if (servers.length === 0 || !message.question) return respond(message, 'NXDOMAIN');
  const { answers } = await exchange(options, {
    servers,
    questions: [message.question],
    attempts: forwardAttempts,
    waitMs: forwardWaitMs,
    heedsRefusal: true,
    allServersAtOnce: false,
    tcpLimitMs: forwardWaitMs,
  });
  const [found] = answers;
  return found ? { ...found, id: message.id } : respond(message, 'SERVFAIL');
}

function respond(question: DnsMessage, code: ResponseCode): DnsMessage {
  return { ...question, response: true, recursionAvailable: true, code, answers: [], authority: [] };
}

/** CoreDNS's loadbalance plugin: another order of addresses every time, behind the aliases that lead to them. */
function balanced(records: readonly DnsRecord[], random: Random): readonly DnsRecord[] {
  const isAlias = ({ type }: DnsRecord): boolean => type === 'CNAME';
  return [
    ...records.filter(isAlias),
    ...shuffled(
      records.filter((record) => !isAlias(record)),
      random,
    ),
  ];
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const [a, b] = [result[i], result[j]];
    if (a !== undefined && b !== undefined) {
      result[i] = b;
      result[j] = a;
    }
  }
  return result;
}
