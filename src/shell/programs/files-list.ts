/** ls, stat, du, df: what is there. */
import { joinPath } from '../paths.ts';
import type { FileStat, Process, Program } from '../process.ts';
import { absolute, complain, parseOptions, print, usage } from './applet.ts';
import { isTerminalOutput } from './columns.ts';
import { formatTime } from './strftime.ts';

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly stat: FileStat;
}

export const ls: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, {
    short: '1AaCxdLHRFplinshrSXvctukw:T:gG',
    long: { all: 'a', 'almost-all': 'A', color: 'G', 'group-directories-first': 'G' },
  });
  const paths = operands.length === 0 ? ['.'] : operands;
  let status = 0;
  const files: Entry[] = [];
  const directories: Entry[] = [];
  for (const name of paths) {
    const path = absolute(process, name);
    const followed =
      flags.has('l') && !flags.has('L') && !name.endsWith('/') ? process.fs.lstat(path) : process.fs.stat(path);
    const stat = followed ?? process.fs.lstat(path);
    if (!stat) {
      await complain(process, `${name}: No such file or directory`);
      status = 1;
    } else (stat.type === 'directory' && !flags.has('d') ? directories : files).push({ name, path, stat });
  }
  await showEntries(process, sortEntries(files, flags), flags);
  for (const [i, directory] of sortEntries(directories, flags).entries()) {
    await showDirectory(process, directory, flags, {
      named: paths.length > 1 || flags.has('R'),
      first: i === 0 && files.length === 0,
    });
  }
  return status;
};

async function showDirectory(
  process: Process,
  directory: Entry,
  flags: ReadonlySet<string>,
  how: { readonly named: boolean; readonly first: boolean },
): Promise<void> {
  if (how.named) await print(process, `${how.first ? '' : '\n'}${directory.name}:\n`);
  const dots = flags.has('a') ? ['.', '..'] : [];
  const names = [...dots, ...(process.fs.list(directory.path) ?? [])].filter(
    (name) => flags.has('a') || flags.has('A') || !name.startsWith('.'),
  );
  const entries = names.flatMap((name): readonly Entry[] => {
    const path = joinPath(directory.path, name);
    const stat = flags.has('L') ? process.fs.stat(path) : process.fs.lstat(path);
    return stat ? [{ name, path, stat }] : [];
  });
  const sorted = sortEntries(entries, flags);
  if (flags.has('l')) await print(process, `total ${sorted.reduce((sum, { stat }) => sum + blocks(stat), 0)}\n`);
  await showEntries(process, sorted, flags);
  if (!flags.has('R')) return;
  for (const entry of sorted) {
    if (entry.stat.type !== 'directory' || entry.name === '.' || entry.name === '..') continue;
    await showDirectory(process, { ...entry, name: joinPath(directory.name, entry.name) }, flags, {
      named: true,
      first: false,
    });
  }
}

function sortEntries(entries: readonly Entry[], flags: ReadonlySet<string>): readonly Entry[] {
  const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const order = (a: Entry, b: Entry): number => {
    if (flags.has('S')) return b.stat.size - a.stat.size || byName(a, b);
    if (flags.has('t')) return b.stat.modifiedMs - a.stat.modifiedMs || byName(a, b);
    return byName(a, b);
  };
  const sorted = [...entries].sort(order);
  return flags.has('r') ? sorted.reverse() : sorted;
}

/** 1 KiB blocks, as du and `ls -s` count them. */
export function blocks(stat: FileStat): number {
  return stat.type === 'symlink' || stat.type === 'device' ? 0 : Math.ceil(stat.size / 4096) * 4;
}

