/** The programs that come with a base system: BusyBox's applets, Alpine's, Debian's. */

import { shellProgram } from '../../../shell/interpreter/main.ts';
import type { Program, ProgramTable } from '../../../shell/process.ts';
import { busyboxPrograms } from '../../../shell/programs/table.ts';
import { busyboxApplets } from './busybox-applets.ts';
import type { ContainerNet, NetProgram } from './net-program.ts';
import { busybox, notPlayed } from './programs/busybox.ts';
import { busyboxHttpd } from './programs/busybox-httpd.ts';
import { busyboxNc } from './programs/busybox-nc.ts';
import { busyboxNslookup } from './programs/busybox-nslookup.ts';
import { busyboxPing } from './programs/busybox-ping.ts';
import { busyboxTelnet } from './programs/busybox-telnet.ts';
import { busyboxWget } from './programs/busybox-wget.ts';
import { getent } from './programs/getent.ts';
import { dnsdomainname, hostname } from './programs/hostname.ts';
import { ip } from './programs/ip.ts';
import { arp, ifconfig, route } from './programs/net-tools.ts';
import { netstat } from './programs/netstat.ts';
import { traceroute } from './programs/traceroute.ts';

const networkApplets: Readonly<Record<string, NetProgram>> = {
  arp,
  dnsdomainname,
  hostname,
  httpd: busyboxHttpd,
  ifconfig,
  ip: ip('busybox'),
  nc: busyboxNc,
  netstat,
  nslookup: busyboxNslookup,
  ping: busyboxPing,
  route,
  telnet: busyboxTelnet,
  traceroute,
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
export function busyboxUserland(net: ContainerNet): ProgramTable {
  const programs = new Map<string, Program>(busyboxApplets.map((name) => [`/bin/${name}`, notPlayed]));
  for (const [path, program] of busyboxPrograms('/bin')) programs.set(path, program);
  for (const [name, program] of Object.entries(networkApplets)) programs.set(`/bin/${name}`, program(net));
  return programs.set('/bin/busybox', busybox);
}

export function alpineUserland(net: ContainerNet): ProgramTable {
  const programs = new Map<string, Program>();
  for (const [path, program] of busyboxUserland(net)) {
    const name = path.slice('/bin/'.length);
    if (!busyboxExtras.has(name)) programs.set(`${alpineFolder(name)}/${name}`, program);
  }
  return programs.set('/usr/bin/getent', getent(net));
}

function alpineFolder(name: string): string {
  return Object.entries(alpineFolders).find(([, names]) => names.includes(name))?.[0] ?? '/bin';
}

/** Debian's slim base: no ps, ping, wget or ip. Its text programs are close enough to BusyBox's for what labs do. */
export function debianUserland(net: ContainerNet): ProgramTable {
  const missing = new Set(['ps', 'vi', 'kill', 'pkill', 'killall', 'free', 'uptime', 'watch', 'hexdump', 'ash']);
  const programs = new Map<string, Program>();
  for (const [path, program] of busyboxPrograms('/usr/bin')) {
    if (!missing.has(path.slice('/usr/bin/'.length))) programs.set(path, program);
  }
  for (const shell of ['dash', 'bash'] as const) programs.set(`/usr/bin/${shell}`, shellProgram(shell));
  programs.set('/usr/bin/sh', shellProgram('dash'));
  return programs.set('/usr/bin/getent', getent(net)).set('/usr/bin/hostname', hostname(net));
}
