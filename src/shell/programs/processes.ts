/** ps, kill, killall, pkill, pgrep, pidof: the process table. */

import { baseName } from '../paths.ts';
import type { Process, ProcessEntry, Program, Signal } from '../process.ts';
import { parseSignal, signalList } from '../signals.ts';
import { complain, die, parseOptions, print, usage } from './applet.ts';

/** By the name of `-o`: title, width (negative: padded on the left), and what stands in a row. */
const columns: Readonly<Record<string, readonly [title: string, width: number, of: (entry: ProcessEntry) => string]>> =
  {
    user: ['USER', 8, (entry) => entry.user],
    group: ['GROUP', 8, (entry) => entry.user],
    comm: ['COMMAND', 16, (entry) => nameOf(entry)],
    args: ['COMMAND', 256, (entry) => entry.argv.join(' ')],
    pid: ['PID', -5, (entry) => String(entry.pid)],
    ppid: ['PPID', -5, (entry) => String(entry.parent)],
    pgid: ['PGID', -5, (entry) => String(entry.pid)],
    etime: ['ELAPSED', -7, () => '0:00'],
    nice: ['NI', -5, () => '0'],
    rgroup: ['RGROUP', 8, (entry) => entry.user],
    ruser: ['RUSER', 8, (entry) => entry.user],
    time: ['TIME', -5, () => '0:00'],
    tty: ['TT', -6, () => '?'],
    vsz: ['VSZ', -4, () => '4.2m'],
    sid: ['SID', -5, (entry) => String(entry.pid)],
    stat: ['STAT', 4, () => 'S'],
    rss: ['RSS', -4, () => '4'],
  };

const standard = ['pid', 'user', 'time', 'args'];

/** As BusyBox: cut at the terminal's width, where there is one. */
export const ps: Program = async (process) => {
  const { values } = await parseOptions(process, { short: 'o:*aAdeflT' });
  const chosen = (values.get('o')?.split(/[, ]+/) ?? standard).map((text) => text.split('='));
  for (const [name = ''] of chosen) {
    if (columns[name]) continue;
    return die(process, `bad -o argument '${name}', supported arguments: ${Object.keys(columns).join(',')}`);
  }
  const shown = chosen.flatMap(([name = '', title]) => {
    const column = columns[name];
    const width = title === undefined ? (column?.[1] ?? 0) : Math.sign(column?.[1] ?? 0) * title.length;
    return column ? [{ title: title ?? column[0], width, of: column[2] }] : [];
  });
  const isTerminal = (process.stdout as { readonly isTerminal?: boolean }).isTerminal;
  const width = isTerminal ? (process.terminal?.columns ?? 80) - 1 : 2047;
  const titles = shown.map(({ title, width: size }, i) =>
    i === shown.length - 1 ? title : title.padEnd(Math.abs(size)),
  );
  await print(process, `${titles.join(' ')}\n`);
  for (const entry of process.table.list()) {
    const cells = shown.map(({ width: size, of }, i) => {
      if (size < 0) return of(entry).padStart(-size);
      return i === shown.length - 1 ? of(entry) : of(entry).slice(0, size).padEnd(size);
    });
    await print(process, `${cells.join(' ').slice(0, width)}\n`);
  }
  return 0;
};

interface Chosen {
  readonly signal: Signal | '0';
  readonly rest: readonly string[];
}

/** `-9`, `-KILL`, `-s TERM`; undefined: the signal does not exist. */
async function chooseSignal(process: Process): Promise<Chosen> {
  const [first = '', second, ...rest] = process.argv.slice(1);
  if (first === '-l') {
    await print(process, signalList);
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
  if (names.length === 0) return die(process, 'you need to specify whom to kill');
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
