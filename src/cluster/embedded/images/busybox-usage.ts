/** How BusyBox refuses a command line: the complaint, its banner, the applet's usage; always exit 1. */
import type { Process } from '../../../shell/process.ts';
import { banner } from '../../../shell/programs/applet.ts';
import { print } from './net-program.ts';

/** `usage` as in BusyBox's usage.h, from the applet's name on. */
export async function refuseBusybox(process: Process, usage: string, complaint?: string): Promise<number> {
  const applet = usage.slice(0, usage.search(/\s/));
  const first = complaint === undefined ? '' : `${applet}: ${complaint}\n`;
  await print(process.stderr, `${first}${banner}\n\nUsage: ${usage}\n`);
  return 1;
}
