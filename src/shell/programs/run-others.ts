/** env, timeout, nohup, nice, time, xargs, watch: programs that run other programs. */
import { sleep } from '../../kit/clock.ts';
import { openForWrite } from '../files.ts';
import type { Child, Process, Program, Signal, SpawnOptions } from '../process.ts';
import { parseSignal, signalStatus } from '../signals.ts';
import { emptySource } from '../streams.ts';
import { appletName, complain, die, openInput, parseOptions, print, readAll, usage } from './applet.ts';
import { parseSeconds } from './basics.ts';
import { formatTime } from './strftime.ts';

/** 127 with a message where there is no such program. */
async function start(
  process: Process,
  argv: readonly string[],
  options: SpawnOptions = {},
): Promise<Child | undefined> {
  const child = process.spawn(argv, options);
  if (!child) await complain(process, `can't execute '${argv[0]}': No such file or directory`);
  return child;
}

export const env: Program = async (process) => {
  const { flags, lists, operands } = await parseOptions(process, {
    short: '+iu:0',
    long: { 'ignore-environment': 'i', unset: 'u' },
  });
  const words = operands[0] === '-' ? operands.slice(1) : operands;
  const environment = new Map(flags.has('i') || operands[0] === '-' ? [] : process.env);
  for (const name of lists.get('u') ?? []) environment.delete(name);
  const at = words.findIndex((word) => !/^[^=]+=/.test(word));
  for (const word of at < 0 ? words : words.slice(0, at)) {
    const equals = word.indexOf('=');
    environment.set(word.slice(0, equals), word.slice(equals + 1));
  }
  if (at >= 0) {
    const status = process.exec(words.slice(at), { env: environment });
    if (status) return status;
    return die(process, `can't execute '${words[at]}': No such file or directory`, 127);
  }
  const end = flags.has('0') ? '\0' : '\n';
  await print(process, [...environment].map(([name, value]) => `${name}=${value}${end}`).join(''));
  return 0;
};

export const printenv: Program = async (process) => {
  const names = process.argv.slice(1);
  if (names.length === 0) {
    await print(process, [...process.env].map(([name, value]) => `${name}=${value}\n`).join(''));
    return 0;
  }
  let status = 0;
  for (const name of names) {
    const value = process.env.get(name);
    if (value === undefined) status = 1;
    else await print(process, `${value}\n`);
  }
  return status;
};

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

export const nohup: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: '+' });
  if (operands.length === 0) return usage(process, 127);
  const terminal = process.terminal !== undefined;
  if (terminal) await complain(process, 'appending output to nohup.out');
  const output = terminal ? openForWrite(process, 'nohup.out', { append: true }) : undefined;
  const status = process.exec(operands, {
    ignore: ['SIGHUP'],
    ...(output && { stdout: output, stderr: output, stdin: emptySource() }),
  });
  return status ?? die(process, `can't execute '${operands[0]}': No such file or directory`, 127);
};

/** Only passes through: nothing here has a priority. */
export const nice: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: '+n:' });
  if (operands.length === 0) {
    await print(process, '0\n');
    return 0;
  }
  return process.exec(operands) ?? die(process, `can't execute '${operands[0]}': No such file or directory`, 127);
};

export const time: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: '+vpaf:o:' });
  if (operands.length === 0) return usage(process);
  const startedMs = process.clock.now();
  const child = await start(process, operands);
  if (!child) return 127;
  const status = await child.status;
  const elapsed = process.clock.now() - startedMs;
  const seconds = (elapsed / 1000).toFixed(2);
  const text = flags.has('p')
    ? `real ${seconds}\nuser 0.00\nsys 0.00\n`
    : `real\t${Math.floor(elapsed / 60_000)}m ${((elapsed % 60_000) / 1000).toFixed(2)}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n`;
  await process.stderr.write(new TextEncoder().encode(text));
  return status;
};

