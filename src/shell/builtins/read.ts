/** `read`: one line into variables, byte by byte as it were, so that the next program finds the rest of the input. */
import { sleep } from '../../kit/clock.ts';
import type { Shell } from '../interpreter/shell.ts';
import type { SourceHandle } from '../streams.ts';
import { type Builtin, BuiltinFailure } from './run.ts';

interface ReadOptions {
  readonly raw: boolean;
  readonly prompt: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly count: number | undefined;
  readonly delimiter: string;
  readonly descriptor: number;
  readonly names: readonly string[];
}

export const read: Builtin = async (shell, [, ...args]) => {
  const options = parseOptions(shell, args);
  if (shell.wording.name === 'dash' && options.names.length === 0) throw new BuiltinFailure('arg count');
  for (const name of options.names) {
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      if (shell.wording.name === 'dash') throw new BuiltinFailure(shell.wording.badVariableName(name));
      await shell.err(`${shell.arg0}: read: '${name}': bad variable name\n`);
      return 1;
    }
  }
  if (options.prompt !== undefined) await shell.err(options.prompt);
  const source = shell.fds.get(options.descriptor)?.source;
  const line = source ? await readLine(shell, source, options) : undefined;
  assignFields(shell, line?.chars ?? [], options.names);
  return line?.complete ? 0 : 1;
};

function parseOptions(shell: Shell, args: readonly string[]): ReadOptions {
  const found: Record<string, string> = {};
  let raw = false;
  let at = 0;
  for (; at < args.length && /^-./.test(args[at] ?? ''); at++) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      at++;
      break;
    }
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i] ?? '';
      if (letter === 'r') raw = true;
      else if ('ptnud'.includes(letter)) {
        found[letter] = arg.slice(i + 1) || (args[++at] ?? '');
        break;
      } else if (letter !== 's' && letter !== 'e') throw new BuiltinFailure(shell.wording.illegalOption(`-${letter}`));
    }
  }
  const seconds = found['t'] === undefined ? undefined : Number(found['t']);
  return {
    raw,
    prompt: found['p'],
    timeoutMs: seconds === undefined || Number.isNaN(seconds) ? undefined : seconds * 1000,
    count: found['n'] === undefined ? undefined : Number(found['n']),
    delimiter: found['d'] === undefined ? '\n' : found['d'].slice(0, 1),
    descriptor: found['u'] === undefined ? 0 : Number(found['u']),
    names: args.slice(at),
  };
}

/** Characters with the mark whether a backslash protected them from splitting. */
interface Char {
  readonly text: string;
  readonly escaped: boolean;
}

async function readLine(
  shell: Shell,
  source: SourceHandle,
  options: ReadOptions,
): Promise<{ chars: readonly Char[]; complete: boolean } | undefined> {
  const chars: Char[] = [];
  const deadline = deadlineOf(shell, options.timeoutMs);
  // A handle of its own: closed after a timeout, it leaves what comes later to the next reader.
  const handle = source.dup();
  try {
    for (;;) {
      const chunk = await Promise.race([nextChunk(handle, options), deadline.expired]);
      if (chunk === 'expired') return undefined;
      if (!chunk) return { chars, complete: false };
      const text = new TextDecoder().decode(chunk);
      const done = options.delimiter !== '' && text.endsWith(options.delimiter);
      const continued = addChars(chars, done ? text.slice(0, -1) : text, options.raw, done);
      if (done && !continued) return { chars, complete: true };
      if (options.count !== undefined && chars.length >= options.count) return { chars, complete: true };
    }
  } finally {
    deadline.cancel();
    handle.close();
  }
}

function nextChunk(source: SourceHandle, options: ReadOptions): Promise<Uint8Array | undefined> {
  return options.count === undefined ? source.readUntil(options.delimiter.charCodeAt(0) || 0) : source.read(1);
}

/** True when a backslash at the end continues the line. */
function addChars(chars: Char[], text: string, raw: boolean, lineEnds: boolean): boolean {
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (raw || char !== '\\') chars.push({ text: char, escaped: false });
    else if (at + 1 < text.length) chars.push({ text: text[++at] ?? '', escaped: true });
    else return lineEnds;
  }
  return false;
}

function deadlineOf(
  shell: Shell,
  timeoutMs: number | undefined,
): { readonly expired: Promise<'expired'>; cancel(): void } {
  if (timeoutMs === undefined) return { expired: new Promise(() => {}), cancel: () => {} };
  const controller = new AbortController();
  const { clock, signal } = shell.process;
  const expired = sleep(clock, timeoutMs, AbortSignal.any([signal, controller.signal])).then(
    () => 'expired' as const,
    () => new Promise<'expired'>(() => {}),
  );
  return { expired, cancel: () => controller.abort() };
}

/** The last name gets the rest, without the blanks around it but with those inside. */
function assignFields(shell: Shell, chars: readonly Char[], given: readonly string[]): void {
  const names = given.length === 0 ? ['REPLY'] : given;
  if (given.length === 0) {
    shell.setVariable('REPLY', chars.map(({ text }) => text).join(''));
    return;
  }
  const { ifs } = shell;
  const isSeparator = (char: Char | undefined): boolean =>
    char !== undefined && !char.escaped && ifs.includes(char.text);
  const isBlank = (char: Char | undefined): boolean => isSeparator(char) && ' \t\n'.includes(char?.text ?? 'x');
  let at = 0;
  const skipBlanks = (): void => {
    while (isBlank(chars[at])) at++;
  };
  skipBlanks();
  for (const [i, name] of names.entries()) {
    if (i === names.length - 1) {
      shell.setVariable(name, lastField(chars.slice(at), isBlank, isSeparator));
      return;
    }
    let value = '';
    while (at < chars.length && !isSeparator(chars[at])) value += chars[at++]?.text ?? '';
    skipBlanks();
    if (isSeparator(chars[at]) && !isBlank(chars[at])) {
      at++;
      skipBlanks();
    }
    shell.setVariable(name, value);
  }
}

/** A single trailing separator that is no blank goes, too, when it ends the only field: `IFS=: read a` of `x:`. */
function lastField(
  chars: readonly Char[],
  isBlank: (char: Char | undefined) => boolean,
  isSeparator: (char: Char | undefined) => boolean,
): string {
  let end = chars.length;
  while (end > 0 && isBlank(chars[end - 1])) end--;
  const separators = chars.slice(0, end).filter((char) => isSeparator(char) && !isBlank(char)).length;
  if (separators === 1 && isSeparator(chars[end - 1])) end--;
  while (end > 0 && isBlank(chars[end - 1])) end--;
  return chars
    .slice(0, end)
    .map(({ text }) => text)
    .join('');
}
