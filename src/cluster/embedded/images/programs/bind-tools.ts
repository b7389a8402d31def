/** dig, host and nslookup of BIND 9.18: three tries of five seconds, each complaint told as it happens. */
import { isIPv4 } from 'node:net';
import type { Process } from '../../../../shell/process.ts';
import { askOverTcp, exchange } from '../../net/dns-client.ts';
import { type DnsMessage, type DnsRecord, query, type RecordType } from '../../net/dns-message.ts';
import { readResolverConfig } from '../../net/resolver-config.ts';
import { reverseName } from '../../net/resolver-reverse.ts';
import { type ContainerNet, print, resolve } from '../net-program.ts';

export const recordTypes: readonly RecordType[] = ['A', 'AAAA', 'CNAME', 'PTR', 'SRV', 'TXT', 'SOA', 'NS', 'MX', 'ANY'];

export interface Lookup {
  readonly server: string;
  readonly port: number;
  readonly tries: number;
  readonly waitMs: number;
  readonly tcp: boolean;
  /** `10.96.0.10#53` in the complaints. */
  readonly complain: (text: string) => Promise<void>;
}

/** undefined: no server could be reached; the complaints have been told. */
export async function lookUp(
  net: ContainerNet,
  process: Process,
  lookup: Lookup,
  name: string,
  type: RecordType,
): Promise<DnsMessage | undefined> {
  const { clock, signal } = process;
  const context = { stack: net.stack, random: net.random, clock, signal };
  const where = `${lookup.server}#${lookup.port}`;
  if (lookup.tcp) {
    const answer = await askOverTcp(
      context,
      { ip: lookup.server, port: lookup.port },
      query(net.random.integer(65_536), name, type),
    );
    if (!answer) await lookup.complain(`;; Connection to ${where}(${lookup.server}) for ${name} failed: timed out.`);
    return answer;
  }
  for (let attempt = 0; attempt < lookup.tries; attempt++) {
    const { answers, refused } = await exchange(context, {
      servers: [lookup.server],
      port: lookup.port,
      questions: [{ name, type }],
      attempts: 1,
      waitMs: lookup.waitMs,
      heedsRefusal: true,
      allServersAtOnce: false,
      tcpLimitMs: lookup.waitMs * 2,
    });
    if (answers[0]) return answers[0];
    await lookup.complain(`;; communications error to ${where}: ${refused ? 'connection refused' : 'timed out'}`);
  }
  await lookup.complain(';; no servers could be reached');
  return undefined;
}

/** The address of a server given by name or address, or the first of resolv.conf. */
export async function serverAddress(
  net: ContainerNet,
  process: Process,
  given: string | undefined,
): Promise<string | undefined> {
  if (given === undefined) return readResolverConfig(process.fs).servers[0];
  const found = await resolve(net, process, given);
  return found.outcome === 'found' ? found.addresses.find(isIPv4) : undefined;
}

/** The names that the search list makes of one, in the order in which they are asked. */
export function candidates(process: Process, name: string): readonly string[] {
  const { search, ndots } = readResolverConfig(process.fs);
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = search.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name];
}

export function questionName(name: string): string {
  return isIPv4(name) ? reverseName(name) : name;
}

/** A record's data as zone files write it: names end in a dot. */
export function presentation({ type, data }: DnsRecord): string {
  const words = data.split(' ');
  switch (type) {
    case 'CNAME':
    case 'PTR':
    case 'NS':
    case 'MX':
      return `${data}.`;
    case 'SRV':
      return `${words.slice(0, 3).join(' ')} ${words[3]}.`;
    case 'SOA':
      return `${words[0]}. ${words[1]}. ${words.slice(2).join(' ')}`;
    case 'TXT':
      return `"${data}"`;
    default:
      return data;
  }
}

export function toStdout(process: Process): (text: string) => Promise<void> {
  return (text) => print(process.stdout, `${text}\n`);
}
