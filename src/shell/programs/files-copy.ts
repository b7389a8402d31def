/** cp, mv: files and trees to other places. Also what they share with the applets that change files in place. */
import { baseName, joinPath } from '../paths.ts';
import { FileError, type Process, type Program } from '../process.ts';
import { absolute, complain, die, parseOptions, reasonOf, usage } from './applet.ts';

/** Runs for every operand; a FileError is told with `words` and counts as status 1. */
export async function forEach(
  process: Process,
  operands: readonly string[],
  words: (name: string) => string,
  run: (name: string, path: string) => void,
): Promise<number> {
  let status = 0;
  for (const name of operands) {
    try {
      run(name, absolute(process, name));
    } catch (error) {
      await complain(process, `${words(name)}: ${reasonOf(error)}`);
      status = 1;
    }
  }
  return status;
}

/** Where it goes: into a directory under its own name, or to the name itself. */
export function destination(process: Process, source: string, target: string, plain: boolean): string {
  const path = absolute(process, target);
  return !plain && process.fs.stat(path)?.type === 'directory' ? joinPath(path, baseName(source)) : path;
}

export const cp: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, {
    short: 'arRPLHpdfinlsTut:v',
    long: { recursive: 'r', archive: 'a', force: 'f', 'no-target-directory': 'T' },
  });
  const directory = values.get('t');
  const target = directory ?? operands.at(-1);
  const sources = directory === undefined ? operands.slice(0, -1) : operands;
  if (target === undefined || sources.length === 0) return usage(process);
  const recursive = ['a', 'r', 'R'].some((flag) => flags.has(flag));
  const keepLinks = flags.has('a') || flags.has('P') || flags.has('d');
  let status = 0;
  for (const name of sources) {
    const path = absolute(process, name);
    const stat = keepLinks ? process.fs.lstat(path) : process.fs.stat(path);
    if (!stat) {
      await complain(process, `can't stat '${name}': No such file or directory`);
      status = 1;
    } else if (stat.type === 'directory' && !recursive) {
      await complain(process, `omitting directory '${name}'`);
      status = 1;
    } else {
      const to =
        sources.length > 1
          ? joinPath(absolute(process, target), baseName(name))
          : destination(process, name, target, flags.has('T'));
      try {
        if (to === path || to.startsWith(`${path}/`)) throw new FileError('EINVAL', to);
        copyTree(process, path, to, keepLinks, flags.has('p') || flags.has('a'));
      } catch (error) {
        await complain(
          process,
          `can't create '${to === absolute(process, target) ? target : joinPath(target, baseName(name))}': ${reasonOf(error)}`,
        );
        status = 1;
      }
    }
  }
  return status;
};

function copyTree(process: Process, from: string, to: string, keepLinks: boolean, keepTimes: boolean): void {
  const { fs } = process;
  const stat = keepLinks ? fs.lstat(from) : fs.stat(from);
  if (!stat) throw new FileError('ENOENT', from);
  if (stat.type === 'directory') {
    if (!fs.stat(to)) fs.mkdir(to);
    for (const child of fs.list(from) ?? [])
      copyTree(process, joinPath(from, child), joinPath(to, child), keepLinks, keepTimes);
  } else if (stat.type === 'symlink') {
    if (fs.lstat(to)) fs.remove(to);
    fs.symlink(stat.target ?? '', to);
    return;
  } else fs.writeFile(to, fs.readFile(from) ?? new Uint8Array(), { mode: stat.mode });
  if (keepTimes) fs.touch(to, stat.modifiedMs);
}

export const mv: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, {
    short: 'finTt:v',
    long: { force: 'f', 'no-clobber': 'n' },
  });
  const target = values.get('t') ?? operands.at(-1);
  const sources = values.has('t') ? operands : operands.slice(0, -1);
  if (target === undefined || sources.length === 0) return usage(process);
  if (sources.length > 1 && process.fs.stat(absolute(process, target))?.type !== 'directory')
    return die(process, `target '${target}' is not a directory`);
  return forEach(
    process,
    sources,
    (name) => (process.fs.lstat(absolute(process, name)) ? `can't rename '${name}'` : `can't rename '${name}'`),
    (name, path) => {
      const to = destination(process, name, target, flags.has('T'));
      if (flags.has('n') && process.fs.lstat(to)) return;
      const existing = process.fs.lstat(to);
      if (existing && existing.type !== 'directory' && process.fs.lstat(path)?.type !== 'directory' && to !== path)
        process.fs.remove(to);
      process.fs.rename(path, to);
    },
  );
};
