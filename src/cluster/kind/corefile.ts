/**
 * Names of hosts beyond the cluster in CoreDNS's Corefile: a server block of our own between two marks, so that putting it in
 * and taking it out never touches what else is there. Pure. https://coredns.io/plugins/hosts/
 */
import type { PlannedHost } from './outside-plan.ts';

const begin = '# netpol-lab: hosts beyond the cluster';
const end = '# netpol-lab: end';

/** Without our block: what was there before, byte for byte. */
export function withoutHosts(corefile: string): string {
  const from = corefile.indexOf(begin);
  if (from < 0) return corefile;
  const to = corefile.indexOf(end, from);
  return corefile.slice(0, from) + (to < 0 ? '' : corefile.slice(to + end.length).replace(/^\n/, ''));
}

/**
 * A block of its own for these zones: `hosts` may stand only once in a block, and the user's may have one. A pod's resolver
 * asks for `name.DOMAIN` first, for every search domain of the machine: to ask whoever is behind this cluster about it would
 * take seconds where nobody answers, so it is denied here.
 */
export function withHosts(
  corefile: string,
  hosts: readonly PlannedHost[],
  searchDomains: readonly string[] = [],
): string {
  const own = withoutHosts(corefile);
  if (hosts.length === 0) return own;
  const names = [...new Set(hosts.map(({ name }) => name))].sort();
  const zones = (of: readonly string[]) => of.map((name) => `${name}:53`).join(' ');
  const entries = hosts.flatMap(({ name, addresses }) => addresses.map((address) => `        ${address} ${name}`));
  const searched = searchDomains.flatMap((domain) => names.map((name) => `${name}.${domain}`));
  const denied = [`${zones(searched)} {`, '    template ANY ANY {', '        rcode NXDOMAIN', '    }', '}'];
  const block = [
    ...[begin, `${zones(names)} {`, '    errors', '    hosts {', ...entries, '        ttl 5', '    }', '}'],
    ...(searched.length > 0 ? denied : []),
    ...[end, ''],
  ];
  return `${block.join('\n')}${own}`;
}

/** Of a node's resolv.conf, as its pods inherit them; what CoreDNS answers for itself is left out. */
export function searchDomainsOf(resolvConf: string): readonly string[] {
  const line = /^search\s+(.*)$/m.exec(resolvConf)?.[1] ?? '';
  const domains = line.split(/\s+/).map((domain) => domain.replace(/\.$/, ''));
  return [...new Set(domains)].filter((domain) => domain !== '' && !/(^|\.)cluster\.local$/.test(domain));
}
