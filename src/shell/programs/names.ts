/** basename, dirname, readlink, realpath, pwd, which: names of files as text. */
import { baseName, joinPath, parentPath } from '../paths.ts';
import type { Program } from '../process.ts';
import { absolute, complain, parseOptions, print, usage } from './applet.ts';

export const basename: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: '+as:' });
  const [name, second] = operands;
  if (name === undefined) return usage(process);
  const several = flags.has('a') || values.has('s');
  const suffix = several ? values.get('s') : second;
  for (const each of several ? operands : [name]) {
    const base = baseName(each);
    await print(
      process,
      `${suffix && base.endsWith(suffix) && base !== suffix ? base.slice(0, -suffix.length) : base}\n`,
    );
  }
  return 0;
};

export const dirname: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: '' });
  if (operands.length !== 1) return usage(process);
  await print(process, `${parentPath(operands[0] ?? '')}\n`);
  return 0;
};

export const realpath: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: '' });
  if (operands.length === 0) return usage(process);
  let status = 0;
  for (const name of operands) {
    const path = absolute(process, name);
    const parent = process.fs.realpath(parentPath(path));
    // The last part need not exist.
    const real = process.fs.realpath(path) ?? (parent && joinPath(parent, baseName(path)));
    if (real === undefined) {
      await complain(process, `${name}: No such file or directory`);
      status = 1;
    } else await print(process, `${real}\n`);
  }
  return status;
};

export const readlink: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'fnvqse' });
  const [name] = operands;
  if (name === undefined) return usage(process);
  const path = absolute(process, name);
  const target =
    flags.has('f') || flags.has('e')
      ? (process.fs.realpath(path) ?? (flags.has('f') ? path : undefined))
      : process.fs.lstat(path)?.target;
  if (target === undefined) return 1;
  await print(process, flags.has('n') ? target : `${target}\n`);
  return 0;
};

export const pwd: Program = async (process) => {
  await print(process, `${process.cwd}\n`);
  return 0;
};

export const which: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: '+a' });
  if (operands.length === 0) return usage(process);
  let status = 0;
  for (const name of operands) {
    const candidates = name.includes('/')
      ? [name]
      : (process.env.get('PATH') ?? '').split(':').map((directory) => joinPath(directory || '.', name));
    const found = candidates.filter((path) => {
      const stat = process.fs.stat(absolute(process, path));
      return stat?.type === 'file' && (stat.mode & 0o111) !== 0;
    });
    if (found.length === 0) status = 1;
    for (const path of flags.has('a') ? found : found.slice(0, 1)) await print(process, `${path}\n`);
  }
  return status;
};
