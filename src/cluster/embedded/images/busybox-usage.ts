/** How BusyBox refuses a command line: the complaint, its banner, the applet's usage; exit 1 unless `--help` was all it got. */
import type { Process } from '../../../shell/process.ts';
import { banner } from '../../../shell/programs/applet.ts';
import { print } from './net-program.ts';

/** `usage` as in BusyBox's usage.h, from the applet's name on. */
export async function refuseBusybox(process: Process, usage: string, complaint?: string): Promise<number> {
  const applet = usage.slice(0, usage.search(/\s/));
  const asked = process.argv.length === 2 && process.argv[1] === '--help';
  const first = asked || complaint === undefined ? '' : `${applet}: ${complaint}\n`;
  await print(process.stderr, `${first}${banner}\n\nUsage: ${usage}\n`);
  return asked ? 0 : 1;
}
