/**
 * getaddrinfo as glibc and musl do it: /etc/hosts, the search list, ndots, and above all how long it takes when nobody
 * answers: 20 s, 10 s for a name with a trailing dot, 5 s with musl (all recorded).
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { FileSystem } from '../../../shell/process.ts';
import { type DnsClientContext, exchange } from './dns-client.ts';
import type { DnsMessage, RecordType } from './dns-message.ts';
import { lookupHosts, type ResolverConfig, readResolverConfig } from './resolver-config.ts';

export type Libc = 'glibc' | 'musl';

export type Resolution =
  | { readonly outcome: 'found'; readonly addresses: readonly string[]; readonly canonical: string }
  /** EAI_NONAME. */
  | { readonly outcome: 'no-name' }
  /** EAI_NODATA: the name exists and has no such address. */
  | { readonly outcome: 'no-data' }
  /** EAI_AGAIN: nobody answered, or the server failed. */
  | { readonly outcome: 'again' };

export interface ResolverContext extends DnsClientContext {
  readonly fs: FileSystem;
  readonly libc: Libc;
}

export type Family = 'any' | 'v4' | 'v6';

/** What one candidate name came to. */
type Candidate =
  | { readonly outcome: 'found'; readonly addresses: readonly string[]; readonly canonical: string }
  | { readonly outcome: 'no-name' | 'no-data' | 'failed' | 'silence' | 'refused' };

/** Rejects only when the context's signal aborts. */
export async function resolveName(context: ResolverContext, name: string, family: Family = 'any'): Promise<Resolution> {
  if (isIPv4(name)) return { outcome: 'found', addresses: [name], canonical: name };
  if (isIPv6(name)) return { outcome: 'found', addresses: [name], canonical: name };
  if (name === '' || !/^[\x21-\x7e]+$/.test(name) || name.includes('..') || name.startsWith('.'))
    return { outcome: 'no-name' };
  const known = lookupHosts(context.fs, name.replace(/\.$/, ''));
  const fitting = known?.addresses.filter((ip) => family === 'any' || (family === 'v4') === isIPv4(ip));
  if (known && fitting && fitting.length > 0) {
    const sorted = [...fitting].sort((a, b) => Number(isIPv6(a)) - Number(isIPv6(b)));
    return { outcome: 'found', addresses: sorted, canonical: known.canonical };
  }
  const config = readResolverConfig(context.fs);
  const types: RecordType[] = family === 'any' ? ['A', 'AAAA'] : family === 'v4' ? ['A'] : ['AAAA'];
  return context.libc === 'glibc'
    ? searchGlibc(context, config, name, types)
    : searchMusl(context, config, name, types);
}

/** resolv/res_query.c, __res_context_search. */
async function searchGlibc(
  context: ResolverContext,
  config: ResolverConfig,
  name: string,
  types: readonly RecordType[],
): Promise<Resolution> {
  const ask = (candidate: string) => askGlibc(context, config, candidate, types);
  const absolute = name.endsWith('.');
  const asIsFirst = absolute || name.split('.').length - 1 >= config.ndots;
  const seen = new Set<Candidate['outcome']>();
  let asIs: Candidate | undefined;
  if (asIsFirst) {
    asIs = await ask(name);
    if (asIs.outcome === 'found' || absolute) return toResolution(asIs);
  }
  for (const domain of config.search) {
    const candidate = await ask(`${name}.${domain}`);
    if (candidate.outcome === 'found') return candidate;
    if (candidate.outcome === 'refused') return { outcome: 'again' };
    seen.add(candidate.outcome);
    // A timeout ends the search; it does not try the other domains.
    if (candidate.outcome === 'silence') break;
  }
  asIs ??= await ask(name);
  if (asIs.outcome !== 'no-name') return toResolution(asIs);
  if (seen.has('no-data')) return { outcome: 'no-data' };
  if (seen.has('failed')) return { outcome: 'again' };
  return { outcome: 'no-name' };
}

async function askGlibc(
  context: ResolverContext,
  config: ResolverConfig,
  name: string,
  types: readonly RecordType[],
): Promise<Candidate> {
  const { answers, refused } = await exchange(context, {
    servers: config.servers,
    questions: types.map((type) => ({ name, type })),
    attempts: config.attempts,
    waitMs: config.timeoutMs,
    heedsRefusal: true,
    allServersAtOnce: false,
    tcpLimitMs: Number.POSITIVE_INFINITY,
  });
  return refused ? { outcome: 'refused' } : judge(name, answers);
}

/** musl's src/network/lookup_name.c, name_from_dns_search. */
async function searchMusl(
  context: ResolverContext,
  config: ResolverConfig,
  name: string,
  types: readonly RecordType[],
): Promise<Resolution> {
  const dots = name.split('.').length - 1;
  const search = name.endsWith('.') || dots >= config.ndots ? [] : config.search;
  for (const candidate of [...search.map((domain) => `${name}.${domain}`), name]) {
    const { answers } = await exchange(context, {
      servers: config.servers,
      questions: types.map((type) => ({ name: candidate, type })),
      attempts: config.attempts,
      waitMs: config.timeoutMs / config.attempts,
      heedsRefusal: false,
      allServersAtOnce: true,
      tcpLimitMs: config.timeoutMs,
    });
    const found = judge(candidate, answers);
    if (found.outcome !== 'no-name') return toResolution(found);
  }
  return { outcome: 'no-name' };
}

function judge(name: string, answers: readonly (DnsMessage | undefined)[]): Candidate {
  const records = answers.flatMap((answer) => answer?.answers ?? []);
  const addresses = records.filter(({ type }) => type === 'A' || type === 'AAAA');
  if (addresses.length > 0) {
    const canonical = addresses[0]?.name ?? name;
    return { outcome: 'found', addresses: addresses.map(({ data }) => data), canonical };
  }
  if (answers.some((answer) => !answer)) return { outcome: 'silence' };
  if (answers.some((answer) => answer?.code === 'NXDOMAIN')) return { outcome: 'no-name' };
  if (answers.every((answer) => answer?.code === 'NOERROR')) return { outcome: 'no-data' };
  return { outcome: 'failed' };
}

function toResolution(candidate: Candidate): Resolution {
  switch (candidate.outcome) {
    case 'found':
      return candidate;
    case 'no-name':
    case 'no-data':
      return { outcome: candidate.outcome };
    case 'failed':
    case 'silence':
    case 'refused':
      return { outcome: 'again' };
  }
}
