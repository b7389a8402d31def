/** mount, umount, mountpoint, sysctl, top and ipcalc: BusyBox's view of a machine on which a container may change nothing. */
import { isIPv4 } from 'node:net';
import { sleep } from '../../../../kit/clock.ts';
import type { Process, Program } from '../../../../shell/process.ts';
import { complain, die, parseOptions, usage } from '../../../../shell/programs/applet.ts';
import { memoryKib } from '../../../../shell/programs/system.ts';
import { netmask } from '../interfaces.ts';
import { print } from '../net-program.ts';

function text(process: Process, path: string): string | undefined {
  const bytes = process.fs.readFile(path);
  return bytes && new TextDecoder().decode(bytes);
}

function mountRows(process: Process): readonly (readonly string[])[] {
  return (text(process, '/proc/mounts') ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
}

export const mount: Program = async (process) => {
  const { values, operands } = await parseOptions(process, { short: 'o:t:rwavnfi' });
  if (operands.length === 0) {
    const rows = mountRows(process).filter(([, , type]) => !values.has('t') || type === values.get('t'));
    await print(
      process.stdout,
      rows.map(([what, where, type, how]) => `${what} on ${where} type ${type} (${how})\n`).join(''),
    );
    return 0;
  }
  if (operands.length === 1) return die(process, `can't find ${operands[0]} in /etc/fstab`);
  return die(process, `permission denied (are you root?)`);
};

export const umount: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: 'rlfndDat:' });
  if (operands.length === 0) return usage(process);
  for (const where of operands)
    await complain(
      process,
      `can't unmount ${where}: ${isMount(process, where) ? 'Operation not permitted' : process.fs.stat(where) ? 'Invalid argument' : 'No such file or directory'}`,
    );
  return 1;
};

function isMount(process: Process, path: string): boolean {
  return mountRows(process).some(([, where]) => where === path);
}

export const mountpoint: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'qxdn' });
  const [path] = operands;
  if (path === undefined) return usage(process);
  const found = isMount(process, path);
  if (!flags.has('q')) {
    if (process.fs.stat(path)) await print(process.stdout, `${path} is ${found ? '' : 'not '}a mountpoint\n`);
    else await complain(process, `${path}: No such file or directory`);
  }
  return found ? 0 : 1;
};

export const sysctl: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'neAaqwp' });
  const all = flags.has('a') || flags.has('A');
  if (!all && operands.length === 0) return usage(process);
  let status = 0;
  for (const word of all ? keysBelow(process, '/proc/sys') : operands) {
    const [key = '', value] = word.split('=', 2);
    const path = `/proc/sys/${key.replaceAll('.', '/')}`;
    const known = text(process, path);
    if (known === undefined) {
      if (!flags.has('e')) await complain(process, `error: '${key}' is an unknown key`);
      status = flags.has('e') ? status : 1;
    } else if (value !== undefined || flags.has('w')) {
      await complain(process, `error setting key '${key}': Read-only file system`);
      status = 1;
    } else await print(process.stdout, flags.has('n') ? known : `${key.replaceAll('/', '.')} = ${known}`);
  }
  return status;
};

function keysBelow(process: Process, folder: string): string[] {
  return (process.fs.list(folder) ?? []).flatMap((name) => {
    const path = `${folder}/${name}`;
    return process.fs.stat(path)?.type === 'directory'
      ? keysBelow(process, path)
      : [path.slice('/proc/sys/'.length).replaceAll('/', '.')];
  });
}

export const top: Program = async (process) => {
  const { flags, values } = await parseOptions(process, { short: 'd:n:bHm' });
  const rounds = Number(values.get('n') ?? Number.POSITIVE_INFINITY);
  const seconds = Number(values.get('d') ?? 5);
  for (let round = 1; ; round++) {
    await print(process.stdout, `${flags.has('b') ? '' : '\x1b[H\x1b[J'}${topPage(process)}`);
    if (round >= rounds) return 0;
    await sleep(process.clock, seconds * 1000, process.signal);
  }
};

function topPage(process: Process): string {
  const { used, free, shared, buffers } = memoryKib;
  const entries = process.table.list();
  const head = [
    `Mem: ${used + buffers}K used, ${free}K free, ${shared}K shrd, 104128K buff, ${buffers - 104_128}K cached`,
    'CPU:   0% usr   0% sys   0% nic 100% idle   0% io   0% irq   0% sirq',
    `Load average: 0.08 0.05 0.01 1/${230 + entries.length} ${process.pid}`,
    '  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND',
  ];
  const rows = entries.map(({ pid, parent, user, argv }) => {
    const state = pid === process.pid ? 'R' : 'S';
    return `${String(pid).padStart(5)} ${String(parent).padStart(5)} ${user.padEnd(8)} ${state.padEnd(4)}  4400   0%   0   0% ${argv.join(' ')}`;
  });
  return [...head, ...rows].map((line) => `${line.slice(0, 79)}\n`).join('');
}

export const ipcalc: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, {
    short: 'mbnphs',
    long: { netmask: 'm', broadcast: 'b', network: 'n', prefix: 'p' },
  });
  const [address, mask] = operands;
  if (address === undefined || !['m', 'b', 'n', 'p', 'h'].some((flag) => flags.has(flag))) return usage(process);
  const [ip = '', given] = address.split('/');
  if (!isIPv4(ip)) return die(process, `bad IP address: ${ip}`);
  const bits = (quad: string): number => quad.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const quad = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
  const first = Number(ip.split('.')[0]);
  const byClass = first < 128 ? 8 : first < 192 ? 16 : 24;
  const prefix =
    given !== undefined ? Number(given) : mask ? bits(mask).toString(2).replace(/0+$/, '').length : byClass;
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > 32) return die(process, `bad prefix: ${given}`);
  const size = 2 ** (32 - prefix);
  const network = Math.floor(bits(ip) / size) * size;
  const lines = [
    ...(flags.has('m') ? [`NETMASK=${netmask(prefix)}`] : []),
    ...(flags.has('b') ? [`BROADCAST=${quad(network + size - 1)}`] : []),
    ...(flags.has('n') ? [`NETWORK=${quad(network)}`] : []),
    ...(flags.has('p') ? [`PREFIX=${prefix}`] : []),
  ];
  await print(process.stdout, lines.map((line) => `${line}\n`).join(''));
  return 0;
};
