/** getnameinfo: the name of an address, by /etc/hosts and then by PTR records. */
import { exchange } from './dns-client.ts';
import type { ResolverContext } from './resolver.ts';
import { lookupHostsReverse, readResolverConfig } from './resolver-config.ts';

/** undefined: no name, or nobody answered. */
export async function resolveAddress(context: ResolverContext, ip: string): Promise<readonly string[] | undefined> {
  const known = lookupHostsReverse(context.fs, ip);
  if (known) return known;
  const config = readResolverConfig(context.fs);
  const glibc = context.libc === 'glibc';
  const { answers } = await exchange(context, {
    servers: config.servers,
    questions: [{ name: reverseName(ip), type: 'PTR' }],
    attempts: config.attempts,
    waitMs: glibc ? config.timeoutMs : config.timeoutMs / config.attempts,
    heedsRefusal: glibc,
    allServersAtOnce: !glibc,
  });
  const names = answers[0]?.answers.filter(({ type }) => type === 'PTR').map(({ data }) => data);
  return names && names.length > 0 ? names : undefined;
}

export function reverseName(ip: string): string {
  return `${ip.split('.').reverse().join('.')}.in-addr.arpa`;
}
