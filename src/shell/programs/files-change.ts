/** mkdir, rmdir, rm, touch, chmod, chown, ln, mktemp: what changes the file tree. */
import { baseName, joinPath, parentPath } from '../paths.ts';
import { FileError, type Program } from '../process.ts';
import { absolute, complain, die, parseOptions, print, reasonOf, usage } from './applet.ts';
import { destination, forEach } from './files-copy.ts';

export const mkdir: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: 'm:pv', long: { parents: 'p', mode: 'm' } });
  if (operands.length === 0) return usage(process);
  const mode = values.get('m');
  return forEach(
    process,
    operands,
    (name) => `can't create directory '${name}'`,
    (_, path) => {
      process.fs.mkdir(path, { recursive: flags.has('p') });
      if (mode !== undefined) process.fs.chmod(path, changedMode(mode, 0o755) ?? 0o755);
    },
  );
};

export const rmdir: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, {
    short: 'p',
    long: { parents: 'p', 'ignore-fail-on-non-empty': 'p' },
  });
  if (operands.length === 0) return usage(process);
  return forEach(
    process,
    operands,
    (name) => `'${name}'`,
    (name, path) => {
      for (
        let at = path, shown = name;
        shown !== '.' && shown !== '/' && shown !== '';
        at = parentPath(at), shown = parentPath(shown)
      ) {
        if (process.fs.lstat(at)?.type !== 'directory')
          throw new FileError(process.fs.lstat(at) ? 'ENOTDIR' : 'ENOENT', shown);
        process.fs.remove(at);
        if (!flags.has('p')) break;
      }
    },
  );
};

export const rm: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'irRfv', long: { recursive: 'r', force: 'f' } });
  if (operands.length === 0) return flags.has('f') ? 0 : usage(process);
  const recursive = flags.has('r') || flags.has('R');
  let status = 0;
  for (const name of operands) {
    const path = absolute(process, name).replace(/(.)\/$/, '$1');
    const stat = process.fs.lstat(path);
    const problem = /(?:^|\/)\.\.?\/*$/.test(name)
      ? `refusing to remove '.' or '..'`
      : !stat
        ? flags.has('f')
          ? ''
          : `can't remove '${name}': No such file or directory`
        : stat.type === 'directory' && !recursive
          ? `'${name}' is a directory`
          : undefined;
    if (problem === '') continue;
    if (problem !== undefined) {
      await complain(process, problem);
      status = 1;
      continue;
    }
    try {
      process.fs.remove(path, { recursive });
    } catch (error) {
      await complain(process, `can't remove '${name}': ${reasonOf(error)}`);
      status = 1;
    }
  }
  return status;
};

export const touch: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, {
    short: 'chamd:t:r:',
    long: { 'no-create': 'c', date: 'd', reference: 'r' },
  });
  if (operands.length === 0) return usage(process);
  const given = values.get('d');
  const reference = values.get('r');
  const time =
    given !== undefined
      ? Date.parse(given.includes('T') ? given : `${given.replace(' ', 'T')}Z`)
      : reference !== undefined
        ? process.fs.stat(absolute(process, reference))?.modifiedMs
        : process.clock.now();
  if (time === undefined || Number.isNaN(time)) return die(process, `invalid date '${given ?? reference}'`);
  return forEach(
    process,
    operands,
    (name) => name,
    (_, path) => {
      if (flags.has('c') && !process.fs.stat(path)) return;
      process.fs.touch(path, time);
    },
  );
};

/** The new mode for `755`, `u+x`, `a=r,o-w`; undefined: no mode. */
export function changedMode(text: string, mode: number): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let result = mode;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause);
    if (!match) return undefined;
    const who = match[1] === '' || match[1]?.includes('a') ? 'ugo' : (match[1] ?? '');
    for (const class_ of who) {
      const shift = { u: 6, g: 3, o: 0 }[class_ as 'u' | 'g' | 'o'];
      let bits = 0;
      for (const right of match[3] ?? '') bits |= { r: 4, w: 2, x: 1, X: 1, s: 0, t: 0 }[right as 'r'] ?? 0;
      if (match[2] === '+') result |= bits << shift;
      else if (match[2] === '-') result &= ~(bits << shift);
      else result = (result & ~(7 << shift)) | (bits << shift);
    }
    if (match[3]?.includes('t')) result = match[2] === '-' ? result & ~0o1000 : result | 0o1000;
  }
  return result;
}

