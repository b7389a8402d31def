/** `busybox` itself, which runs an applet by name or lists them, and the applets that the lab has no use for. */
import type { Program } from '../../../../shell/process.ts';
import { banner } from '../../../../shell/programs/applet.ts';
import { busyboxApplets } from '../busybox-applets.ts';
import { print } from '../net-program.ts';

const about = `BusyBox is copyrighted by many authors between 1998-2015.
Licensed under GPLv2. See source distribution for detailed
copyright notices.

Usage: busybox [function [arguments]...]
   or: busybox --list[-full]
   or: busybox --show SCRIPT
   or: busybox --install [-s] [DIR]
   or: function [arguments]...

	BusyBox is a multi-call binary that combines many common Unix
	utilities into a single executable.  Most people will create a
	link to busybox for each function they wish to use and BusyBox
	will act like whatever it was invoked as.

Currently defined functions:
`;

export const busybox: Program = async (process) => {
  const [first, ...rest] = process.argv.slice(1);
  if (first === undefined || first === '--help') {
    await print(process.stdout, `${banner}\n${about}${columns(busyboxApplets)}`);
    return 0;
  }
  if (first === '--list') {
    await print(process.stdout, busyboxApplets.map((name) => `${name}\n`).join(''));
    return 0;
  }
  const status = process.exec([first, ...rest]);
  if (status) return status;
  await print(process.stderr, `${first}: applet not found\n`);
  return 127;
};

/** An applet that exists in the image and that we do not play: it says so. */
export const notPlayed: Program = async (process) => {
  const name = (process.argv[0] ?? '').split('/').pop() ?? '';
  await print(
    process.stderr,
    `${name}: the embedded cluster does not play this program; run the lab on kind for the real one\n`,
  );
  return 1;
};

function columns(names: readonly string[]): string {
  const lines: string[] = [];
  let line = '';
  for (const name of names) {
    const word = `${line === '' ? '\t' : ' '}${name},`;
    if (line.length + word.length > 72) {
      lines.push(line);
      line = `\t${name},`;
    } else line += word;
  }
  lines.push(line.replace(/,$/, ''));
  return lines.map((text) => `${text}\n`).join('');
}
