/** tar: create, extract and list, plain or gzipped. It is what `kubectl cp` runs in the container. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { openForWrite } from '../files.ts';
import { joinPath, parentPath, resolvePath } from '../paths.ts';
import { FileError, type Process, type Program } from '../process.ts';
import { complain, die, openInput, parseOptions, print, readAll, reasonOf, usage } from './applet.ts';
import { modeText } from './files-list.ts';
import { formatTime } from './strftime.ts';
import { endOfArchive, packEntry, type TarEntry, TarProblem, unpackEntries } from './tar-format.ts';

interface Job {
  readonly verbose: boolean;
  readonly directory: string;
  readonly strip: number;
  readonly toStdout: boolean;
  readonly keepTimes: boolean;
  readonly zipped: boolean;
  readonly archive: string;
  readonly names: readonly string[];
}

export const tar: Program = async (process) => {
  // `tar cf x`: the first word may be options without a dash.
  const argv = process.argv.map((arg, i) => (i === 1 && /^[a-zA-Z]+$/.test(arg) ? `-${arg}` : arg));
  const { flags, values, operands } = await parseOptions(
    { ...process, argv: oldStyle(argv) },
    {
      short: 'cxtzJjahmvokOpf:C:T:X:#:P',
      long: {
        create: 'c',
        extract: 'x',
        list: 't',
        gzip: 'z',
        file: 'f',
        directory: 'C',
        verbose: 'v',
        'to-stdout': 'O',
        'strip-components': '#',
        'no-same-permissions': 'o',
        'no-same-owner': 'o',
        'absolute-names': 'P',
      },
    },
  );
  const job: Job = {
    verbose: flags.has('v'),
    directory: resolvePath(process.cwd, values.get('C') ?? '.'),
    strip: Number(values.get('#') ?? 0),
    toStdout: flags.has('O'),
    keepTimes: !flags.has('m'),
    zipped: flags.has('z'),
    archive: values.get('f') ?? '-',
    names: operands,
  };
  const actions = ['c', 'x', 't'].filter((letter) => flags.has(letter));
  if (actions.length !== 1) return usage(process);
  const directory = values.get('C');
  if (directory !== undefined && process.fs.stat(job.directory)?.type !== 'directory')
    return die(process, `can't change directory to '${directory}': No such file or directory`);
  if (flags.has('c')) return create(process, job);
  return read(process, job, flags.has('t'));
};

/** In `tar xfC a b` the values follow in the order of their letters. */
function oldStyle(argv: readonly string[]): readonly string[] {
  const [name = 'tar', first = '', ...rest] = argv;
  if (!/^-[a-zA-Z]*[fC][a-zA-Z]+$/.test(first)) return argv;
  const letters = [...first.slice(1)];
  const takers = letters.filter((letter) => 'fCTX'.includes(letter));
  return [
    name,
    `-${letters.filter((letter) => !'fCTX'.includes(letter)).join('')}`,
    ...takers.flatMap((letter, i) => [`-${letter}`, rest[i] ?? '']),
    ...rest.slice(takers.length),
  ].filter((word) => word !== '-');
}

