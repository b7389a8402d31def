/**
 * BusyBox nslookup (the "big" one): asks every server itself, A and AAAA for every name of the search list, but looks at
 * that list only when the name has no dot. It exits 1 if any of the answers is an error, also when another one was right.
 */
import { isIPv4 } from 'node:net';
import type { Process } from '../../../../shell/process.ts';
import { exchange } from '../../net/dns-client.ts';
import type { DnsMessage, DnsRecord, RecordType } from '../../net/dns-message.ts';
import { readResolverConfig } from '../../net/resolver-config.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { type ContainerNet, type NetProgram, print, resolve } from '../net-program.ts';

const usage = `nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]

Query DNS about HOST

QUERY_TYPE: soa,ns,a,aaaa,cname,mx,txt,ptr,srv,any`;

const types: Readonly<Record<string, RecordType>> = {
  soa: 'SOA',
  ns: 'NS',
  a: 'A',
  aaaa: 'AAAA',
  cname: 'CNAME',
  mx: 'MX',
  txt: 'TXT',
  srv: 'SRV',
  ptr: 'PTR',
  any: 'ANY',
};

interface Question {
  readonly name: string;
  readonly type: RecordType;
}

export const busyboxNslookup: NetProgram = (net) => async (process) => {
  const asked: RecordType[] = [];
  const operands: string[] = [];
  let debug = false;
  for (const word of process.argv.slice(1)) {
    const option = /^-(?:ty(?:pe)?|q(?:uery(?:type)?)?)=(.+)$/i.exec(word);
    if (option) {
      const type = types[(option[1] ?? '').toLowerCase()];
      if (!type) {
        await print(process.stderr, `nslookup: invalid query type "${option[1]}"\n`);
        return 1;
      }
      asked.push(type);
    } else if (/^-de(?:b(?:ug?)?)?$/.test(word)) debug = true;
    else if (/^-(?:retry=|timeout=|port=)/.test(word)) continue;
    else if (word.startsWith('-')) {
      return refuseBusybox(process, usage);
    } else operands.push(word);
  }
  const [name, server] = operands;
  if (name === undefined || operands.length > 2) return refuseBusybox(process, usage);
  const servers = await serversOf(net, process, server);
  if (servers === undefined) {
    await print(process.stderr, `nslookup: bad address '${server}'\n`);
    return 1;
  }
  return ask(net, process, servers, questionsFor(process, name, asked), debug);
};

async function serversOf(
  net: ContainerNet,
  process: Process,
  server: string | undefined,
): Promise<readonly string[] | undefined> {
  if (server === undefined) return readResolverConfig(process.fs).servers;
  const found = await resolve(net, process, server);
  return found.outcome === 'found' ? found.addresses.filter(isIPv4).slice(0, 1) : undefined;
}

function questionsFor(process: Process, name: string, asked: readonly RecordType[]): readonly Question[] {
  if (isIPv4(name)) return [{ name: `${name.split('.').reverse().join('.')}.in-addr.arpa`, type: asked[0] ?? 'PTR' }];
  const { search } = readResolverConfig(process.fs);
  const names = name.includes('.') || search.length === 0 ? [name] : search.map((domain) => `${name}.${domain}`);
  const wanted: readonly RecordType[] = asked.length > 0 ? asked : ['A', 'AAAA'];
  return wanted.flatMap((type) => names.map((candidate) => ({ name: candidate, type })));
}

async function ask(
  net: ContainerNet,
  process: Process,
  servers: readonly string[],
  questions: readonly Question[],
  debug: boolean,
): Promise<number> {
  const { clock, signal } = process;
  let status = 0;
  for (const server of servers) {
    const { answers } = await exchange(
      { stack: net.stack, random: net.random, clock, signal },
      {
        servers: [server],
        questions,
        attempts: 2,
        waitMs: 2_500,
        heedsRefusal: false,
        allServersAtOnce: true,
      },
    );
    if (answers.every((answer) => !answer)) {
      status = 1;
      continue;
    }
    await print(process.stdout, `Server:\t\t${server}\nAddress:\t${server}:53\n\n`);
    for (const [i, answer] of answers.entries()) {
      if (!answer) continue;
      if (debug) await print(process.stdout, `Query #${i} completed in 1ms:\n`);
      await print(process.stdout, `${render(answer)}\n`);
      if (answer.code !== 'NOERROR') status = 1;
    }
    return status;
  }
  await print(process.stdout, ';; connection timed out; no servers could be reached\n\n');
  return 1;
}

function render(answer: DnsMessage): string {
  const name = answer.question?.name ?? '';
  if (answer.code !== 'NOERROR') return `** server can't find ${name}: ${answer.code}\n`;
  const authority = answer.authoritative || answer.answers.length === 0 ? '' : 'Non-authoritative answer:\n';
  return authority + answer.answers.map(renderRecord).join('');
}

const soaFields = ['origin', 'mail addr', 'serial', 'refresh', 'retry', 'expire', 'minimum'] as const;

function renderRecord({ name, type, data }: DnsRecord): string {
  const words = data.split(' ');
  switch (type) {
    case 'A':
    case 'AAAA':
      return `Name:\t${name}\nAddress: ${data}\n`;
    case 'CNAME':
      return `${name}\tcanonical name = ${data}\n`;
    case 'PTR':
      return `${name}\tname = ${data}\n`;
    case 'NS':
      return `${name}\tnameserver = ${data}\n`;
    case 'TXT':
      return `${name}\ttext = "${data}"\n`;
    case 'SRV':
      return `${name}\tservice = ${data}\n`;
    case 'SOA':
      return `${name}\n${soaFields.map((field, i) => `\t${field} = ${words[i]}\n`).join('')}`;
    case 'MX':
      return `${name}\tmail exchanger = ${data}\n`;
    default:
      return '';
  }
}
