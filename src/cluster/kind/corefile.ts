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

/** A block of its own for these zones: `hosts` may stand only once in a block, and the user's may have one. */
export function withHosts(corefile: string, hosts: readonly PlannedHost[]): string {
  const own = withoutHosts(corefile);
  if (hosts.length === 0) return own;
  const zones = [...new Set(hosts.map(({ name }) => `${name}:53`))].sort().join(' ');
  const entries = hosts.flatMap(({ name, addresses }) => addresses.map((address) => `        ${address} ${name}`));
  const block = [begin, `${zones} {`, '    errors', '    hosts {', ...entries, '        ttl 5', '    }', '}', end, ''];
  return `${block.join('\n')}${own}`;
}
