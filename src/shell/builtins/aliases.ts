/** alias, unalias, hash, ulimit, times, let: small builtins that people type now and then. */
import { calculate } from '../interpreter/expand.ts';
import { type Builtin, BuiltinFailure } from './run.ts';
import { singleQuote } from './variables.ts';

export const alias: Builtin = async (shell, [, ...args]) => {
  let status = 0;
  const show = (name: string, value: string) => shell.out(`${name}=${singleQuote(value)}\n`);
  if (args.length === 0) for (const [name, value] of [...shell.aliases].sort()) await show(name, value);
  for (const arg of args) {
    const at = arg.indexOf('=', 1);
    const value = shell.aliases.get(arg);
    if (at > 0) shell.aliases.set(arg.slice(0, at), arg.slice(at + 1));
    else if (value !== undefined) await show(arg, value);
    else {
      await shell.err(`alias: ${arg} not found\n`);
      status = 1;
    }
  }
  return status;
};

export const unalias: Builtin = async (shell, [, ...args]) => {
  if (args[0] === '-a') {
    shell.aliases.clear();
    return 0;
  }
  let status = 0;
  for (const name of args) {
    if (shell.aliases.delete(name)) continue;
    await shell.err(`unalias: ${name} not found\n`);
    status = 1;
  }
  return status;
};

export const hash: Builtin = async () => 0;

export const times: Builtin = async (shell) => {
  const zero = shell.wording.name === 'dash' ? '0m0.000000s' : '0m0.000s';
  await shell.out(`${zero} ${zero}\n${zero} ${zero}\n`);
  return 0;
};

const limits: readonly (readonly [letter: string, text: string, value: string])[] = [
  ['c', 'core file size (blocks)', '0'],
  ['d', 'data seg size (kb)', 'unlimited'],
  ['e', 'scheduling priority', '0'],
  ['f', 'file size (blocks)', 'unlimited'],
  ['l', 'locked memory (kb)', '8192'],
  ['m', 'max memory size (kb)', 'unlimited'],
  ['n', 'open files', '1048576'],
  ['s', 'stack size (kb)', '8192'],
  ['t', 'cpu time (seconds)', 'unlimited'],
  ['u', 'processes', 'unlimited'],
  ['v', 'address space (kb)', 'unlimited'],
];

/** Shows a container's usual limits. Setting one is accepted and changes nothing: nothing here can exceed them. */
export const ulimit: Builtin = async (shell, [, ...args]) => {
  const option = args.find((arg) => arg.startsWith('-'))?.replace(/[-HS]/g, '') || 'f';
  if (option === 'a') {
    for (const [letter, text, value] of limits) await shell.out(`${text.padEnd(32)}(-${letter}) ${value}\n`);
    return 0;
  }
  const limit = limits.find(([letter]) => letter === option);
  if (!limit) throw new BuiltinFailure(shell.wording.illegalOption(`-${option}`));
  if (args.every((arg) => arg.startsWith('-'))) await shell.out(`${limit[2]}\n`);
  return 0;
};

export const letBuiltin: Builtin = async (shell, [, ...args]) => {
  if (args.length === 0) throw new BuiltinFailure('expression expected');
  let value = 0n;
  for (const arg of args) value = calculate(shell, arg);
  return value === 0n ? 1 : 0;
};
