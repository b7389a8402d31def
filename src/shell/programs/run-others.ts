/** env, printenv, nohup, nice, time, watch: programs that run other programs. */
import { sleep } from '../../kit/clock.ts';
import { openForWrite } from '../files.ts';
import type { Child, Process, Program, SpawnOptions } from '../process.ts';
import { emptySource } from '../streams.ts';
import { complain, die, parseOptions, print, usage } from './applet.ts';
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
