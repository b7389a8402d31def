/** cd, pwd, umask: where the shell is and what its new files may. */

import type { Shell } from '../interpreter/shell.ts';
import { resolvePath } from '../paths.ts';
import { type Builtin, BuiltinFailure } from './run.ts';

export const cd: Builtin = async (shell, [, ...args]) => {
  const physical = args[0] === '-P';
  const [given] = args.filter((arg, i) => i > 0 || !/^-[LP]$/.test(arg));
  const target = given === '-' ? shell.vars.get('OLDPWD') : (given ?? shell.vars.get('HOME'));
  if (target === undefined) {
    // Without HOME ash and dash stay where they are and say nothing.
    if (given === undefined) return 0;
    throw new BuiltinFailure('OLDPWD not set');
  }
  const { path, searched } = findDirectory(shell, target);
  const { fs } = shell.process;
  const stat = fs.stat(path);
  if (stat?.type !== 'directory')
    throw new BuiltinFailure(shell.wording.cannotChangeTo(target, stat ? 'ENOTDIR' : 'ENOENT'));
  const before = shell.cwd;
  shell.cwd = physical ? (fs.realpath(path) ?? path) : path;
  shell.setVariable('OLDPWD', before, shell.vars.find('OLDPWD')?.exported ?? true);
  shell.setVariable('PWD', shell.cwd, shell.vars.find('PWD')?.exported ?? true);
  if (given === '-' || searched) await shell.out(`${shell.cwd}\n`);
  return 0;
};

/** CDPATH counts for names that begin neither with a slash nor with a dot. */
function findDirectory(shell: Shell, target: string): { readonly path: string; readonly searched: boolean } {
  const plain = resolvePath(shell.cwd, target);
  const cdpath = shell.vars.get('CDPATH');
  if (!cdpath || /^(?:\/|\.\.?(?:\/|$))/.test(target)) return { path: plain, searched: false };
  for (const directory of cdpath.split(':')) {
    const path = resolvePath(shell.cwd, `${directory || '.'}/${target}`);
    if (shell.process.fs.stat(path)?.type === 'directory')
      return { path, searched: directory !== '' && directory !== '.' };
  }
  return { path: plain, searched: false };
}

export const pwd: Builtin = async (shell, [, option]) => {
  await shell.out(`${option === '-P' ? (shell.process.fs.realpath(shell.cwd) ?? shell.cwd) : shell.cwd}\n`);
  return 0;
};

export const umask: Builtin = async (shell, [, ...args]) => {
  const symbolic = args[0] === '-S';
  const [mask] = symbolic ? args.slice(1) : args;
  if (mask === undefined) {
    await shell.out(`${symbolic ? symbolicMask(shell.umask) : shell.umask.toString(8).padStart(4, '0')}\n`);
    return 0;
  }
  if (!/^[0-7]{1,4}$/.test(mask))
    throw new BuiltinFailure(`${shell.wording.name === 'dash' ? 'Illegal mode' : 'illegal mode'}: ${mask}`);
  shell.umask = Number.parseInt(mask, 8);
  return 0;
};

function symbolicMask(mask: number): string {
  const rights = (bits: number): string => ['r', 'w', 'x'].filter((_, i) => (bits & (4 >> i)) === 0).join('');
  return `u=${rights((mask >> 6) & 7)},g=${rights((mask >> 3) & 7)},o=${rights(mask & 7)}`;
}
