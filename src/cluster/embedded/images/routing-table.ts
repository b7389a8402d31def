/** The kernel's routing table as `route` and `netstat -r` print it. */
import type { NetStack } from '../net/sockets.ts';
import { linkLocal, netmask, routesOf } from './interfaces.ts';

export interface TableStyle {
  readonly numeric: boolean;
  /** MSS, window and round trip time instead of metric and counts. */
  readonly sizes: boolean;
}

export function routingTable(stack: NetStack, { numeric, sizes }: TableStyle): string {
  const rows = routesOf(stack).map(({ to, via, device }) => {
    const [address = '', prefix] = to === 'default' ? ['0.0.0.0', '0'] : to.split('/');
    const destination = numeric || to !== 'default' ? address : 'default';
    const gateway = via ?? (numeric ? '0.0.0.0' : '*');
    const flags = via === undefined ? (prefix === undefined ? 'UH' : 'U') : 'UG';
    const mask = netmask(Number(prefix ?? 32));
    const counts = sizes ? `${flags.padEnd(8)}  0 0          0` : `${flags.padEnd(5)} 0      0        0`;
    return `${destination.padEnd(15)} ${gateway.padEnd(15)} ${mask.padEnd(15)} ${counts} ${device}\n`;
  });
  const columns = sizes ? 'Flags   MSS Window  irtt Iface' : 'Flags Metric Ref    Use Iface';
  return `Kernel IP routing table\nDestination     Gateway         Genmask         ${columns}\n${rows.join('')}`;
}

/** `route -A inet6`: what every interface with IPv6 has. */
export function routingTable6(stack: NetStack): string {
  const device = 'eth0';
  const rows: readonly (readonly [to: string, flags: string, metric: number, references: number, device: string])[] = [
    ['fe80::/64', 'U', 256, 1, device],
    ['::/0', '!n', -1, 1, 'lo'],
    ['::1/128', 'Un', 0, 2, 'lo'],
    [`${linkLocal(stack.mac)}/128`, 'Un', 0, 2, device],
    ['ff00::/8', 'U', 256, 3, device],
    ['::/0', '!n', -1, 1, 'lo'],
  ];
  const lines = rows.map(
    ([to, flags, metric, references, iface]) =>
      `${to.padEnd(43)} ${'::'.padEnd(39)} ${flags.padEnd(5)} ${String(metric).padEnd(6)} ${String(references).padEnd(6)} ${'0'.padStart(3)} ${iface.padEnd(8)}\n`,
  );
  return `Kernel IPv6 routing table\n${'Destination'.padEnd(43)} ${'Next Hop'.padEnd(39)} Flags Metric Ref    Use Iface\n${lines.join('')}`;
}
