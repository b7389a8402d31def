/** One simple command: expand, redirect, assign, then find what its name means and run that. */
import { evaluateBuiltin } from '../builtins/run.ts';
import { builtins, isSpecial } from '../builtins/table.ts';
import { resolvePath } from '../paths.ts';
import { emptySource, nullSink } from '../streams.ts';
import type { Command, Redirect, SimpleCommand, Word } from '../syntax/ast.ts';
import { parseScript } from '../syntax/parse.ts';
import { FunctionReturn, ShellError } from './control.ts';
import { expandString, expandWords } from './expand.ts';
import { waitForeground } from './jobs.ts';
import { keepRedirects, RedirectFailure, withRedirects } from './redirect.ts';
import type { Shell } from './shell.ts';
import { refuseWhenFull } from './subshell.ts';
import type { Variable } from './variables.ts';

/** `final`: nothing comes after it, so a program may take the shell's place instead of a child's. */
export async function runSimple(shell: Shell, given: SimpleCommand, final: boolean): Promise<number> {
  shell.line = given.line;
  const command = shell.aliases.size > 0 ? expandAlias(shell, given) : given;
  shell.substitutionStatus = undefined;
  const words = await expandArguments(shell, command.words);
  const name = words[0];
  if (name === undefined) return assignOnly(shell, command);
  const assignments = await expandAssignments(shell, command);
  await trace(shell, [...assignments.map(([variable, value]) => `${variable}=${value}`), ...words]);
  try {
    if (name === 'exec') return await runExec(shell, words, command, assignments);
    return await withRedirects(shell, command.redirects, () => dispatch(shell, words, assignments, final));
  } catch (error) {
    if (!(error instanceof RedirectFailure)) throw error;
    return redirectFailed(shell, error, name);
  }
}

type Assigned = readonly [string, string];

/** A special builtin that cannot be redirected ends the shell; everything else only fails. */
async function redirectFailed(shell: Shell, error: RedirectFailure, name: string | undefined): Promise<number> {
  const status = shell.wording.name === 'dash' ? 2 : 1;
  if (name !== undefined && isSpecial(name) && !shell.interactive) throw new ShellError(error.message, status);
  await shell.err(error.message);
  return status;
}

async function expandAssignments(shell: Shell, command: SimpleCommand): Promise<readonly Assigned[]> {
  const result: Assigned[] = [];
  for (const { name, value } of command.assignments)
    result.push([name, await expandString(shell, value, { assignment: true })]);
  return result;
}

/** The status of an assignment is that of its last command substitution. */
async function assignOnly(shell: Shell, command: SimpleCommand): Promise<number> {
  try {
    return await withRedirects(shell, command.redirects, async () => {
      for (const { name, value } of command.assignments) {
        const text = await expandString(shell, value, { assignment: true });
        await trace(shell, [`${name}=${text}`]);
        shell.setVariable(name, text);
      }
      return shell.substitutionStatus ?? 0;
    });
  } catch (error) {
    if (!(error instanceof RedirectFailure)) throw error;
    return redirectFailed(shell, error, undefined);
  }
}

const declarations: ReadonlySet<string> = new Set(['export', 'readonly', 'local', 'declare']);

/** Aliases first; the arguments of `export` and its like are assignments, which are not split. */
async function expandArguments(shell: Shell, words: readonly Word[]): Promise<string[]> {
  const [first, ...rest] = words;
  if (!first) return [];
  const head = await expandWords(shell, [first]);
  if (!declarations.has(head[0] ?? '') || head.length !== 1) return [...head, ...(await expandWords(shell, rest))];
  const result = [...head];
  for (const word of rest) {
    if (/^[A-Za-z_]\w*=/.test(word.raw)) result.push(await expandString(shell, word, { assignment: true }));
    else result.push(...(await expandWords(shell, [word])));
  }
  return result;
}

/**
 * An alias whose text is one simple command takes the place of the first word, again and again, but never itself twice.
 * Anything longer would have to be read before parsing; it is left alone.
 */
function expandAlias(shell: Shell, command: SimpleCommand, seen: readonly string[] = []): SimpleCommand {
  const [first, ...rest] = command.words;
  const value = first && shell.aliases.get(first.raw);
  if (!first || value === undefined || seen.includes(first.raw)) return command;
  const [item, ...more] = parseScript(value, { extensions: shell.wording.name !== 'dash' }, command.line).list;
  const [inner, ...pipe] = item?.first.commands ?? [];
  if (inner?.type !== 'simple' || pipe.length > 0 || more.length > 0 || item?.background || item?.rest.length)
    return command;
  const merged: SimpleCommand = {
    ...command,
    assignments: [...command.assignments, ...inner.assignments],
    words: [...inner.words, ...rest],
    redirects: [...inner.redirects, ...command.redirects],
  };
  return expandAlias(shell, merged, [...seen, first.raw]);
}

