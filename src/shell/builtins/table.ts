/** Which names are builtins, and which of those are "special" in POSIX' sense: assignments stay, errors end the shell. */
import { alias, hash, letBuiltin, times, ulimit, unalias } from './aliases.ts';
import { echo, printf, test } from './applets.ts';
import { registerNames, type } from './describe.ts';
import { cd, pwd, umask } from './directories.ts';
import {
  breakLoop,
  colon,
  command,
  continueLoop,
  evaluateText,
  exitShell,
  isFalse,
  returnFrom,
  source,
} from './flow.ts';
import { background, foreground, jobs, kill, trap, wait } from './job-control.ts';
import { read } from './read.ts';
import type { Builtin } from './run.ts';
import { exportVariable, getopts, local, readOnly, set, shift, unset } from './variables.ts';

const special: readonly (readonly [string, Builtin])[] = [
  ['.', source],
  [':', colon],
  ['break', breakLoop],
  ['continue', continueLoop],
  ['eval', evaluateText],
  ['exit', exitShell],
  ['export', exportVariable],
  ['readonly', readOnly],
  ['return', returnFrom],
  ['set', set],
  ['shift', shift],
  ['source', source],
  ['times', times],
  ['trap', trap],
  ['unset', unset],
];

const regular: readonly (readonly [string, Builtin])[] = [
  ['[', test],
  ['[[', test],
  ['alias', alias],
  ['bg', background],
  ['cd', cd],
  ['chdir', cd],
  ['command', command],
  ['declare', local],
  ['echo', echo],
  ['false', isFalse],
  ['fg', foreground],
  ['getopts', getopts],
  ['hash', hash],
  ['jobs', jobs],
  ['kill', kill],
  ['let', letBuiltin],
  ['local', local],
  ['printf', printf],
  ['pwd', pwd],
  ['read', read],
  ['test', test],
  ['true', colon],
  ['type', type],
  ['ulimit', ulimit],
  ['umask', umask],
  ['unalias', unalias],
  ['wait', wait],
];

export const builtins: ReadonlyMap<string, Builtin> = new Map([...special, ...regular]);

const specialNames: ReadonlySet<string> = new Set([...special.map(([name]) => name), 'exec']);

export function isSpecial(name: string): boolean {
  return specialNames.has(name);
}

registerNames([...builtins.keys(), 'exec'], specialNames);
