/**
 * The built-in kubectl: finds the command, parses its flags, runs it, and words what went wrong. Never throws; the exit
 * code is kubectl's.
 */
import { realClock } from '../kit/clock.ts';
import { commands } from './catalogue.ts';
import type { Command } from './command.ts';
import { describeFailure, ExitWith, KubectlError, notBuiltIn, PlainError } from './errors.ts';
import { globalFlags } from './flags/common.ts';
import { type ParsedLine, parseFlags } from './flags/parse.ts';
import type { FlagSpec } from './flags/spec.ts';
import { commandHelp, groupHelp, rootHelp } from './help.ts';
import type { KubectlIo } from './io.ts';
import { openSession, type Session } from './session.ts';
import { suggestCommands } from './suggest.ts';

/** `argv` without the program's name. */
export async function runKubectl(argv: readonly string[], io: KubectlIo): Promise<number> {
  let session: Session | undefined;
  try {
    const found = findCommand(argv);
    const { command, path } = found;
    const specs = withGlobals(command.flags ?? []);
    const parsed = parse(found.rest, specs, path);
    if (parsed.flags.bool('help')) {
      io.stdout.write(command.name === 'kubectl' ? rootHelp(commands) : commandHelp(command, path));
      return 0;
    }
    refuseWhatIsNotDone(specs, parsed, path);
    if (!command.run) return helpOfGroup(command, path, parsed.args, io);
    requireFlags(command, parsed);
    session = openSession(io, parsed.flags, io.clock ?? realClock());
    const code = await command.run({ session, ...parsed, path });
    if (parsed.flags.bool('warnings-as-errors')) refuseWarnings(session.warningCount);
    return code;
  } catch (error) {
    const failure = describeFailure(io.signal?.aborted ? new ExitWith(130) : error);
    io.stderr.write(failure.text);
    return failure.exitCode;
  } finally {
    session?.close();
  }
}

/** Whether a command line asks about kubectl alone (help, its own version) or is mistaken: neither needs a cluster. */
export function needsNoCluster(argv: readonly string[]): boolean {
  try {
    const { command, path, rest } = findCommand(argv);
    const { flags } = parse(rest, withGlobals(command.flags ?? []), path);
    const aboutItself = path === 'kubectl options' || (path === 'kubectl version' && flags.bool('client'));
    return !command.run || flags.bool('help') || aboutItself;
  } catch {
    return true;
  }
}

const root: Command = { name: 'kubectl', short: 'kubectl controls the Kubernetes cluster manager.', commands };

/** A command's own flag hides a global one of the same name (`debug --profile`). */
function withGlobals(own: readonly FlagSpec[]): FlagSpec[] {
  const hidden = new Set(own.flatMap(({ name, short }) => [`--${name}`, ...(short ? [`-${short}`] : [])]));
  return [
    ...own,
    ...globalFlags.filter(({ name, short }) => !hidden.has(`--${name}`) && !(short && hidden.has(`-${short}`))),
  ];
}

interface Found {
  readonly command: Command;
  readonly path: string;
  /** argv without the command's words. */
  readonly rest: readonly string[];
}

/** Global flags may stand before the command: `kubectl -n shop get pods`. */
function findCommand(argv: readonly string[]): Found {
  let command = root;
  let path = root.name;
  const rest = [...argv];
  for (;;) {
    const at = nextArgument(rest, withGlobals(command.flags ?? []));
    const word = at === undefined ? undefined : rest[at];
    const next = command.commands?.find((each) => each.name === word || each.aliases?.includes(word ?? ''));
    if (!next || at === undefined) {
      if (command === root && word !== undefined) throw unknownCommand(word);
      return { command, path, rest };
    }
    rest.splice(at, 1);
    command = next;
    path = `${path} ${next.name}`;
  }
}

/** Index of the first word that is no flag and no flag's value. */
function nextArgument(words: readonly string[], specs: readonly FlagSpec[]): number | undefined {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') return undefined;
    if (!word.startsWith('-') || word === '-') return i;
    const spec = word.startsWith('--')
      ? specs.find(({ name }) => `--${name}` === word)
      : specs.find(({ short }) => word === `-${short}`);
    if (spec && spec.kind !== 'bool' && spec.bare === undefined) i++;
  }
  return undefined;
}

function unknownCommand(word: string): KubectlError {
  const similar = suggestCommands(word, commands);
  const hint = similar.length > 0 ? `\n\nDid you mean this?\n${similar.map((name) => `\t${name}\n`).join('')}` : '';
  return new KubectlError(`unknown command ${JSON.stringify(word)} for "kubectl"${hint}`);
}

function parse(words: readonly string[], specs: readonly FlagSpec[], path: string): ParsedLine {
  try {
    return parseFlags(words, specs);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    const hint =
      path === 'kubectl options' ? "Run 'kubectl options' without flags." : `See '${path} --help' for usage.`;
    throw new KubectlError(`${error.message}\n${hint}`);
  }
}

function refuseWhatIsNotDone(specs: readonly FlagSpec[], { flags }: ParsedLine, path: string): void {
  const refused = specs.find((spec) => spec.refused && flags.changed(spec.name) && flags.string(spec.name) !== 'false');
  if (refused) throw notBuiltIn(`${path} --${refused.name}`);
}

function requireFlags(command: Command, { flags }: ParsedLine): void {
  const missing = (command.requiredFlags ?? []).filter((name) => !flags.changed(name));
  if (missing.length > 0) {
    throw new KubectlError(`required flag(s) ${missing.map((name) => JSON.stringify(name)).join(', ')} not set`);
  }
}

/** --warnings-as-errors */
function refuseWarnings(count: number): void {
  if (count > 0) throw new KubectlError(`${count} warning${count === 1 ? '' : 's'} received`);
}

function helpOfGroup(command: Command, path: string, args: readonly string[], io: KubectlIo): number {
  if (command === root) {
    io.stdout.write(rootHelp(commands));
    return 0;
  }
  if (args.length > 0)
    throw new PlainError(
      `error: unknown command ${JSON.stringify(args.join(' '))}\nSee '${path} -h' for help and examples`,
    );
  // kubectl's habit: no subcommand is a mistake, exit 1, though the text goes to either stream
  (command.helpOnStdout ? io.stdout : io.stderr).write(groupHelp(command, path));
  return 1;
}
