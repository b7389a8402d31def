/** ifconfig, route and arp, as BusyBox prints them. */
import type { Process } from '../../../../shell/process.ts';
import { type Interface, interfacesOf, linkLocal, netmask, routesOf } from '../interfaces.ts';
import { type NetProgram, print } from '../net-program.ts';

export const ifconfig: NetProgram = (net) => async (process) => {
  const [name, ...change] = process.argv.slice(1).filter((word) => word !== '-a');
  if (change.length > 0) return notPermitted(process, 'ifconfig: SIOCSIFFLAGS');
  const interfaces = [...interfacesOf(net.stack)].reverse();
  const chosen = interfaces.filter((item) => name === undefined || item.name === name);
  if (chosen.length === 0) {
    await print(process.stderr, `ifconfig: ${name}: error fetching interface information: Device not found\n`);
    return 1;
  }
  await print(process.stdout, chosen.map(describe).join(''));
  return 0;
};

function describe(item: Interface): string {
  const ether = item.kind === 'ether';
  const link = ether ? `Link encap:Ethernet  HWaddr ${item.mac.toUpperCase()}  ` : 'Link encap:Local Loopback  ';
  const broadcast = ether ? `  Bcast:${item.prefix === 32 ? '0.0.0.0' : '172.18.255.255'}` : '';
  const lines = [
    `${item.name.padEnd(9)} ${link}`,
    `          inet addr:${item.ip}${broadcast}  Mask:${netmask(item.prefix)}`,
    `          inet6 addr: ${ether ? `${linkLocal(item.mac)}/64 Scope:Link` : '::1/128 Scope:Host'}`,
    `          UP ${ether ? 'BROADCAST RUNNING MULTICAST' : 'LOOPBACK RUNNING'}  MTU:${item.mtu}  Metric:1`,
    '          RX packets:0 errors:0 dropped:0 overruns:0 frame:0',
    '          TX packets:0 errors:0 dropped:0 overruns:0 carrier:0',
    '          collisions:0 txqueuelen:1000 ',
    '          RX bytes:0 (0.0 B)  TX bytes:0 (0.0 B)',
    '',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

export const route: NetProgram = (net) => async (process) => {
  const numeric = process.argv.some((word) => /^-\w*n/.test(word));
  if (process.argv.some((word) => word === 'add' || word === 'del')) return notPermitted(process, 'route: SIOCADDRT');
  const rows = routesOf(net.stack).map(({ to, via, device }) => {
    const [address = '', prefix] = to === 'default' ? ['0.0.0.0', '0'] : to.split('/');
    const destination = numeric || to !== 'default' ? address : 'default';
    const gateway = via ?? (numeric ? '0.0.0.0' : '*');
    const flags = via === undefined ? (prefix === undefined ? 'UH' : 'U') : 'UG';
    const mask = netmask(Number(prefix ?? 32));
    return `${destination.padEnd(15)} ${gateway.padEnd(15)} ${mask.padEnd(15)} ${flags.padEnd(5)} 0      0        0 ${device}\n`;
  });
  const head =
    'Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n';
  await print(process.stdout, head + rows.join(''));
  return 0;
};

export const arp: NetProgram = (net) => async (process) => {
  const [gateway] = routesOf(net.stack);
  await print(process.stdout, `? (${gateway?.via}) at ee:ee:ee:ee:ee:ee [ether]  on ${gateway?.device}\n`);
  return 0;
};

async function notPermitted(process: Process, prefix: string): Promise<number> {
  await print(process.stderr, `${prefix}: Operation not permitted\n`);
  return 1;
}
