/** Builtins for variables and positional parameters: export, readonly, local, unset, set, shift, getopts. */

import type { OptionLetter, Shell } from '../interpreter/shell.ts';
import { ReadOnlyVariable } from '../interpreter/variables.ts';
import { type Builtin, BuiltinFailure, parseCount } from './run.ts';

const validName = /^[A-Za-z_]\w*$/;

function splitAssignment(shell: Shell, text: string): { readonly name: string; readonly value: string | undefined } {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  if (!validName.test(name)) throw new BuiltinFailure(shell.wording.badVariableName(name));
  return { name, value: at < 0 ? undefined : text.slice(at + 1) };
}

export function singleQuote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

const marking =
  (word: 'export' | 'readonly'): Builtin =>
  async (shell, [, ...args]) => {
    const names = args.filter((arg) => arg !== '-p' && arg !== '--');
    const remove = word === 'export' && names[0] === '-n';
    for (const arg of remove ? names.slice(1) : names) {
      const { name, value } = splitAssignment(shell, arg);
      if (value !== undefined) shell.setVariable(name, value);
      shell.vars.mark(name, word === 'export' ? { exported: !remove } : { readOnly: true });
    }
    if (names.length > 0) return 0;
    for (const name of shell.vars.names()) {
      const variable = shell.vars.find(name);
      if (!variable || !(word === 'export' ? variable.exported : variable.readOnly)) continue;
      await shell.out(`${word} ${name}${variable.value === undefined ? '' : `=${singleQuote(variable.value)}`}\n`);
    }
    return 0;
  };

export const exportVariable = marking('export');
export const readOnly = marking('readonly');

export const local: Builtin = async (shell, [, ...args]) => {
  if (shell.vars.depth === 0) throw new BuiltinFailure('not in a function');
  for (const arg of args) {
    const { name, value } = splitAssignment(shell, arg);
    shell.vars.declareLocal(name);
    if (value !== undefined) shell.setVariable(name, value);
  }
  return 0;
};

export const unset: Builtin = async (shell, [, ...args]) => {
  const functions = args[0] === '-f';
  for (const name of args.filter((arg, i) => i > 0 || !/^-[fv]$/.test(arg))) {
    if (functions) {
      shell.functions.delete(name);
      continue;
    }
    if (!validName.test(name)) throw new BuiltinFailure(shell.wording.badVariableName(name));
    try {
      shell.vars.unset(name);
    } catch (error) {
      if (error instanceof ReadOnlyVariable) throw new BuiltinFailure(shell.wording.readOnly(name));
      throw error;
    }
  }
  return 0;
};

const longOptions: Readonly<Record<string, OptionLetter>> = {
  allexport: 'a',
  errexit: 'e',
  monitor: 'm',
  noclobber: 'C',
  noexec: 'n',
  noglob: 'f',
  notify: 'b',
  nounset: 'u',
  pipefail: 'o',
  verbose: 'v',
  xtrace: 'x',
};

const letters = 'abCefhimnuvx';

/** Options of `set` and of the shell's own command line. Returns how many words they were; throws BuiltinFailure. */
export function applyOptions(
  shell: Shell,
  args: readonly string[],
): { readonly used: number; readonly operands: boolean } {
  let used = 0;
  for (; used < args.length; used++) {
    const arg = args[used] ?? '';
    if (arg === '--') return { used: used + 1, operands: true };
    if (!/^[-+]./.test(arg)) break;
    const on = arg.startsWith('-');
    for (const letter of arg.slice(1)) {
      if (letter === 'o') applyLong(shell, args[++used] ?? '', on);
      else if (letters.includes(letter)) setOption(shell, letter as OptionLetter, on);
      else throw new BuiltinFailure(shell.wording.illegalOption(`${on ? '-' : '+'}${letter}`));
    }
  }
  return { used, operands: false };
}

function applyLong(shell: Shell, name: string, on: boolean): void {
  const letter = longOptions[name];
  if (!letter || (name === 'pipefail' && shell.wording.name === 'dash')) {
    throw new BuiltinFailure(
      shell.wording.illegalOption(`${on ? '-' : '+'}o ${name}`),
      shell.wording.name === 'dash' ? 2 : 1,
    );
  }
  setOption(shell, letter, on);
}

