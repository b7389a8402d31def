/** A program that does nothing visible until it is told to stop: pause, and the system components that lessons only look at. */
import type { Program } from '../../../../shell/process.ts';
import { print } from '../net-program.ts';

/** `lines` on stderr at the start, as Go components log. Ends with 0 on SIGTERM. */
export function idle(lines: readonly string[] = []): Program {
  return async (process) => {
    const ended = new Promise<number>((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.onSignal(signal, () => resolve(0));
    });
    if (lines.length > 0) await print(process.stderr, lines.map((line) => `${line}\n`).join(''));
    return ended;
  };
}
