/** What a name means to the shell: for `type`, `command -v` and `command -V`. */

import type { Shell } from '../interpreter/shell.ts';
import { resolvePath } from '../paths.ts';
import type { Builtin } from './run.ts';

const keywords: ReadonlySet<string> = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'do',
  'done',
  'case',
  'esac',
  'while',
  'until',
  'for',
  'in',
  '{',
  '}',
  '!',
]);

const builtinNames = new Set<string>();
const specialNames = new Set<string>();

/** Told once by the table, which knows the builtins and needs this file. */
export function registerNames(all: Iterable<string>, special: Iterable<string>): void {
  for (const name of all) builtinNames.add(name);
  for (const name of special) specialNames.add(name);
}

/** A sentence, or undefined: not found. */
export function describe(shell: Shell, name: string): string | undefined {
  const alias = shell.aliases.get(name);
  if (keywords.has(name)) return `${name} is a shell keyword`;
  if (alias !== undefined) return `${name} is an alias for ${alias}`;
  if (shell.functions.has(name)) return `${name} is a ${shell.wording.name === 'dash' ? 'shell function' : 'function'}`;
  if (specialNames.has(name)) return `${name} is a special shell builtin`;
  if (builtinNames.has(name)) return `${name} is a shell builtin`;
  const path = findProgram(shell, name);
  return path && `${name} is ${path}`;
}

/** As `command -v` prints it. */
export function pathOf(shell: Shell, name: string): string | undefined {
  const alias = shell.aliases.get(name);
  if (alias !== undefined) return `alias ${name}='${alias}'`;
  if (keywords.has(name) || shell.functions.has(name) || builtinNames.has(name)) return name;
  return findProgram(shell, name);
}

function findProgram(shell: Shell, name: string): string | undefined {
  const { fs } = shell.process;
  const isProgram = (path: string): boolean => {
    const stat = fs.stat(resolvePath(shell.cwd, path));
    return stat?.type === 'file' && (stat.mode & 0o111) !== 0;
  };
  if (name.includes('/')) return isProgram(name) ? name : undefined;
  return (shell.vars.get('PATH') ?? '')
    .split(':')
    .map((directory) => `${directory || '.'}/${name}`)
    .find(isProgram);
}

export const type: Builtin = async (shell, [, ...names]) => {
  let status = 0;
  for (const name of names) {
    const text = describe(shell, name);
    if (text === undefined) status = 127;
    await shell.out(`${text ?? `${name}: not found`}\n`);
  }
  return status;
};
