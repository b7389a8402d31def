/** ifconfig, route and arp, as BusyBox prints them. */
import type { Process } from '../../../../shell/process.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { lastValue, parseCommandLine } from '../command-line.ts';
import { type Interface, interfacesOf, linkLocal, netmask, routesOf } from '../interfaces.ts';
import { type NetProgram, print } from '../net-program.ts';
import { routingTable, routingTable6 } from '../routing-table.ts';

const ifconfigUsage = `ifconfig [-a] [IFACE] [ADDRESS]

Configure a network interface

	[add ADDRESS[/PREFIXLEN]]
	[del ADDRESS[/PREFIXLEN]]
	[[-]broadcast [ADDRESS]] [[-]pointopoint [ADDRESS]]
	[netmask ADDRESS] [dstaddr ADDRESS]
	[outfill NN] [keepalive NN]
	[hw ether|infiniband ADDRESS] [metric NN] [mtu NN]
	[[-]trailers] [[-]arp] [[-]allmulti]
	[multicast] [[-]promisc] [txqueuelen NN] [[-]dynamic]
	[mem_start NN] [io_addr NN] [irq NN]
	[up|down] ...`;

export const ifconfig: NetProgram = (net) => async (process) => {
  if (process.argv[1] === '--help' && process.argv.length === 2) return refuseBusybox(process, ifconfigUsage);
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

const routeUsage = `route [-ne] [-A inet[6]] [{add|del} [-net|-host] TARGET [netmask MASK]
	[gw GATEWAY] [metric N] [mss BYTES] [window BYTES] [reject] [IFACE]]

Show or edit kernel routing tables

	-n	Don't resolve names
	-e	Display other/more information
	-A inet[6]	Select address family`;

export const route: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: 'A:ne' });
  if ('complaint' in line) return refuseBusybox(process, routeUsage, line.complaint);
  const [action] = line.operands;
  if (action === 'add' || action === 'del' || action === 'delete')
    return notPermitted(process, `route: SIOC${action === 'add' ? 'ADD' : 'DEL'}RT`);
  if (action !== undefined) return refuseBusybox(process, routeUsage);
  const style = { numeric: line.flags.has('n'), sizes: line.flags.has('e') };
  await print(
    process.stdout,
    lastValue(line, 'A') === 'inet6' ? routingTable6(net.stack) : routingTable(net.stack, style),
  );
  return 0;
};

const arpUsage = `arp
[-vn]	[-H HWTYPE] [-i IF] -a [HOSTNAME]
[-v]		    [-i IF] -d HOSTNAME [pub]
[-v]	[-H HWTYPE] [-i IF] -s HOSTNAME HWADDR [temp]
[-v]	[-H HWTYPE] [-i IF] -s HOSTNAME HWADDR [netmask MASK] pub
[-v]	[-H HWTYPE] [-i IF] -Ds HOSTNAME IFACE [netmask MASK] pub

Manipulate ARP cache

	-a		Display (all) hosts
	-d		Delete ARP entry
	-s		Set new entry
	-v		Verbose
	-n		Don't resolve names
	-i IF		Network interface
	-D		Read HWADDR from IFACE
	-A,-p AF	Protocol family
	-H HWTYPE	Hardware address type`;

export const arp: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: 'A:p:H:t:i:adnDsv' });
  if ('complaint' in line) return refuseBusybox(process, arpUsage, line.complaint);
  if (line.flags.has('s') || line.flags.has('d'))
    return notPermitted(process, `arp: SIOC${line.flags.has('s') ? 'SARP' : 'DARP(priv)'}`);
  const [gateway] = routesOf(net.stack);
  await print(process.stdout, `? (${gateway?.via}) at ee:ee:ee:ee:ee:ee [ether]  on ${gateway?.device}\n`);
  return 0;
};

async function notPermitted(process: Process, prefix: string): Promise<number> {
  await print(process.stderr, `${prefix}: Operation not permitted\n`);
  return 1;
}
