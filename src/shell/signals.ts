/** Which number a signal has and what it does when nobody handles it. Numbers are Linux's on x86-64 and arm64. */
import type { Signal } from './process.ts';

const numbers: Readonly<Record<Signal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
};

export const allSignals: readonly Signal[] = Object.keys(numbers) as Signal[];

/** What `kill -l` lists: every signal of Linux, by number from 1. */
export const signalList =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH POLL PWR SYS'
    .split(' ')
    .map((name, i) => `${String(i + 1).padStart(2)}) ${name}\n`)
    .join('');

export function signalNumber(signal: Signal): number {
  return numbers[signal];
}

/** Exit status of a process that the signal ended. */
export function signalStatus(signal: Signal): number {
  return 128 + numbers[signal];
}

/** `9`, `KILL`, `SIGKILL`, `kill`: all the same. Undefined for what is no signal here; `0` is left to the caller. */
export function parseSignal(text: string): Signal | undefined {
  if (/^\d+$/.test(text)) return allSignals.find((signal) => numbers[signal] === Number(text));
  const name = text.toUpperCase();
  return allSignals.find((signal) => signal === name || signal === `SIG${name}`);
}

export function isSignal(value: unknown): value is Signal {
  return typeof value === 'string' && Object.hasOwn(numbers, value);
}