export const chmod: Program = async (process) => {
  // `chmod -x f`: the mode itself may begin with a dash.
  const argv = process.argv.flatMap((arg, i) => (i > 0 && /^-[rwxXst]+$/.test(arg) ? ['--', arg] : [arg]));
  const { flags, operands } = await parseOptions({ ...process, argv }, { short: 'Rcvf', long: { recursive: 'R' } });
  const [mode, ...files] = operands;
  if (mode === undefined || files.length === 0) return usage(process);
  if (changedMode(mode, 0) === undefined) return die(process, `invalid mode '${mode}'`);
  const change = (path: string): void => {
    const stat = process.fs.stat(path);
    if (!stat) throw new FileError('ENOENT', path);
    process.fs.chmod(path, changedMode(mode, stat.mode) ?? stat.mode);
    if (!flags.has('R') || stat.type !== 'directory') return;
    for (const child of process.fs.list(path) ?? []) change(joinPath(path, child));
  };
  return forEach(
    process,
    files,
    (name) => name,
    (_, path) => change(path),
  );
};

/** Ownership is not kept: everything belongs to the container's user. */
export const chown: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: 'RhLHPcvf' });
  const [, ...files] = operands;
  if (files.length === 0) return usage(process);
  return forEach(
    process,
    files,
    (name) => name,
    (name, path) => {
      if (!process.fs.lstat(path)) throw new FileError('ENOENT', name);
    },
  );
};

export const ln: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'sfnbtvT', long: { symbolic: 's', force: 'f' } });
  if (operands.length === 0) return usage(process);
  const target = operands.length === 1 ? baseName(operands[0] ?? '') : (operands.at(-1) ?? '');
  const sources = operands.length === 1 ? operands : operands.slice(0, -1);
  return forEach(
    process,
    sources,
    () => target,
    (name, path) => {
      const link = destination(process, name, target, flags.has('n') || flags.has('T'));
      if (flags.has('f') && process.fs.lstat(link)) process.fs.remove(link);
      if (flags.has('s')) {
        process.fs.symlink(name, link);
        return;
      }
      // A hard link is kept as a copy: nothing here counts links.
      const stat = process.fs.lstat(path);
      if (!stat) throw new FileError('ENOENT', name);
      if (process.fs.lstat(link)) throw new FileError('EEXIST', link);
      process.fs.writeFile(link, process.fs.readFile(path) ?? new Uint8Array(), { mode: stat.mode });
    },
  );
};

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Names come from the clock and the process, never from chance: two runs give the same. */
export const mktemp: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: 'dqtup:' });
  const directory = values.get('p') ?? process.env.get('TMPDIR') ?? '/tmp';
  const template = operands[0] ?? 'tmp.XXXXXX';
  if (!/XXXXXX$/.test(template)) return die(process, '(null): Invalid argument');
  const base =
    operands[0] === undefined || flags.has('t') || values.has('p') ? joinPath(directory, template) : template;
  let seed = process.clock.now() * 31 + process.pid;
  for (let attempt = 0; attempt < 100; attempt++, seed += 7919) {
    const suffix = Array.from(
      { length: 6 },
      (_, i) => alphabet[Math.floor(seed / alphabet.length ** i) % alphabet.length],
    ).join('');
    const name = base.replace(/XXXXXX$/, suffix);
    const path = absolute(process, name);
    if (process.fs.lstat(path)) continue;
    try {
      if (flags.has('d')) process.fs.mkdir(path);
      else if (!flags.has('u')) process.fs.writeFile(path, new Uint8Array(), { mode: 0o600 });
    } catch (error) {
      return die(process, `(null): ${reasonOf(error)}`);
    }
    await print(process, `${name}\n`);
    return 0;
  }
  return 1;
};
