/** grep, egrep, fgrep. */
import { joinPath } from '../paths.ts';
import type { Process, Program } from '../process.ts';
import {
  absolute,
  appletName,
  complain,
  die,
  openInput,
  parseOptions,
  print,
  readAll,
  readLines,
  usage,
} from './applet.ts';
import { compileRegex, RegexProblem } from './posix-regex.ts';

interface Grep {
  readonly matches: (line: string) => boolean;
  /** Every match, for -o. */
  readonly found: (line: string) => readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly names: boolean;
  readonly max: number;
  readonly before: number;
  readonly after: number;
}

/** 0: something matched, 1: nothing, 2: something went wrong. */
export const grep: Program = async (process) => {
  const { flags, values, lists, operands } = await parseOptions(process, {
    short: 'lnqvscFiHhe:f:LorRm:wA:B:C:Eax',
    long: {
      color: 'a',
      colour: 'a',
      'ignore-case': 'i',
      'invert-match': 'v',
      count: 'c',
      quiet: 'q',
      'extended-regexp': 'E',
      'fixed-strings': 'F',
      'line-number': 'n',
      'only-matching': 'o',
      recursive: 'r',
      'word-regexp': 'w',
    },
  });
  const patterns = [...(lists.get('e') ?? [])];
  const fromFile = values.get('f');
  if (fromFile !== undefined) {
    const source = await openInput(process, fromFile);
    if (!source) return 2;
    patterns.push(
      ...new TextDecoder()
        .decode(await readAll(source))
        .replace(/\n$/, '')
        .split('\n'),
    );
  }
  const files = [...operands];
  if (patterns.length === 0) {
    const first = files.shift();
    if (first === undefined) return usage(process, 2);
    patterns.push(first);
  }
  const recursive = flags.has('r') || flags.has('R');
  const around = Number(values.get('C') ?? 0);
  const options: Grep = {
    ...(await compilePatterns(
      process,
      patterns.flatMap((pattern) => pattern.split('\n')),
      flags,
    )),
    flags,
    names: flags.has('H') || (!flags.has('h') && (files.length > 1 || recursive)),
    max: values.has('m') ? Number(values.get('m')) : Number.POSITIVE_INFINITY,
    before: Number(values.get('B') ?? around),
    after: Number(values.get('A') ?? around),
  };
  return searchFiles(
    process,
    recursive ? expandDirectories(process, files.length === 0 ? ['.'] : files) : files,
    options,
  );
};

async function compilePatterns(
  process: Process,
  patterns: readonly string[],
  flags: ReadonlySet<string>,
): Promise<Pick<Grep, 'matches' | 'found'>> {
  const name = appletName(process);
  const extended = flags.has('E') || name === 'egrep';
  const fixed = flags.has('F') || name === 'fgrep';
  const regexes: RegExp[] = [];
  for (const pattern of patterns) {
    try {
      const source = fixed
        ? pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
        : compileRegex(pattern, { extended }).source;
      const whole = flags.has('x') ? `^(?:${source})$` : flags.has('w') ? `(?<!\\w)(?:${source})(?!\\w)` : source;
      regexes.push(new RegExp(whole === '' ? '(?:)' : whole, flags.has('i') ? 'gi' : 'g'));
    } catch (error) {
      if (!(error instanceof RegexProblem)) throw error;
      await die(process, `bad regex '${pattern}'`, 2);
    }
  }
  return {
    matches: (line) => regexes.some((regex) => line.search(regex) >= 0),
    found: (line) => regexes.flatMap((regex) => line.match(regex) ?? []).filter((text) => text !== ''),
  };
}

function expandDirectories(process: Process, files: readonly string[]): readonly string[] {
  return files.flatMap((file): readonly string[] => {
    const names = process.fs.list(absolute(process, file));
    return names
      ? expandDirectories(
          process,
          names.map((name) => joinPath(file, name)),
        )
      : [file];
  });
}

async function searchFiles(process: Process, files: readonly string[], options: Grep): Promise<number> {
  let selected = false;
  let failed = false;
  for (const file of files.length === 0 ? ['-'] : files) {
    const source = options.flags.has('s') ? await openQuietly(process, file) : await openFile(process, file);
    if (!source) {
      failed = true;
      continue;
    }
    const count = await searchOne(process, source, file === '-' ? '(standard input)' : file, options);
    source.close();
    if (count > 0) selected = true;
    if (selected && options.flags.has('q')) return 0;
  }
  if (failed && !(selected && options.flags.has('q'))) return 2;
  return selected ? 0 : 1;
}

async function openFile(process: Process, file: string) {
  if (file === '-' || process.fs.stat(absolute(process, file))) {
    if (process.fs.stat(absolute(process, file))?.type !== 'directory' || file === '-') return openInput(process, file);
    await complain(process, `${file}: Is a directory`);
    return undefined;
  }
  await complain(process, `${file}: No such file or directory`);
  return undefined;
}

async function openQuietly(process: Process, file: string) {
  return file === '-' || process.fs.stat(absolute(process, file))?.type === 'file'
    ? openInput(process, file)
    : undefined;
}

async function searchOne(
  process: Process,
  source: Parameters<typeof readLines>[0],
  name: string,
  options: Grep,
): Promise<number> {
  const { flags } = options;
  const prefix = (number: number, mark: string): string =>
    `${options.names ? name + mark : ''}${flags.has('n') ? number + mark : ''}`;
  const silent = flags.has('q') || flags.has('c') || flags.has('l') || flags.has('L');
  let count = 0;
  let number = 0;
  let trailing = 0;
  let lastPrinted = 0;
  let before: { readonly number: number; readonly text: string }[] = [];
  for await (const { text } of readLines(source)) {
    number++;
    if (options.matches(text) !== flags.has('v')) {
      count++;
      if (flags.has('q')) return count;
      if (!silent) {
        const first = before[0]?.number ?? number;
        if ((options.before > 0 || options.after > 0) && lastPrinted > 0 && first > lastPrinted + 1)
          await print(process, '--\n');
        for (const line of before) await print(process, `${prefix(line.number, '-')}${line.text}\n`);
        if (flags.has('o'))
          for (const match of options.found(text)) await print(process, `${prefix(number, ':')}${match}\n`);
        else await print(process, `${prefix(number, ':')}${text}\n`);
        lastPrinted = number;
      }
      before = [];
      trailing = options.after;
      if (count >= options.max) break;
    } else if (trailing > 0 && !silent) {
      await print(process, `${prefix(number, '-')}${text}\n`);
      lastPrinted = number;
      trailing--;
    } else if (options.before > 0) before = [...before, { number, text }].slice(-options.before);
  }
  if (flags.has('c')) await print(process, `${options.names ? `${name}:` : ''}${count}\n`);
  else if (flags.has('l') && count > 0) await print(process, `${name}\n`);
  else if (flags.has('L') && count === 0) await print(process, `${name}\n`);
  return count;
}
