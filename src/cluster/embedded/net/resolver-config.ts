/** What /etc/resolv.conf and /etc/hosts of a container say, read anew for every lookup as a C library does. */
import type { FileSystem } from '../../../shell/process.ts';

export interface ResolverConfig {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly timeoutMs: number;
  readonly attempts: number;
}

const decoder = new TextDecoder();

export function readResolverConfig(fs: FileSystem): ResolverConfig {
  const servers: string[] = [];
  let search: readonly string[] = [];
  const numbers: Record<'ndots' | 'timeout' | 'attempts', number> = { ndots: 1, timeout: 5, attempts: 2 };
  for (const line of linesOf(fs, '/etc/resolv.conf')) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && words[0]) servers.push(words[0]);
    else if (keyword === 'search' || keyword === 'domain') search = words;
    else if (keyword === 'options') {
      for (const word of words) {
        const option = /^(ndots|timeout|attempts):(\d+)$/.exec(word);
        if (option) numbers[option[1] as keyof typeof numbers] = Math.min(15, Number(option[2]));
      }
    }
  }
  return {
    servers: servers.length > 0 ? servers.slice(0, 3) : ['127.0.0.1'],
    search,
    ndots: numbers.ndots,
    timeoutMs: numbers.timeout * 1000,
    attempts: Math.max(1, numbers.attempts),
  };
}

/** Addresses that /etc/hosts gives a name, and its first name on that line. */
export function lookupHosts(
  fs: FileSystem,
  name: string,
): { addresses: readonly string[]; canonical: string } | undefined {
  const wanted = name.toLowerCase();
  const addresses: string[] = [];
  let canonical: string | undefined;
  for (const [ip, names] of hostLines(fs)) {
    if (!names.some((candidate) => candidate.toLowerCase() === wanted)) continue;
    addresses.push(ip);
    canonical ??= names[0];
  }
  return canonical === undefined ? undefined : { addresses, canonical };
}

/** The first name that /etc/hosts gives an address. */
export function lookupHostsReverse(fs: FileSystem, ip: string): readonly string[] | undefined {
  for (const [address, names] of hostLines(fs)) if (address === ip) return names;
  return undefined;
}

function* hostLines(fs: FileSystem): Iterable<readonly [string, readonly string[]]> {
  for (const line of linesOf(fs, '/etc/hosts')) {
    const [ip, ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    if (ip && names.length > 0) yield [ip, names];
  }
}

function linesOf(fs: FileSystem, path: string): string[] {
  const bytes = fs.readFile(path);
  return bytes ? decoder.decode(bytes).split('\n') : [];
}
