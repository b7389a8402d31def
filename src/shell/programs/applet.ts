/** What every BusyBox applet does alike: options, usage errors, reading its input files, and lines. */
import { openForRead } from '../files.ts';
import { errorText } from '../interpreter/wording.ts';
import { resolvePath } from '../paths.ts';
import { Exit, FileError, type Process } from '../process.ts';
import { joinBytes, type SourceHandle } from '../streams.ts';
import { usageOf } from './usage.ts';

export const banner = 'BusyBox v1.36.1 (2023-05-18 22:34:17 UTC) multi-call binary.';

export async function print(process: Process, text: string): Promise<void> {
  await process.stdout.write(new TextEncoder().encode(text));
}

/** `name: text` on stderr. */
export async function complain(process: Process, text: string): Promise<void> {
  await process.stderr.write(new TextEncoder().encode(`${appletName(process)}: ${text}\n`));
}

export function appletName(process: Process): string {
  const [argv0 = ''] = process.argv;
  return argv0.slice(argv0.lastIndexOf('/') + 1);
}

/** Prints the message and ends the program. */
export async function die(process: Process, text: string, status = 1): Promise<never> {
  await complain(process, text);
  throw new Exit(status);
}

/** The banner and the usage, as every applet prints them; ends the program. */
export async function usage(process: Process, status = 1): Promise<never> {
  const name = appletName(process);
  const text = usageOf(name);
  const body =
    text === undefined
      ? 'No help available'
      : `Usage: ${name}${text === '' || text.startsWith('\n') ? text : ` ${text}`}`;
  await process.stderr.write(new TextEncoder().encode(`${banner}\n\n${body}\n`));
  throw new Exit(status);
}

export interface Options {
  /** Flags given, by letter or long name. */
  readonly flags: ReadonlySet<string>;
  /** The last value of each option that takes one. */
  readonly values: ReadonlyMap<string, string>;
  /** Every value of an option that may be repeated, in order. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

export interface OptionSpec {
  /** As getopt: `ab:c` – b takes a value. A leading `+` stops at the first operand. */
  readonly short: string;
  /** Long names and the letter they stand for. */
  readonly long?: Readonly<Record<string, string>>;
}

/** An unknown option prints BusyBox's complaint and the usage; operands may come between options unless `+` is given. */
export async function parseOptions(process: Process, spec: OptionSpec): Promise<Options> {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const lists = new Map<string, string[]>();
  const operands: string[] = [];
  const args = process.argv.slice(1);
  const short = spec.short.replace(/^\+/, '');
  const takesValue = (letter: string): boolean => short[short.indexOf(letter) + 1] === ':';
  const setValue = (letter: string, value: string): void => {
    values.set(letter, value);
    lists.set(letter, [...(lists.get(letter) ?? []), value]);
  };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!/^-./.test(arg)) {
      if (spec.short.startsWith('+')) {
        operands.push(...args.slice(at));
        break;
      }
      operands.push(arg);
      continue;
    }
    if (arg === '--help' && args.length === 1) await usage(process, 0);
    const words = arg.startsWith('--') ? await longOption(process, spec, arg) : arg.slice(1);
    for (let i = 0; i < words.length; i++) {
      const letter = words[i] ?? '';
      if (letter === ':' || letter === '=' || !short.includes(letter))
        await unknown(process, `invalid option -- '${letter}'`);
      flags.add(letter);
      if (!takesValue(letter)) continue;
      const attached = words.slice(i + 1);
      const optional = short.startsWith('::', short.indexOf(letter) + 1);
      if (optional && attached === '') continue;
      const value = attached !== '' ? attached.replace(/^\0/, '') : args[++at];
      if (value === undefined) await unknown(process, `option requires an argument -- '${letter}'`);
      setValue(letter, value ?? '');
      break;
    }
  }
  return { flags, values, lists, operands };
}

/** The short letter, with an attached value behind a NUL so that an empty one is kept. */
async function longOption(process: Process, spec: OptionSpec, arg: string): Promise<string> {
  const [name = '', value] = arg.slice(2).split(/=([\s\S]*)/, 2);
  const letter = spec.long?.[name];
  if (letter === undefined) return unknown(process, `unrecognized option '--${name}'`);
  return value === undefined ? letter : `${letter}\0${value}`;
}

async function unknown(process: Process, text: string): Promise<never> {
  await complain(process, text);
  return usage(process);
}

export function absolute(process: Process, path: string): string {
  const resolved = resolvePath(process.cwd, path);
  return path.endsWith('/') && resolved !== '/' ? `${resolved}/` : resolved;
}

/** These applets open their files through stdio and name only the file. */
const bareMessages: ReadonlySet<string> = new Set(['base64', 'cmp', 'cut', 'head', 'rev', 'sort', 'tac', 'wc']);

/** `-` is stdin. Undefined: told on stderr as `can't open 'x': No such file or directory`. The caller closes it. */
export async function openInput(process: Process, path: string): Promise<SourceHandle | undefined> {
  try {
    return path === '-' ? openForRead(process, '/dev/stdin') : openForRead(process, path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const reason = errorText(error.code);
    const bare = bareMessages.has(appletName(process));
    const text = bare
      ? `${path}: ${reason}`
      : error.code === 'EISDIR'
        ? `read error: ${reason}`
        : `can't open '${path}': ${reason}`;
    await complain(process, text);
    return undefined;
  }
}

export async function readAll(source: {
  read(maxBytes?: number): Promise<Uint8Array | undefined>;
}): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = await source.read();
    if (!chunk) return joinBytes(chunks);
    chunks.push(chunk);
  }
}

/** Lines without their newline. `ended`: the last line had one. UTF-8, what is none becomes U+FFFD. */
export interface Line {
  readonly text: string;
  readonly ended: boolean;
}

/** Lines as they arrive, so that a filter in a pipe prints before its input ends. */
export async function* readLines(source: {
  read(maxBytes?: number): Promise<Uint8Array | undefined>;
}): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  for (;;) {
    const chunk = await source.read();
    rest += decoder.decode(chunk ?? new Uint8Array(), { stream: chunk !== undefined });
    let start = 0;
    for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n', start)) {
      yield { text: rest.slice(start, at), ended: true };
      start = at + 1;
    }
    rest = rest.slice(start);
    if (!chunk) break;
  }
  if (rest !== '') yield { text: rest, ended: false };
}

/** All lines of all files; files that cannot be opened are told and counted. */
export async function* inputLines(
  process: Process,
  files: readonly string[],
  onMissing: () => void,
): AsyncGenerator<Line> {
  for (const file of files.length === 0 ? ['-'] : files) {
    const source = await openInput(process, file);
    if (!source) {
      onMissing();
      continue;
    }
    yield* readLines(source);
    source.close();
  }
}

/** Words of a FileError as the C library has them. */
export function reasonOf(error: unknown): string {
  if (error instanceof FileError) return errorText(error.code);
  throw error;
}
