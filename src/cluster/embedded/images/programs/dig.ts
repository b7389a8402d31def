/** dig: one question, the whole answer, or only what +short and +noall leave of it. */
import { isIPv4 } from 'node:net';
import type { Process } from '../../../../shell/process.ts';
import { formatTime } from '../../../../shell/programs/strftime.ts';
import { type DnsMessage, type DnsRecord, encodeDns, type RecordType } from '../../net/dns-message.ts';
import { reverseName } from '../../net/resolver-reverse.ts';
import { type ContainerNet, type NetProgram, print } from '../net-program.ts';
import { candidates, type Lookup, lookUp, presentation, recordTypes, serverAddress, toStdout } from './bind-tools.ts';

interface Request {
  name: string;
  type: RecordType;
  server: string | undefined;
  port: number;
  reverse: boolean;
  readonly plus: Map<string, string | boolean>;
}

export const dig: NetProgram = (net) => async (process) => {
  const request = parse(process.argv.slice(1));
  if (typeof request === 'string') {
    await print(process.stderr, `${request}\n\nUsage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}\n`);
    return 1;
  }
  const { server } = request;
  const address = await serverAddress(net, process, server);
  if (address === undefined) {
    await print(process.stderr, `dig: couldn't get address for '${server}': not found\n`);
    return 1;
  }
  const seconds = Number(request.plus.get('timeout') ?? request.plus.get('time') ?? 5) || 1;
  const retries = request.plus.get('retry');
  const lookup: Lookup = {
    server: address,
    port: request.port,
    tries: retries === undefined ? Number(request.plus.get('tries') ?? 3) : Number(retries) + 1,
    waitMs: seconds * 1000,
    tcp: request.plus.get('tcp') === true,
    complain: toStdout(process),
  };
  const name = request.reverse && isIPv4(request.name) ? reverseName(request.name) : request.name;
  return run(net, process, request, lookup, name);
};

async function run(
  net: ContainerNet,
  process: Process,
  request: Request,
  lookup: Lookup,
  name: string,
): Promise<number> {
  const short = request.plus.get('short') === true;
  const shows = (section: string): boolean => request.plus.get(section) !== false;
  if (!short && shows('cmd'))
    await print(
      process.stdout,
      `\n; <<>> DiG 9.18.33 <<>> ${process.argv.slice(1).join(' ')}\n;; global options: +cmd\n`,
    );
  const names = request.plus.get('search') === true ? candidates(process, name) : [name.replace(/(.)\.$/, '$1')];
  let answer: DnsMessage | undefined;
  for (const candidate of names) {
    answer = await lookUp(net, process, lookup, candidate, request.type);
    if (!answer) return 9;
    if (answer.code === 'NOERROR' && answer.answers.length > 0) break;
  }
  if (!answer) return 9;
  if (short) {
    await print(process.stdout, answer.answers.map((record) => `${presentation(record)}\n`).join(''));
    return 0;
  }
  const sections = [
    shows('comments') ? comments(answer) : '',
    shows('question') ? question(answer) : '',
    shows('answer') ? section('ANSWER', answer.answers, shows('comments')) : '',
    shows('authority') ? section('AUTHORITY', answer.authority, shows('comments')) : '',
    shows('stats') ? statistics(process, lookup, encodeDns(answer).length) : '',
  ];
  await print(process.stdout, sections.join(''));
  return 0;
}

function parse(words: readonly string[]): Request | string {
  const request: Request = { name: '.', type: 'NS', server: undefined, port: 53, reverse: false, plus: new Map() };
  let typed = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const type = recordTypes.find((candidate) => candidate === word.toUpperCase());
    if (word.startsWith('@')) request.server = word.slice(1);
    else if (word.startsWith('+')) setPlus(request.plus, word.slice(1));
    else if (word === '-x') {
      request.reverse = true;
      request.type = 'PTR';
    } else if (word === '-p') request.port = Number(words[++i]);
    else if (word === '-t') {
      request.type = (words[++i]?.toUpperCase() ?? 'A') as RecordType;
      typed = true;
    } else if (word === '-4' || word === '-u' || word === 'IN') continue;
    else if (word.startsWith('-')) return `Invalid option: ${word}`;
    else if (type) {
      request.type = type;
      typed = true;
    } else {
      request.name = word;
      if (!typed && !request.reverse) request.type = 'A';
    }
  }
  return request;
}

const sections = ['cmd', 'comments', 'question', 'answer', 'authority', 'additional', 'stats'];

function setPlus(plus: Map<string, string | boolean>, word: string): void {
  const [name = '', value] = word.split('=');
  if (name === 'noall' || name === 'all') for (const section of sections) plus.set(section, name === 'all');
  else if (value !== undefined) plus.set(name, value);
  else if (name.startsWith('no')) plus.set(name.slice(2), false);
  else plus.set(name, true);
}

function comments(answer: DnsMessage): string {
  const flags = [
    'qr',
    ...(answer.authoritative ? ['aa'] : []),
    ...(answer.truncated ? ['tc'] : []),
    'rd',
    ...(answer.recursionAvailable ? ['ra'] : []),
  ];
  const local = answer.question?.name.endsWith('.local')
    ? ';; WARNING: .local is reserved for Multicast DNS\n;; You are currently testing what happens when an mDNS query is leaked to DNS\n'
    : '';
  const counts = `QUERY: 1, ANSWER: ${answer.answers.length}, AUTHORITY: ${answer.authority.length}, ADDITIONAL: 0`;
  return `;; Got answer:\n${local};; ->>HEADER<<- opcode: QUERY, status: ${answer.code}, id: ${answer.id}\n;; flags: ${flags.join(' ')}; ${counts}\n\n`;
}

function question({ question: asked }: DnsMessage): string {
  return `;; QUESTION SECTION:\n;${toColumn(dotted(asked?.name ?? '.'), 32, 1)}IN\t${asked?.type}\n\n`;
}

function section(title: string, records: readonly DnsRecord[], titled: boolean): string {
  if (records.length === 0) return '';
  const lines = records.map(
    (record) => `${toColumn(dotted(record.name), 24)}${record.ttl}\tIN\t${record.type}\t${presentation(record)}\n`,
  );
  return titled ? `;; ${title} SECTION:\n${lines.join('')}\n` : lines.join('');
}

/** With tabs as far as the column (of a line that began with `before` characters), a space where the text is longer. */
function toColumn(text: string, column: number, before = 0): string {
  const tabs = Math.ceil((column - text.length - before) / 8);
  return text + (tabs > 0 ? '\t'.repeat(tabs) : before > 0 ? '\t' : ' ');
}

function statistics(process: Process, { server, port }: Lookup, bytes: number): string {
  const when = formatTime(process.clock.now(), '%a %b %d %H:%M:%S UTC %Y');
  return `;; Query time: 0 msec\n;; SERVER: ${server}#${port}(${server}) (UDP)\n;; WHEN: ${when}\n;; MSG SIZE  rcvd: ${bytes}\n\n`;
}

function dotted(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}
