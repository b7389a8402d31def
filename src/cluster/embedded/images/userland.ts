/** The programs that come with a base system: BusyBox's applets, Alpine's, Debian's. */
import type { Program, ProgramTable } from '../../../shell/process.ts';
import { busyboxPrograms } from '../../../shell/programs/table.ts';
import type { ContainerNet } from './net-program.ts';
import { busyboxHttpd } from './programs/busybox-httpd.ts';
import { busyboxNc } from './programs/busybox-nc.ts';
import { busyboxNslookup } from './programs/busybox-nslookup.ts';
import { busyboxPing } from './programs/busybox-ping.ts';
import { busyboxTelnet } from './programs/busybox-telnet.ts';
import { busyboxWget } from './programs/busybox-wget.ts';

/** Everything in /bin, as the official busybox image has it. */
export function busyboxUserland(net: ContainerNet): ProgramTable {
  return new Map<string, Program>([
    ...busyboxPrograms('/bin'),
    ['/bin/wget', busyboxWget(net)],
    ['/bin/nslookup', busyboxNslookup(net)],
    ['/bin/nc', busyboxNc(net)],
    ['/bin/ping', busyboxPing(net)],
    ['/bin/telnet', busyboxTelnet(net)],
    ['/bin/httpd', busyboxHttpd(net)],
  ]);
}

export function alpineUserland(net: ContainerNet): ProgramTable {
  return busyboxUserland(net);
}

export function debianUserland(_net: ContainerNet): ProgramTable {
  return busyboxPrograms('/bin');
}
