/** `sh` as a program: its command line, where it reads its commands from, and how it ends. */

import { BuiltinFailure, evaluateBuiltin } from '../builtins/run.ts';
import { builtins } from '../builtins/table.ts';
import { applyOptions } from '../builtins/variables.ts';
import { resolvePath } from '../paths.ts';
import type { Process, Program } from '../process.ts';
import { SyntaxFailure } from '../syntax/ast.ts';
import { type Dialect, needsMore, parseScript } from '../syntax/parse.ts';
import { ShellError, ShellExit } from './control.ts';
import { runCommand, runList } from './evaluate.ts';
import { runInteractive } from './interactive.ts';
import { type Engine, Shell } from './shell.ts';
import { runProgram } from './simple-command.ts';
import { captureOutput, connectStandard, endStatus } from './subshell.ts';
import { runExitTrap } from './traps.ts';
import { type ShellName, type Wording, wordings } from './wording.ts';

/** A shell that speaks like the named one. Register it as /bin/sh, /bin/ash, /bin/dash, /bin/bash. */
export function shellProgram(name: ShellName): Program {
  return (process) => main(process, wordings[name]);
}

async function main(process: Process, wording: Wording): Promise<number> {
  const line = parseCommandLine(process, wording);
  const shell = line.shell;
  connectStandard(shell);
  importEnvironment(shell);
  if (line.problem !== undefined) {
    await shell.err(`${process.argv[0]}: ${line.problem}\n`);
    return 2;
  }
  const status = await endStatus(shell, () => run(shell, line));
  return endStatus(shell, () => runExitTrap(shell, status));
}

interface CommandLine {
  readonly shell: Shell;
  readonly command: string | undefined;
  readonly file: string | undefined;
  readonly problem: string | undefined;
}

function parseCommandLine(process: Process, wording: Wording): CommandLine {
  const [argv0 = 'sh', ...args] = process.argv;
  const leading = countOptions(args);
  const given = args.slice(0, leading);
  const isCommand = given.some((arg) => /^-[a-zA-Z]*c/.test(arg));
  const fromStdin = given.some((arg) => /^-[a-zA-Z]*s/.test(arg));
  const options = given
    .map((arg) => (/^-[a-zA-Z]+$/.test(arg) ? arg.replace(/[csl]/g, '') : arg))
    .filter((arg) => arg !== '-' && arg !== '--login' && arg !== '--norc');
  const words = [...options, ...args.slice(leading)];
  const probe = new Shell({ process, wording, engine, arg0: argv0, positional: [], input: 'string' });
  let problem: string | undefined;
  let used = 0;
  try {
    used = applyOptions(probe, words).used;
  } catch (error) {
    if (!(error instanceof BuiltinFailure)) throw error;
    problem = error.message;
  }
  const operands = words.slice(used);
  const terminal = process.terminal !== undefined;
  const reads = !isCommand && (operands.length === 0 || fromStdin);
  const interactive = probe.options.has('i') || (reads && terminal);
  const input = isCommand ? 'string' : reads ? (interactive ? 'terminal' : 'stdin') : 'file';
  const command = isCommand ? operands[0] : undefined;
  const [name, ...rest] = isCommand ? operands.slice(1) : operands;
  const arg0 = reads ? argv0 : (name ?? argv0);
  const positional = reads ? operands : rest;
  const shell = new Shell({ process, wording, engine, arg0: arg0.replace(/^-/, ''), positional, input });
  shell.options = probe.options;
  if (interactive) shell.options.add('i').add('m');
  return {
    shell,
    command: isCommand ? (command ?? '') : undefined,
    file: isCommand || reads ? undefined : name,
    problem,
  };
}

/** How many words belong to the shell itself: what comes after its first operand is the script's. */
function countOptions(args: readonly string[]): number {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--' || !/^[-+]/.test(arg)) return i;
    if (/^[-+][a-zA-Z]*o$/.test(arg)) i++;
  }
  return args.length;
}

function importEnvironment(shell: Shell): void {
  for (const [name, value] of shell.process.env) if (/^[A-Za-z_]\w*$/.test(name)) shell.vars.set(name, value, true);
  const { vars } = shell;
  vars.set('IFS', ' \t\n');
  vars.mark('IFS', { exported: false });
  vars.set('OPTIND', '1');
  vars.set('PPID', String(shell.process.table.list().find((entry) => entry.pid === shell.process.pid)?.parent ?? 0));
  if (!vars.get('PS1')) vars.set('PS1', defaultPrompt(shell));
  vars.set('PS2', '> ');
  vars.set('PS4', '+ ');
  vars.set('PWD', shell.cwd, true);
  if (shell.wording.name !== 'dash') vars.set('SHLVL', String((Number(vars.get('SHLVL')) || 0) + 1), true);
  if (!vars.get('PATH')) vars.set('PATH', '/sbin:/usr/sbin:/bin:/usr/bin');
}