export const watch: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: '+n:td' });
  if (operands.length === 0) return usage(process);
  const seconds = parseSeconds(values.get('n') ?? '2') ?? 2;
  const command = operands.join(' ');
  for (;;) {
    const width = process.terminal?.columns ?? 80;
    const title = `Every ${seconds.toFixed(1)}s: ${command}`;
    const date = formatTime(process.clock.now(), '%Y-%m-%d %H:%M:%S');
    const header = flags.has('t') ? '' : `${title.padEnd(Math.max(title.length + 1, width - date.length))}${date}\n\n`;
    await print(process, `\x1b[H\x1b[J${header}`);
    await process.spawn(['sh', '-c', command])?.status;
    await sleep(process.clock, seconds * 1000, process.signal);
  }
};

interface XargsOptions {
  readonly replace: string | undefined;
  readonly perCommand: number;
  readonly perLine: number | undefined;
  readonly verbose: boolean;
  readonly skipEmpty: boolean;
  readonly parallel: number;
}

export const xargs: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, {
    short: '+prt0n:s:e:E:I:i::L:xP:a:',
    long: { 'no-run-if-empty': 'r', null: '0', 'max-args': 'n', 'max-procs': 'P' },
  });
  const source = await openInput(process, values.get('a') ?? '-');
  if (!source) return 1;
  const text = new TextDecoder().decode(await readAll(source));
  const options: XargsOptions = {
    replace: values.get('I') ?? (flags.has('i') ? (values.get('i') ?? '{}') : undefined),
    perCommand: Number(values.get('n') ?? 1000),
    perLine: values.has('L') ? Number(values.get('L')) : undefined,
    verbose: flags.has('t'),
    skipEmpty: flags.has('r'),
    parallel: Math.max(1, Number(values.get('P') ?? 1) || 64),
  };
  const command = operands.length === 0 ? ['echo'] : operands;
  const batches = makeBatches(text, flags.has('0'), options);
  return runBatches(process, command, batches, options);
};

function makeBatches(text: string, nulls: boolean, options: XargsOptions): readonly (readonly string[])[] {
  if (options.replace !== undefined)
    return (nulls ? text.split('\0') : text.split('\n'))
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => [line]);
  const lines = nulls
    ? [text.split('\0').filter((word) => word !== '')]
    : text
        .split('\n')
        .map(splitWords)
        .filter((words) => words.length > 0);
  const size = options.perLine ?? options.perCommand;
  const items: readonly (readonly string[])[] =
    options.perLine === undefined ? lines.flat().map((word) => [word]) : lines;
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size).flat());
  return batches.length === 0 && !options.skipEmpty ? [[]] : batches;
}

/** Blanks separate, quotes and backslashes protect. */
function splitWords(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /'([^']*)'|"([^"]*)"|\\(.)/g,
      (_, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? '',
    ),
  );
}

/** 123 when a command failed, 124 when one said 255, 127 when it does not exist. */
async function runBatches(
  process: Process,
  command: readonly string[],
  batches: readonly (readonly string[])[],
  options: XargsOptions,
): Promise<number> {
  let status = 0;
  const running = new Set<Promise<void>>();
  for (const batch of batches) {
    const argv =
      options.replace === undefined
        ? [...command, ...batch]
        : command.map((word) => word.replaceAll(options.replace ?? '{}', batch[0] ?? ''));
    if (options.verbose) await process.stderr.write(new TextEncoder().encode(`${argv.join(' ')}\n`));
    const child = process.spawn(argv, { stdin: emptySource() });
    if (!child) return die(process, `${argv[0]}: No such file or directory`, 127);
    const ended = child.status.then((each) => {
      if (each === 255) status = 124;
      else if (each !== 0 && status === 0) status = 123;
      running.delete(ended);
    });
    running.add(ended);
    if (running.size >= options.parallel) await Promise.race(running);
    if (status === 124) return die(process, `${argv[0]}: exited with status 255; aborting`, 124);
  }
  await Promise.all(running);
  return status;
}

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

/** So that images can tell which name a program was called by. */
export const calledAs = appletName;