function setOption(shell: Shell, letter: OptionLetter, on: boolean): void {
  if (on) shell.options.add(letter);
  else shell.options.delete(letter);
}

export const set: Builtin = async (shell, [, ...args]) => {
  if (args.length === 0) {
    for (const name of shell.vars.names()) {
      const value = shell.vars.get(name);
      if (value !== undefined) await shell.out(`${name}=${singleQuote(value)}\n`);
    }
    return 0;
  }
  if (args.length === 1 && /^[-+]o$/.test(args[0] ?? '')) {
    if (shell.wording.name === 'dash') await shell.out('Current option settings\n');
    for (const [name, letter] of Object.entries(longOptions)) {
      await shell.out(`${name.padEnd(16)}${shell.options.has(letter) ? 'on' : 'off'}\n`);
    }
    return 0;
  }
  const { used, operands } = applyOptions(shell, args);
  if (operands || used < args.length) shell.positional = args.slice(used);
  return 0;
};

export const shift: Builtin = async (shell, [, count]) => {
  const by = count === undefined ? 1 : parseCount(shell, count);
  if (by > shell.positional.length) {
    if (shell.wording.name === 'dash') throw new BuiltinFailure("can't shift that many");
    return 1;
  }
  shell.positional = shell.positional.slice(by);
  return 0;
};

/** The position inside a cluster such as `-abc` is the shell's own; OPTIND counts words. */
export const getopts: Builtin = async (shell, [, spec, name, ...given]) => {
  if (spec === undefined || name === undefined) {
    throw new BuiltinFailure(
      `${shell.wording.name === 'dash' ? 'Usage: getopts optstring var [arg...]' : 'usage: getopts optstring var [arg]'}`,
    );
  }
  const args = given.length > 0 ? given : shell.positional;
  const index = Math.max(1, Number(shell.vars.get('OPTIND') ?? '1') || 1);
  const word = args[index - 1] ?? '';
  const offset = shell.getoptsOffset;
  const setIndex = (next: number, nextOffset: number): void => {
    shell.vars.set('OPTIND', String(next));
    shell.getoptsOffset = nextOffset;
  };
  if (offset === 0 && (!/^-./.test(word) || word === '--')) {
    setIndex(word === '--' ? index + 1 : index, 0);
    shell.setVariable(name, '?');
    return 1;
  }
  const at = offset === 0 ? 1 : offset;
  const letter = word[at] ?? '';
  const place = spec.replace(/^:/, '').indexOf(letter);
  const known = letter !== ':' && place >= 0;
  const wantsArgument = known && spec.replace(/^:/, '')[place + 1] === ':';
  const atEnd = at + 1 >= word.length;
  const silent = spec.startsWith(':');
  if (!known) {
    setIndex(atEnd ? index + 1 : index, atEnd ? 0 : at + 1);
    return badOption(shell, name, letter, silent, '?', `Illegal option -${letter}`);
  }
  if (!wantsArgument) {
    setIndex(atEnd ? index + 1 : index, atEnd ? 0 : at + 1);
    shell.vars.unset('OPTARG');
    shell.setVariable(name, letter);
    return 0;
  }
  const argument = atEnd ? args[index] : word.slice(at + 1);
  setIndex(atEnd ? index + 2 : index + 1, 0);
  if (argument === undefined) {
    setIndex(index + 1, 0);
    return badOption(shell, name, letter, silent, silent ? ':' : '?', `No arg for -${letter} option`);
  }
  shell.setVariable('OPTARG', argument);
  shell.setVariable(name, letter);
  return 0;
};

async function badOption(
  shell: Shell,
  name: string,
  letter: string,
  silent: boolean,
  answer: string,
  message: string,
): Promise<number> {
  shell.setVariable(name, answer);
  if (silent) shell.setVariable('OPTARG', letter);
  else {
    shell.vars.unset('OPTARG');
    await shell.err(`${message}\n`);
  }
  return 0;
}