function defaultPrompt(shell: Shell): string {
  if (shell.wording.name === 'dash') return shell.process.user.uid === 0 ? '# ' : '$ ';
  return shell.wording.name === 'bash' ? '\\u@\\h:\\w\\$ ' : '\\w \\$ ';
}

async function run(shell: Shell, line: CommandLine): Promise<number> {
  if (line.command !== undefined) return runText(shell, line.command, true);
  if (line.file !== undefined) return runFile(shell, line.file);
  return shell.options.has('i') ? runInteractive(shell, dialectOf(shell.wording)) : runStdin(shell);
}

async function runFile(shell: Shell, file: string): Promise<number> {
  const bytes = shell.process.fs.readFile(resolvePath(shell.cwd, file));
  if (!bytes) {
    const { wording } = shell;
    const text =
      wording.name === 'dash'
        ? `0: cannot open ${file}: No such file`
        : `can't open '${file}': No such file or directory`;
    await shell.err(`${shell.process.argv[0]}: ${text}\n`);
    return wording.name === 'bash' ? 127 : 2;
  }
  return runText(shell, new TextDecoder().decode(bytes), true);
}

/** Line by line, and never further than a complete command: its programs read from the same stdin. */
async function runStdin(shell: Shell): Promise<number> {
  const dialect = dialectOf(shell.wording);
  const source = shell.fds.get(0)?.source;
  let text = '';
  let firstLine = 1;
  while (source) {
    const bytes = await source.readUntil(10);
    if (bytes) text += new TextDecoder().decode(bytes);
    if (bytes && needsMore(text, dialect)) continue;
    if (text === '') break;
    await runParsed(shell, text, firstLine, false);
    firstLine += text.split('\n').length - 1;
    text = '';
    if (!bytes) break;
  }
  return shell.status;
}

function dialectOf(wording: Wording): Dialect {
  return { extensions: wording.name !== 'dash' };
}

async function runParsed(shell: Shell, text: string, firstLine: number, final: boolean): Promise<number> {
  const script = parse(shell, text, firstLine);
  if (shell.options.has('v')) await shell.err(text);
  if (shell.options.has('n')) return 0;
  return runList(shell, script.list, final);
}

function parse(shell: Shell, text: string, firstLine: number) {
  try {
    return parseScript(text, dialectOf(shell.wording), firstLine);
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    const { line } = shell;
    shell.line = error.line;
    const message = shell.message(shell.wording.syntax(error.problem), shell.builtinName);
    shell.line = line;
    throw new ShellError(message);
  }
}

/**
 * A whole text. If it has a syntax error, the commands in front of it run first, line by line, as in a real shell
 * that has not read so far yet.
 */
async function runText(shell: Shell, text: string, final: boolean): Promise<number> {
  if (text.trim() === '') return 0;
  try {
    parseScript(text, dialectOf(shell.wording));
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    return runUpToError(shell, text);
  }
  return runParsed(shell, text, 1, final);
}

async function runUpToError(shell: Shell, text: string): Promise<number> {
  const lines = text.split(/(?<=\n)/);
  let pending = '';
  let firstLine = 1;
  for (const [i, line] of lines.entries()) {
    pending += line;
    if (i < lines.length - 1 && needsMore(pending, dialectOf(shell.wording))) continue;
    await runParsed(shell, pending, firstLine, false);
    firstLine = i + 2;
    pending = '';
  }
  return shell.status;
}

const engine: Engine = {
  runList,
  runCommand,
  runText: (shell, text) => runText(shell, text, false),
  substitute: (shell, script) => captureOutput(shell, (fork) => runList(fork, script.list, true)),
  async runWords(shell, words, { functions }) {
    const program = words[0] === 'exec' ? words.slice(1) : words;
    const name = program[0] ?? '';
    if (words[0] === 'exec') {
      shell.traps.clear();
      const status = await runProgram(shell, program, [], true);
      // The process has been the other program, or could not become it: the shell has nothing left to run.
      throw new ShellExit(status);
    }
    const builtin = builtins.get(name);
    const body = functions ? shell.functions.get(name) : undefined;
    if (body) return runCommand(shell, body);
    return builtin ? evaluateBuiltin(shell, builtin, program, false) : runProgram(shell, program, [], false);
  },
};