async function showEntries(process: Process, entries: readonly Entry[], flags: ReadonlySet<string>): Promise<void> {
  if (entries.length === 0) return;
  if (flags.has('l')) {
    for (const entry of entries) await print(process, `${longLine(process, entry, flags)}\n`);
    return;
  }
  const names = entries.map(
    (entry) => `${flags.has('s') ? `${blocks(entry.stat)} ` : ''}${entry.name}${marker(entry.stat, flags)}`,
  );
  const inColumns = flags.has('C') || flags.has('x') || (isTerminalOutput(process) && !flags.has('1'));
  if (inColumns) await print(process, columns(names, process.terminal?.columns ?? 80));
  else await print(process, names.map((name) => `${name}\n`).join(''));
}

function marker(stat: FileStat, flags: ReadonlySet<string>): string {
  if (!flags.has('F') && !flags.has('p')) return '';
  if (stat.type === 'directory') return '/';
  if (!flags.has('F')) return '';
  if (stat.type === 'symlink') return '@';
  return (stat.mode & 0o111) !== 0 ? '*' : '';
}

/** Down the columns, each as wide as the widest name and two blanks. */
function columns(names: readonly string[], width: number): string {
  const cell = Math.max(...names.map((name) => [...name].length)) + 2;
  const perRow = Math.max(1, Math.floor(width / cell));
  const rows = Math.ceil(names.length / perRow);
  return Array.from({ length: rows }, (_, row) => {
    const cells = names.filter((_, i) => i % rows === row);
    return `${cells.map((name, i) => (i === cells.length - 1 ? name : name.padEnd(cell))).join('')}\n`;
  }).join('');
}

export function modeText(stat: FileStat): string {
  const kind = { directory: 'd', symlink: 'l', device: 'c', file: '-' }[stat.type];
  const bits = [...'rwxrwxrwx'].map((letter, i) => ((stat.mode >> (8 - i)) & 1 ? letter : '-'));
  if (stat.mode & 0o1000) bits[8] = bits[8] === 'x' ? 't' : 'T';
  if (stat.mode & 0o4000) bits[2] = bits[2] === 'x' ? 's' : 'S';
  return kind + bits.join('');
}

/** User and group; `uid` where numbers are wanted. */
function ownersOf({ owner }: FileStat, uid: string | undefined): readonly [string, string] {
  if (owner === undefined) return uid === undefined ? ['root', 'root'] : ['0', '0'];
  return [uid ?? owner, uid ?? owner];
}

function longLine(process: Process, entry: Entry, flags: ReadonlySet<string>): string {
  const { stat } = entry;
  const owner = ownersOf(stat, flags.has('n') ? String(process.user.uid) : undefined);
  const links = stat.type === 'directory' ? 2 : 1;
  const size = stat.type === 'device' ? '  1,   3' : flags.has('h') ? human(stat.size) : String(stat.size);
  const old = Math.abs(process.clock.now() - stat.modifiedMs) > 15_552_000_000;
  const time = formatTime(stat.modifiedMs, old ? '%b %e  %Y' : '%b %e %H:%M');
  const link = stat.target === undefined ? '' : ` -> ${stat.target}`;
  const [user = '', group = ''] = owner;
  return `${modeText(stat)} ${String(links).padStart(4)} ${user.slice(0, 8).padEnd(8)} ${group.slice(0, 8).padEnd(8)} ${size.padStart(9)} ${time} ${entry.name}${link}`;
}

/** `1.5K`, as -h prints sizes. */
export function human(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)}${'KMGT'[power - 1]}`;
}

export const stat: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, {
    short: 'ltfc:L',
    long: { format: 'c', dereference: 'L' },
  });
  if (operands.length === 0) return usage(process);
  let status = 0;
  for (const name of operands) {
    const path = absolute(process, name);
    const found = flags.has('L') ? process.fs.stat(path) : process.fs.lstat(path);
    if (!found) {
      await complain(process, `can't stat '${name}': No such file or directory`);
      status = 1;
      continue;
    }
    const format = values.get('c');
    await print(process, format === undefined ? statText(name, found) : `${formatStat(format, name, found)}\n`);
  }
  return status;
};

