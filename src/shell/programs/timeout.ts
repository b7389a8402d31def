/** timeout: runs a program for so long and no longer. BusyBox' and coreutils' end with different statuses. */
import { sleep } from '../../kit/clock.ts';
import type { Child, Process, Program, Signal } from '../process.ts';
import { parseSignal, signalStatus } from '../signals.ts';
import { complain, die, parseOptions, usage } from './applet.ts';
import { parseSeconds } from './basics.ts';

/**
 * BusyBox ends as the killed program does: 143 after SIGTERM. coreutils answers 124 instead.
 * `-k` sends SIGKILL that many seconds later.
 */
export function timeoutProgram(variant: 'busybox' | 'coreutils'): Program {
  return async (process) => {
    const { values, operands } = await parseOptions(process, {
      short: '+s:k:v',
      long: { signal: 's', 'kill-after': 'k', foreground: 'v', 'preserve-status': 'v' },
    });
    const [duration, ...argv] = operands;
    if (duration === undefined || argv.length === 0) return usage(process, variant === 'busybox' ? 1 : 125);
    const seconds = parseSeconds(duration);
    if (seconds === undefined)
      return die(
        process,
        variant === 'busybox' ? `invalid number '${duration}'` : `invalid time interval '${duration}'`,
        variant === 'busybox' ? 1 : 125,
      );
    const name = values.get('s') ?? 'TERM';
    const signal = parseSignal(name);
    if (!signal) return die(process, `bad signal name '${name}'`, variant === 'busybox' ? 1 : 125);
    const child = await startTimed(process, argv, variant);
    if (!child) return 127;
    const killAfter = parseSeconds(values.get('k') ?? '');
    return limit(process, child, {
      ms: seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1000,
      signal,
      killAfterMs: killAfter === undefined ? undefined : killAfter * 1000,
      variant,
    });
  };
}

async function startTimed(
  process: Process,
  argv: readonly string[],
  variant: 'busybox' | 'coreutils',
): Promise<Child | undefined> {
  const child = process.spawn(argv);
  if (!child)
    await complain(
      process,
      variant === 'busybox'
        ? `can't execute '${argv[0]}': No such file or directory`
        : `failed to run command ‘${argv[0]}’: No such file or directory`,
    );
  return child;
}

interface Limit {
  readonly ms: number;
  readonly signal: Signal;
  readonly killAfterMs: number | undefined;
  readonly variant: 'busybox' | 'coreutils';
}

async function limit(process: Process, child: Child, options: Limit): Promise<number> {
  const done = new AbortController();
  const either = AbortSignal.any([process.signal, done.signal]);
  let timedOut = false;
  const after = (ms: number, run: () => void): void => {
    if (ms === Number.POSITIVE_INFINITY) return;
    sleep(process.clock, ms, either).then(run, () => {});
  };
  // Who ends `timeout` ends what it runs, too.
  const forwards = (['SIGTERM', 'SIGINT', 'SIGHUP'] as const).map((signal) =>
    process.onSignal(signal, () => child.kill(signal)),
  );
  after(options.ms, () => {
    timedOut = true;
    child.kill(options.signal);
    if (options.killAfterMs !== undefined) after(options.killAfterMs, () => child.kill('SIGKILL'));
  });
  const status = await child.status;
  done.abort();
  const signal = child.endedBy?.();
  if (options.variant === 'coreutils') return timedOut ? (signal === 'SIGKILL' ? signalStatus(signal) : 124) : status;
  // BusyBox becomes the program and leaves the watching to a child: who waits for it sees it die of the signal.
  for (const dispose of forwards) dispose();
  if (signal) process.table.kill(process.pid, signal);
  return status;
}
