/** The programs that come with a base system: BusyBox's applets, Alpine's, Debian's. */

import { shellProgram } from '../../../shell/interpreter/main.ts';
import type { Program } from '../../../shell/process.ts';
import { busyboxPrograms } from '../../../shell/programs/table.ts';
import { busyboxApplets } from './busybox-applets.ts';
import type { NetProgram } from './net-program.ts';
import { plain } from './program-set.ts';
import { arping } from './programs/arping.ts';
import { busybox, notPlayed } from './programs/busybox.ts';
import { busyboxHttpd } from './programs/busybox-httpd.ts';
import { busyboxNc } from './programs/busybox-nc.ts';
import { busyboxNslookup } from './programs/busybox-nslookup.ts';
import { busyboxPing } from './programs/busybox-ping.ts';
import { ipcalc, mount, mountpoint, sysctl, top, umount } from './programs/busybox-system.ts';
import { busyboxTelnet } from './programs/busybox-telnet.ts';
import { busyboxWget } from './programs/busybox-wget.ts';
import { getent } from './programs/getent.ts';
import { debianHostname, dnsdomainname, hostname } from './programs/hostname.ts';
import { ip } from './programs/ip.ts';
import { tcpsvd, udpsvd } from './programs/ipsvd.ts';
import { arp, ifconfig, route } from './programs/net-tools.ts';
import { netstat } from './programs/netstat.ts';
import { traceroute } from './programs/traceroute.ts';

/** What looks at the machine: of BusyBox, because Debian's base has its own. */
const systemApplets: Readonly<Record<string, Program>> = { ipcalc, mount, mountpoint, sysctl, top, umount };

const networkApplets: Readonly<Record<string, NetProgram>> = {
  arp,
  arping,
  dnsdomainname,
  hostname,
  httpd: busyboxHttpd,
  ifconfig,
  ip: ip('busybox'),
  ipaddr: ip('busybox', 'address'),
  iplink: ip('busybox', 'link'),
  ipneigh: ip('busybox', 'neigh'),
  iproute: ip('busybox', 'route'),
  iprule: ip('busybox', 'rule'),
  nc: busyboxNc,
  netstat,
  nslookup: busyboxNslookup,
  ping: busyboxPing,
  ping6: busyboxPing,
  route,
  telnet: busyboxTelnet,
  tcpsvd,
  traceroute,
  traceroute6: traceroute,
  udpsvd,
  wget: busyboxWget,
};

/** Alpine keeps these in a package of their own. */
const busyboxExtras = new Set(['httpd', 'telnet', 'telnetd', 'ftpd', 'tftpd', 'dnsd', 'udhcpd', 'inetd']);

/** Where Alpine has them; everything else is in /bin. */
const alpineFolders: Readonly<Record<string, readonly string[]>> = {
  '/usr/bin': ['wget', 'nslookup', 'nc', 'traceroute', 'getent'],
  '/sbin': ['ip', 'ifconfig', 'route', 'arp'],
};

/** Everything in /bin, as the official busybox image has it. */
export function busyboxUserland(): Map<string, NetProgram> {
  const programs = plain(busyboxApplets.map((name) => [`/bin/${name}`, notPlayed] as const));
  for (const [path, program] of plain(busyboxPrograms('/bin'))) programs.set(path, program);
  for (const [name, program] of Object.entries(systemApplets)) programs.set(`/bin/${name}`, () => program);
  for (const [name, program] of Object.entries(networkApplets)) programs.set(`/bin/${name}`, program);
  return programs.set('/bin/busybox', () => busybox);
}

export function alpineUserland(): Map<string, NetProgram> {
  const programs = new Map<string, NetProgram>();
  for (const [path, program] of busyboxUserland()) {
    const name = path.slice('/bin/'.length);
    if (!busyboxExtras.has(name)) programs.set(`${alpineFolder(name)}/${name}`, program);
  }
  return programs.set('/usr/bin/getent', getent);
}

function alpineFolder(name: string): string {
  return Object.entries(alpineFolders).find(([, names]) => names.includes(name))?.[0] ?? '/bin';
}

/** Debian's slim base: no ps, ping, wget or ip. Its text programs are close enough to BusyBox's for what labs do. */
export function debianUserland(): Map<string, NetProgram> {
  const missing = new Set(['ps', 'vi', 'kill', 'pkill', 'killall', 'free', 'uptime', 'watch', 'hexdump', 'ash']);
  const programs = plain(busyboxPrograms('/usr/bin'));
  for (const name of missing) programs.delete(`/usr/bin/${name}`);
  for (const shell of ['dash', 'bash'] as const) programs.set(`/usr/bin/${shell}`, () => shellProgram(shell));
  return programs
    .set('/usr/bin/sh', () => shellProgram('dash'))
    .set('/usr/bin/getent', getent)
    .set('/usr/bin/hostname', debianHostname);
}