function kindOf(found: FileStat): string {
  if (found.type === 'file') return found.size === 0 ? 'regular empty file' : 'regular file';
  return { directory: 'directory', symlink: 'symbolic link', device: 'character special file' }[found.type];
}

function statText(name: string, found: FileStat): string {
  const time = formatTime(found.modifiedMs, '%Y-%m-%d %H:%M:%S.000000000 +0000');
  const shown = found.target === undefined ? name : `'${name}' -> '${found.target}'`;
  return `  File: ${shown}
  Size: ${String(found.size).padEnd(10)}\tBlocks: ${String(blocks(found) * 2).padEnd(10)} IO Block: 4096   ${kindOf(found)}
Device: 0h/0d\tInode: 1           Links: 1
Access: (${(found.mode & 0o7777).toString(8).padStart(4, '0')}/${modeText(found)})  Uid: (    0/    root)   Gid: (    0/    root)
Access: ${time}
Modify: ${time}
Change: ${time}
`;
}

function formatStat(format: string, name: string, found: FileStat): string {
  const values: Readonly<Record<string, string>> = {
    n: name,
    N: found.target === undefined ? name : `'${name}' -> '${found.target}'`,
    s: String(found.size),
    a: (found.mode & 0o7777).toString(8),
    A: modeText(found),
    F: kindOf(found),
    u: '0',
    g: '0',
    U: 'root',
    G: 'root',
    h: '1',
    b: String(blocks(found) * 2),
    B: '512',
    Y: String(Math.floor(found.modifiedMs / 1000)),
    X: String(Math.floor(found.modifiedMs / 1000)),
    Z: String(Math.floor(found.modifiedMs / 1000)),
    y: formatTime(found.modifiedMs, '%Y-%m-%d %H:%M:%S.000000000 +0000'),
    '%': '%',
  };
  return format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => values[letter] ?? whole);
}

export const du: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, {
    short: 'aHLd:clsxhmk',
    long: { 'max-depth': 'd' },
  });
  const depth = flags.has('s') ? 0 : values.has('d') ? Number(values.get('d')) : Number.POSITIVE_INFINITY;
  let status = 0;
  const line = (size: number, name: string) =>
    print(process, `${flags.has('h') ? human(size * 1024) : size}\t${name}\n`);
  const visit = async (path: string, name: string, level: number): Promise<number> => {
    const found = process.fs.lstat(path);
    if (!found) {
      await complain(process, `${name}: No such file or directory`);
      status = 1;
      return 0;
    }
    let size = blocks(found);
    for (const child of (found.type === 'directory' && process.fs.list(path)) || [])
      size += await visit(joinPath(path, child), joinPath(name, child), level + 1);
    if (level <= depth && (found.type === 'directory' || level === 0 || flags.has('a'))) await line(size, name);
    return size;
  };
  for (const name of operands.length === 0 ? ['.'] : operands) await visit(absolute(process, name), name, 0);
  return status;
};

/** A container's overlay and its shared memory; sizes of an ordinary node. */
export const df: Program = async (process) => {
  const { flags } = await parseOptions(process, { short: 'PkmhTaiB:t:' });
  const size = (kib: number): string => (flags.has('h') ? human(kib * 1024) : String(kib));
  const row = (device: string, total: number, used: number, where: string): string => {
    const share = `${Math.ceil((used / total) * 100)}%`;
    return `${device.padEnd(20)} ${size(total).padStart(9)} ${size(used).padStart(9)} ${size(total - used).padStart(9)} ${share.padStart(3)} ${where}\n`;
  };
  await print(
    process,
    flags.has('h')
      ? 'Filesystem                Size      Used Available Use% Mounted on\n'
      : 'Filesystem           1K-blocks      Used Available Use% Mounted on\n',
  );
  await print(
    process,
    row('overlay', 61_202_244, 9_417_236, '/') + row('tmpfs', 65_536, 0, '/dev') + row('shm', 65_536, 0, '/dev/shm'),
  );
  return 0;
};
