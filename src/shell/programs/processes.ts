/** ps, kill, killall, pkill, pgrep, pidof: the process table. */

import { baseName } from '../paths.ts';
import type { Process, ProcessEntry, Program, Signal } from '../process.ts';
import { allSignals, parseSignal, signalNumber } from '../signals.ts';
import { complain, die, parseOptions, print, usage } from './applet.ts';

/** As BusyBox: cut at the terminal's width, or at 80 columns where there is none. */
export const ps: Program = async (process) => {
  const { values } = await parseOptions(
    { ...process, argv: process.argv.map((arg) => (/^[a-z]+$/.test(arg) ? '-e' : arg)) },
    { short: 'eflAwo:T' },
  );
  const columns = values.get('o')?.split(',') ?? undefined;
  const entries = process.table.list();
  if (columns) {
    await print(process, `${columns.map((column) => column.toUpperCase().replace('ARGS', 'COMMAND')).join('   ')}\n`);
    for (const entry of entries)
      await print(
        process,
        `${columns.map((column) => field(entry, column).padStart(column === 'pid' ? 5 : 0)).join(' ')}\n`,
      );
    return 0;
  }
  await print(process, 'PID   USER     TIME  COMMAND\n');
  const width = (process.stdout as { readonly isTerminal?: boolean }).isTerminal
    ? (process.terminal?.columns ?? 80) - 1
    : 2047;
  for (const entry of entries) {
    const line = `${String(entry.pid).padStart(5)} ${entry.user.padEnd(8)}  0:00 ${entry.argv.join(' ')}`;
    await print(process, `${line.slice(0, width)}\n`);
  }
  return 0;
};

function field(entry: ProcessEntry, column: string): string {
  const values: Readonly<Record<string, string>> = {
    pid: String(entry.pid),
    ppid: String(entry.parent),
    user: entry.user.padEnd(8),
    comm: baseName(entry.argv[0] ?? ''),
    args: entry.argv.join(' '),
    time: '0:00',
    tty: '?',
    stat: 'S',
  };
  return values[column] ?? '';
}

interface Chosen {
  readonly signal: Signal | '0';
  readonly rest: readonly string[];
}

/** `-9`, `-KILL`, `-s TERM`; undefined: the signal does not exist. */
async function chooseSignal(process: Process): Promise<Chosen> {
  const [first = '', second, ...rest] = process.argv.slice(1);
  if (first === '-l') {
    for (const signal of allSignals)
      await print(process, `${String(signalNumber(signal)).padStart(2)}) ${signal.slice(3)}\n`);
    return { signal: '0', rest: [] };
  }
  const named = first === '-s' ? second : first.startsWith('-') && !/^-[a-z]$/.test(first) ? first.slice(1) : undefined;
  if (named === undefined) return { signal: 'SIGTERM', rest: process.argv.slice(1) };
  const signal = named === '0' ? '0' : parseSignal(named);
  if (!signal) return die(process, `bad signal name '${named}'`);
  return { signal, rest: first === '-s' ? rest : process.argv.slice(2) };
}

export const kill: Program = async (process) => {
  const { signal, rest } = await chooseSignal(process);
  if (process.argv[1] === '-l') return 0;
  if (rest.length === 0) return die(process, 'you need to specify whom to kill');
  let status = 0;
  for (const target of rest.filter((word) => word !== '--')) {
    const pid = Number(target);
    if (!Number.isInteger(pid)) {
      await complain(process, `invalid number '${target}'`);
      status = 1;
    } else if (!send(process, pid === 0 ? -process.group : pid, signal)) {
      await complain(process, `can't kill pid ${target}: No such process`);
      status = 1;
    }
  }
  return status;
};

function send(process: Process, pid: number, signal: Signal | '0'): boolean {
  return signal === '0'
    ? process.table.list().some((entry) => entry.pid === Math.abs(pid))
    : process.table.kill(pid, signal);
}

function others(process: Process): readonly ProcessEntry[] {
  return process.table.list().filter((entry) => entry.pid !== process.pid);
}

function nameOf(entry: ProcessEntry): string {
  return baseName(entry.argv[0] ?? '');
}

export const killall: Program = async (process) => {
  const { signal, rest } = await chooseSignal(process);
  const quiet = rest.includes('-q');
  const names = rest.filter((word) => !word.startsWith('-'));
  if (names.length === 0) return usage(process);
  let status = 0;
  for (const name of names) {
    const found = others(process).filter((entry) => nameOf(entry) === name);
    for (const entry of found) send(process, entry.pid, signal);
    if (found.length > 0) continue;
    status = 1;
    if (!quiet) await complain(process, `${name}: no process killed`);
  }
  return status;
};

async function matching(process: Process, args: readonly string[]): Promise<readonly ProcessEntry[]> {
  const full = args.some((arg) => /^-[a-z]*f/.test(arg));
  const exact = args.some((arg) => /^-[a-z]*x/.test(arg));
  const invert = args.some((arg) => /^-[a-z]*v/.test(arg));
  const [pattern] = args.filter((arg) => !arg.startsWith('-'));
  if (pattern === undefined) return usage(process);
  const regex = new RegExp(exact ? `^(?:${pattern})$` : pattern);
  return others(process).filter((entry) => regex.test(full ? entry.argv.join(' ') : nameOf(entry)) !== invert);
}

export const pkill: Program = async (process) => {
  const { signal, rest } = await chooseSignal(process);
  const found = await matching(process, rest);
  for (const entry of found) send(process, entry.pid, signal);
  return found.length > 0 ? 0 : 1;
};

export const pgrep: Program = async (process) => {
  const args = process.argv.slice(1);
  const found = await matching(process, args);
  const long = args.some((arg) => /^-[a-z]*[la]/.test(arg));
  for (const entry of found) await print(process, long ? `${entry.pid} ${entry.argv.join(' ')}\n` : `${entry.pid}\n`);
  return found.length > 0 ? 0 : 1;
};

export const pidof: Program = async (process) => {
  const names = process.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  const found = others(process).filter((entry) => names.includes(nameOf(entry)));
  if (found.length > 0)
    await print(
      process,
      `${[...found]
        .reverse()
        .map((entry) => entry.pid)
        .join(' ')}\n`,
    );
  return found.length > 0 ? 0 : 1;
};
