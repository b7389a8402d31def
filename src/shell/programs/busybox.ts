/** The `busybox` binary itself: one program that is all applets. */
import type { Program } from '../process.ts';
import { print } from './applet.ts';

/** `busybox APPLET …`, and alone the banner with the list of what is built in. */
export function busyboxProgram(applets: () => readonly string[], banner: string): Program {
  return async (process) => {
    const [, applet, ...args] = process.argv;
    if (applet === undefined || applet === '--help') {
      await print(process, `${banner}\n${busyboxAbout}${wrap(applets())}\n`);
      return 0;
    }
    if (applet === '--list') {
      await print(
        process,
        applets()
          .map((name) => `${name}\n`)
          .join(''),
      );
      return 0;
    }
    const status = applets().includes(applet) ? process.exec([applet, ...args], { file: `/bin/${applet}` }) : undefined;
    if (status) return status;
    await process.stderr.write(new TextEncoder().encode(`${applet}: applet not found\n`));
    return 127;
  };
}

const busyboxAbout = `BusyBox is copyrighted by many authors between 1998-2015.
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

function wrap(names: readonly string[]): string {
  const lines: string[] = [];
  let line = '\t';
  for (const [i, name] of names.entries()) {
    const piece = i === names.length - 1 ? name : `${name}, `;
    if (line.length + piece.length > 72) {
      lines.push(line.trimEnd());
      line = '\t';
    }
    line += piece;
  }
  return [...lines, line].join('\n');
}
