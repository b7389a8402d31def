/** host and nslookup of BIND: both walk the search list, unlike BusyBox's. */
import { isIPv4 } from 'node:net';
import type { Process } from '../../../../shell/process.ts';
import type { DnsMessage, DnsRecord, RecordType } from '../../net/dns-message.ts';
import { type ContainerNet, type NetProgram, print } from '../net-program.ts';
import {
  candidates,
  type Lookup,
  lookUp,
  presentation,
  questionName,
  recordTypes,
  serverAddress,
  toStdout,
} from './bind-tools.ts';

export const bindHost: NetProgram = (net) => async (process) => {
  const words = process.argv.slice(1);
  const typeAt = words.indexOf('-t');
  const type = typeAt >= 0 ? (words.splice(typeAt, 2)[1]?.toUpperCase() as RecordType) : undefined;
  const [name, given] = words.filter((word) => !word.startsWith('-'));
  if (name === undefined) {
    await print(
      process.stderr,
      'Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]\n            [-R number] [-m flag] [-p port] hostname [server]\n',
    );
    return 1;
  }
  const server = await serverAddress(net, process, given);
  const lookup: Lookup = {
    server: server ?? '',
    port: 53,
    tries: 2,
    waitMs: 5_000,
    tcp: words.includes('-T'),
    complain: toStdout(process),
  };
  const types: readonly RecordType[] = type ? [type] : isIPv4(name) ? ['PTR'] : ['A', 'AAAA', 'MX'];
  const found = await walk(net, process, lookup, name, types[0] ?? 'A');
  if (found === undefined) return 1;
  if (found.code !== 'NOERROR') {
    await print(process.stdout, `Host ${name} not found: 3(${found.code})\n`);
    return 1;
  }
  await tellHost(process, found);
  for (const other of types.slice(1)) {
    const answer = await lookUp(net, process, lookup, found.question?.name ?? name, other);
    if (answer) await tellHost(process, answer);
  }
  return 0;
};

async function tellHost(process: Process, answer: DnsMessage): Promise<void> {
  const words: Partial<Record<RecordType, string>> = {
    A: 'has address',
    AAAA: 'has IPv6 address',
    CNAME: 'is an alias for',
    PTR: 'domain name pointer',
    SRV: 'has SRV record',
    TXT: 'descriptive text',
    MX: 'mail is handled by',
    NS: 'name server',
  };
  for (const record of answer.answers)
    await print(process.stdout, `${record.name} ${words[record.type] ?? 'has'} ${presentation(record)}\n`);
}

export const bindNslookup: NetProgram = (net) => async (process) => {
  const words = process.argv.slice(1);
  const option = words.find((word) => /^-(?:type|query|q)=/i.test(word));
  const type = option?.split('=')[1]?.toUpperCase() as RecordType | undefined;
  const [name, given] = words.filter((word) => !word.startsWith('-'));
  if (name === undefined || (type && !recordTypes.includes(type))) {
    await print(
      process.stderr,
      "Usage:\n   nslookup [-opt ...] host        # just look up 'host' using default server\n   nslookup [-opt ...] host server # just look up 'host' using 'server'\n",
    );
    return 1;
  }
  const server = await serverAddress(net, process, given);
  const lookup: Lookup = {
    server: server ?? '',
    port: 53,
    tries: 3,
    waitMs: 5_000,
    tcp: words.includes('-vc'),
    complain: toStdout(process),
  };
  const reverse = isIPv4(name);
  const found = await walk(net, process, lookup, name, type ?? (reverse ? 'PTR' : 'A'));
  if (found === undefined) return 1;
  if (reverse && found.code !== 'NOERROR') {
    await print(process.stdout, `** server can't find ${questionName(name)}: ${found.code}\n\n`);
    return 1;
  }
  if (!reverse) await print(process.stdout, `Server:\t\t${lookup.server}\nAddress:\t${lookup.server}#53\n\n`);
  if (found.code !== 'NOERROR') {
    await print(process.stdout, `** server can't find ${name}: ${found.code}\n\n`);
    return 1;
  }
  const more =
    reverse || type ? [] : ((await lookUp(net, process, lookup, found.question?.name ?? name, 'AAAA'))?.answers ?? []);
  const records = [...found.answers, ...more];
  if (records.length === 0) {
    await print(process.stdout, `*** Can't find ${name}: No answer\n\n`);
    return 1;
  }
  const note = found.authoritative || reverse ? '' : 'Non-authoritative answer:\n';
  await print(process.stdout, `${note}${records.map(nslookupLine).join('')}\n`);
  return 0;
};

function nslookupLine(record: DnsRecord): string {
  const { name, type, data } = record;
  switch (type) {
    case 'A':
    case 'AAAA':
      return `Name:\t${name}\nAddress: ${data}\n`;
    case 'CNAME':
      return `${name}\tcanonical name = ${data}.\n`;
    case 'PTR':
      return `${name}\tname = ${data}.\n`;
    case 'SRV':
      return `${name}\tservice = ${presentation(record)}\n`;
    case 'TXT':
      return `${name}\ttext = "${data}"\n`;
    default:
      return `${name}\t${presentation(record)}\n`;
  }
}

/** The first candidate that has an answer, else the last refusal; undefined: nobody answered. */
async function walk(
  net: ContainerNet,
  process: Process,
  lookup: Lookup,
  name: string,
  type: RecordType,
): Promise<DnsMessage | undefined> {
  const names = isIPv4(name) ? [questionName(name)] : candidates(process, name);
  let last: DnsMessage | undefined;
  for (const candidate of names) {
    last = await lookUp(net, process, lookup, candidate, type);
    if (!last || (last.code === 'NOERROR' && last.answers.length > 0)) return last;
  }
  return last;
}