async function create(process: Process, job: Job): Promise<number> {
  if (job.names.length === 0) return die(process, 'empty archive');
  const parts: Uint8Array[] = [];
  let status = 0;
  let warned = false;
  for (const name of job.names) {
    const path = resolvePath(job.directory, name);
    if (!process.fs.lstat(path)) {
      await complain(process, `${name}: No such file or directory`);
      status = 1;
      continue;
    }
    if (name.startsWith('/') && !warned) {
      await complain(process, "removing leading '/' from member names");
      warned = true;
    }
    for (const entry of gather(process, path, name.replace(/^\/+/, '') || '.')) {
      if (job.verbose)
        await (job.archive === '-' ? process.stderr : process.stdout).write(
          new TextEncoder().encode(`${entry.name}\n`),
        );
      parts.push(packEntry(entry));
    }
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const archive = new Uint8Array(Buffer.concat([...parts, endOfArchive(size)]));
  const bytes = job.zipped ? new Uint8Array(gzipSync(archive)) : archive;
  if (job.archive === '-') await process.stdout.write(bytes);
  else await openForWrite(process, job.archive).write(bytes);
  if (status !== 0) await complain(process, 'error exit delayed from previous errors');
  return status;
}

function* gather(process: Process, path: string, name: string): Generator<TarEntry> {
  const stat = process.fs.lstat(path);
  if (!stat || stat.type === 'device') return;
  const base = { mode: stat.mode, modifiedMs: stat.modifiedMs, target: stat.target ?? '', bytes: new Uint8Array() };
  if (stat.type !== 'directory') {
    yield {
      ...base,
      name,
      type: stat.type,
      bytes: stat.type === 'file' ? (process.fs.readFile(path) ?? base.bytes) : base.bytes,
    };
    return;
  }
  yield { ...base, name: name.endsWith('/') ? name : `${name}/`, type: 'directory' };
  for (const child of process.fs.list(path) ?? []) yield* gather(process, joinPath(path, child), joinPath(name, child));
}

async function read(process: Process, job: Job, list: boolean): Promise<number> {
  const source = await openInput(process, job.archive);
  if (!source) return 1;
  const raw = await readAll(source);
  source.close();
  if (raw.length === 0) return die(process, 'short read');
  const zipped = raw[0] === 0x1f && raw[1] === 0x8b;
  try {
    for (const entry of unpackEntries(zipped ? new Uint8Array(gunzipSync(raw)) : raw)) {
      if (!wanted(entry.name, job.names)) continue;
      if (list) await print(process, `${job.verbose ? longLine(entry) : entry.name}\n`);
      else await extract(process, job, entry);
    }
    return 0;
  } catch (error) {
    if (error instanceof TarProblem) return die(process, error.message);
    throw error;
  }
}

function wanted(name: string, names: readonly string[]): boolean {
  const plain = (text: string): string => text.replace(/^\.?\/+/, '').replace(/\/$/, '');
  return (
    names.length === 0 || names.some((each) => plain(name) === plain(each) || plain(name).startsWith(`${plain(each)}/`))
  );
}

function longLine(entry: TarEntry): string {
  const type = entry.type === 'directory' ? 'directory' : entry.type;
  const mode = modeText({ type, size: 0, mode: entry.mode, modifiedMs: 0 });
  const link = entry.type === 'symlink' ? ` -> ${entry.target}` : '';
  return `${mode} root/root ${String(entry.bytes.length).padStart(9)} ${formatTime(entry.modifiedMs, '%Y-%m-%d %H:%M:%S')} ${entry.name}${link}`;
}

/** Leading slashes go, and names that climb out with `..` are refused, as in BusyBox. */
async function extract(process: Process, job: Job, entry: TarEntry): Promise<void> {
  const parts = entry.name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    await die(process, `name with '..' is unsafe: '${entry.name}'`);
    return;
  }
  const name = parts.slice(job.strip).join('/');
  if (name === '') return;
  if (job.verbose)
    await (job.toStdout ? process.stderr : process.stdout).write(new TextEncoder().encode(`${entry.name}\n`));
  if (job.toStdout) {
    await process.stdout.write(entry.bytes);
    return;
  }
  const path = resolvePath(job.directory, name);
  try {
    process.fs.mkdir(parentPath(path), { recursive: true });
    if (entry.type === 'directory') process.fs.mkdir(path, { recursive: true });
    else {
      if (process.fs.lstat(path) && process.fs.lstat(path)?.type !== 'directory') process.fs.remove(path);
      if (entry.type === 'symlink') process.fs.symlink(entry.target, path);
      else process.fs.writeFile(path, entry.bytes, { mode: entry.mode });
    }
    if (entry.type !== 'symlink') {
      process.fs.chmod(path, entry.mode);
      if (job.keepTimes) process.fs.touch(path, entry.modifiedMs);
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await die(process, `can't open '${name}': ${reasonOf(error)}`);
  }
}