async function dispatch(
  shell: Shell,
  words: readonly string[],
  assignments: readonly Assigned[],
  final: boolean,
): Promise<number> {
  const [name = ''] = words;
  const special = isSpecial(name) && isKnown(shell, name);
  const body = special ? undefined : shell.functions.get(name);
  const builtin = builtins.get(name);
  if (body) return withTemporary(shell, assignments, () => callFunction(shell, body, words));
  if (builtin && special) {
    for (const [variable, value] of assignments) shell.setVariable(variable, value);
    return evaluateBuiltin(shell, builtin, words, true);
  }
  if (builtin && isKnown(shell, name))
    return withTemporary(shell, assignments, () => evaluateBuiltin(shell, builtin, words, false));
  return runProgram(shell, words, assignments, final);
}

/** dash lacks what ash adds. */
function isKnown(shell: Shell, name: string): boolean {
  return shell.wording.name !== 'dash' || !['[[', 'let', 'source', 'declare'].includes(name);
}

async function withTemporary(
  shell: Shell,
  assignments: readonly Assigned[],
  run: () => Promise<number>,
): Promise<number> {
  const before: (readonly [string, Variable | undefined])[] = assignments.map(([name]) => [
    name,
    shell.vars.find(name),
  ]);
  for (const [name, value] of assignments) shell.setVariable(name, value, true);
  try {
    return await run();
  } finally {
    for (const [name, variable] of before.reverse()) shell.vars.restore(name, variable);
  }
}

/** Deeper recursion would be a stack overflow of ours; real shells crash there, too, only later. */
const maxDepth = 400;

async function callFunction(shell: Shell, body: Command, words: readonly string[]): Promise<number> {
  if (shell.functionDepth >= maxDepth)
    throw shell.fail(`${words[0]}: maximum function nesting level exceeded (${maxDepth})`);
  const { positional, loopDepth, getoptsOffset } = shell;
  shell.positional = words.slice(1);
  shell.loopDepth = 0;
  shell.functionDepth++;
  shell.vars.enterFunction();
  try {
    return await shell.engine.runCommand(shell, body);
  } catch (error) {
    if (error instanceof FunctionReturn) return error.status;
    throw error;
  } finally {
    shell.vars.leaveFunction();
    shell.functionDepth--;
    Object.assign(shell, { positional, loopDepth, getoptsOffset });
  }
}

/** Starts a program as a child, or in the shell's own place when the shell has nothing left to do. */
export async function runProgram(
  shell: Shell,
  words: readonly string[],
  assignments: readonly Assigned[],
  final: boolean,
): Promise<number> {
  const env = new Map(shell.vars.environment());
  for (const [name, value] of assignments) env.set(name, value);
  const options = {
    env,
    cwd: shell.cwd,
    stdin: shell.fds.get(0)?.source ?? emptySource(),
    stdout: shell.fds.get(1)?.sink ?? nullSink(),
    stderr: shell.fds.get(2)?.sink ?? nullSink(),
  };
  if (final && shell.traps.size === 0) {
    const status = shell.process.exec(words, options);
    if (status) return status;
    return commandMissing(shell, words[0] ?? '', env);
  }
  const ownGroup = shell.interactive;
  refuseWhenFull(shell);
  shell.pace.charge(64);
  const child = shell.process.spawn(words, { ...options, ...(ownGroup && { group: 'new' as const }) });
  if (!child) return commandMissing(shell, words[0] ?? '', env);
  return waitForeground(shell, [child], ownGroup ? child.pid : undefined);
}

/** 126: there, but not to be executed. 127: not there, or a script whose interpreter is not. */
async function commandMissing(shell: Shell, name: string, env: ReadonlyMap<string, string>): Promise<number> {
  const directories = name.includes('/')
    ? ['']
    : (env.get('PATH') ?? '').split(':').map((directory) => `${directory}/`);
  const stats = directories.map((directory) => shell.process.fs.stat(resolvePath(shell.cwd, directory + name)));
  const executable = stats.some((stat) => stat?.type === 'file' && (stat.mode & 0o111) !== 0);
  const blocked = name !== '' && !executable && stats.some((stat) => stat !== undefined);
  await shell.warn(blocked ? shell.wording.notExecutable(name) : shell.wording.notFound(name), shell.builtinName);
  return blocked ? 126 : 127;
}

/** Without a command, the redirections of `exec` stay. With one, the shell becomes it. */
async function runExec(
  shell: Shell,
  words: readonly string[],
  command: { readonly redirects: readonly Redirect[] },
  assignments: readonly Assigned[],
): Promise<number> {
  await keepRedirects(shell, command.redirects);
  const program = words.slice(1);
  // The command that takes the shell's place gets them in its environment, as any command does.
  for (const [name, value] of assignments) {
    shell.setVariable(name, value);
    if (program.length > 0) shell.vars.mark(name, { exported: true });
  }
  const [name] = program;
  if (name === undefined) return 0;
  shell.builtinName = 'exec';
  return shell.engine.runWords(shell, words, { functions: false });
}

async function trace(shell: Shell, words: readonly string[]): Promise<void> {
  if (!shell.options.has('x') || words.length === 0) return;
  const quote = (word: string): string =>
    /^[\w@%+=:,./\]-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
  const shown = shell.wording.name === 'dash' ? words : words.map(quote);
  await shell.err(`${shell.vars.get('PS4') ?? '+ '}${shown.join(' ')}\n`);
}
