/** Walks the syntax tree: lists, and-or chains, pipelines, loops, cases. What a single command does is simple-command.ts. */
import { unreachable } from '../../kit/assert.ts';
import { openPipe } from '../pipe.ts';
import type { Child } from '../process.ts';
import { emptySource, type SourceHandle } from '../streams.ts';
import type { Command, CompoundCommand, List, ListItem, Pipeline, Word } from '../syntax/ast.ts';
import { Interrupted, LoopJump, ShellExit } from './control.ts';
import { expandPattern, expandString, expandWords } from './expand.ts';
import { addJob, waitForeground } from './jobs.ts';
import { guardOf, RedirectFailure, withRedirects } from './redirect.ts';
import type { Shell } from './shell.ts';
import { runSimple } from './simple-command.ts';
import { forkShell } from './subshell.ts';
import { runPendingTraps } from './traps.ts';

/** `final`: the shell ends with this list. Leaves the status in the shell, too. */
export async function runList(shell: Shell, list: List, final = false): Promise<number> {
  let status = 0;
  for (const [i, item] of list.entries()) {
    status = await runItem(shell, item, final && i === list.length - 1);
    shell.status = status;
    if (shell.pendingSignals.length > 0) await runPendingTraps(shell);
  }
  return status;
}

async function runItem(shell: Shell, item: ListItem, final: boolean): Promise<number> {
  if (shell.options.has('n') && !shell.interactive) return shell.status;
  if (item.background) return runBackground(shell, item);
  return runAndOr(shell, item, final);
}

/** `set -e` looks only at the last command of a chain, and not at all inside conditions. */
async function runAndOr(shell: Shell, item: ListItem, final: boolean): Promise<number> {
  const count = item.rest.length;
  let status = await runTested(shell, item.first, count > 0, final && count === 0);
  let decided = count > 0;
  for (const [i, { operator, pipeline }] of item.rest.entries()) {
    shell.status = status;
    if ((status === 0) !== (operator === '&&')) continue;
    const last = i === count - 1;
    status = await runTested(shell, pipeline, !last, final && last);
    decided = !last;
  }
  const [only] = item.first.commands;
  // A compound command has looked at its own commands already; a subshell and a pipeline have not.
  const exempt = decided || item.first.negated || (count === 0 && item.first.commands.length === 1 && isExempt(only));
  if (status !== 0 && shell.options.has('e') && shell.tested === 0 && !exempt) throw new ShellExit(status);
  return status;
}

function isExempt(command: Command | undefined): boolean {
  return command !== undefined && command.type !== 'simple' && command.type !== 'subshell';
}

async function runTested(shell: Shell, pipeline: Pipeline, tested: boolean, final: boolean): Promise<number> {
  if (!tested && !pipeline.negated) return runPipeline(shell, pipeline, final);
  shell.tested++;
  try {
    return await runPipeline(shell, pipeline, false);
  } finally {
    shell.tested--;
  }
}

async function runPipeline(shell: Shell, given: Pipeline, final: boolean): Promise<number> {
  const pipeline = given.timed && shell.wording.name !== 'bash' ? withTimeProgram(given) : given;
  const startedMs = shell.process.clock.now();
  const [only] = pipeline.commands;
  const plain = !pipeline.negated && !pipeline.timed;
  const status =
    pipeline.commands.length === 1 && only
      ? await runCommand(shell, only, final && plain)
      : await runPiped(shell, pipeline.commands);
  if (pipeline.timed) await tellTime(shell, shell.process.clock.now() - startedMs);
  return pipeline.negated ? (status === 0 ? 1 : 0) : status;
}

/** Only bash has the keyword: to ash and dash `time` is a program, to which redirections and the rest of a pipe belong. */
function withTimeProgram(pipeline: Pipeline): Pipeline {
  const [first, ...rest] = pipeline.commands;
  if (first?.type !== 'simple') return pipeline;
  const word: Word = { parts: [{ type: 'text', text: 'time', quoted: false }], raw: 'time' };
  return { ...pipeline, timed: false, commands: [{ ...first, words: [word, ...first.words] }, ...rest] };
}

async function tellTime(shell: Shell, elapsedMs: number): Promise<void> {
  const seconds = (elapsedMs / 1000) % 60;
  await shell.err(`real\t${Math.floor(elapsedMs / 60_000)}m ${seconds.toFixed(2)}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n`);
}

async function runPiped(shell: Shell, commands: readonly Command[]): Promise<number> {
  const { children, group } = startPiped(shell, commands, shell.interactive);
  return waitForeground(shell, children, group);
}

/** All at once, each in a process of its own, joined by pipes; in one process group where there is job control. */
function startPiped(
  shell: Shell,
  commands: readonly Command[],
  ownGroup: boolean,
): { readonly children: readonly Child[]; readonly group: number | undefined } {
  const children: Child[] = [];
  let stdin: SourceHandle | undefined;
  for (const [i, command] of commands.entries()) {
    const pipe = i < commands.length - 1 ? openPipe(guardOf(shell)) : undefined;
    const group = ownGroup ? (children[0]?.pid ?? 'new') : undefined;
    const child = forkShell(shell, (fork) => runForked(fork, command), {
      ...(stdin && { stdin }),
      ...(pipe && { stdout: pipe.sink }),
      ...(group !== undefined && { group }),
    });
    children.push(child);
    stdin?.close();
    pipe?.sink.close();
    stdin = pipe?.source;
  }
  return { children, group: ownGroup ? children[0]?.pid : undefined };
}

async function runForked(shell: Shell, command: Command): Promise<number> {
  if (command.type === 'subshell' && command.redirects.length === 0) return runList(shell, command.body, true);
  return runCommand(shell, command, true);
}

/** Without job control a background command reads nothing and does not hear ^C. */
async function runBackground(shell: Shell, item: ListItem): Promise<number> {
  const interactive = shell.interactive;
  const foreground: ListItem = { ...item, background: false };
  const single = item.rest.length === 0 && !item.first.negated && !item.first.timed ? item.first.commands : undefined;
  const { children, group } =
    interactive && single && single.length > 1
      ? startPiped(shell, single, true)
      : startOne(shell, (fork) =>
          single?.length === 1 && single[0] ? runForked(fork, single[0]) : runList(fork, [foreground], true),
        );
  shell.lastBackground = children.at(-1)?.pid;
  const job = addJob(shell, item.source, children, group);
  if (interactive && shell.wording.name === 'bash') await shell.err(`[${job.number}] ${shell.lastBackground}\n`);
  return 0;
}

function startOne(shell: Shell, run: (fork: Shell) => Promise<number>) {
  const child = shell.interactive
    ? forkShell(shell, run, { group: 'new' })
    : forkShell(shell, run, { stdin: emptySource(guardOf(shell)), ignore: ['SIGINT', 'SIGQUIT'] });
  return { children: [child], group: shell.interactive ? child.pid : undefined };
}

export async function runCommand(shell: Shell, command: Command, final = false): Promise<number> {
  const pause = shell.pace.step(4);
  if (pause) await pause;
  shell.process.signal.throwIfAborted();
  if (shell.interruptRequested) throw new Interrupted();
  if (command.type === 'simple') return runSimple(shell, command, final);
  if (command.type === 'function') {
    shell.functions.set(command.name, command.body);
    return 0;
  }
  shell.line = command.line;
  try {
    const last = final && command.redirects.length === 0;
    return await withRedirects(shell, command.redirects, () => runCompound(shell, command, last));
  } catch (error) {
    if (!(error instanceof RedirectFailure)) throw error;
    await shell.err(error.message);
    return shell.wording.name === 'dash' ? 2 : 1;
  }
}

async function runCompound(shell: Shell, command: CompoundCommand, final: boolean): Promise<number> {
  switch (command.type) {
    case 'group':
      return runList(shell, command.body, final);
    case 'subshell': {
      const child = forkShell(
        shell,
        (fork) => runList(fork, command.body, true),
        shell.interactive ? { group: 'new' } : {},
      );
      return waitForeground(shell, [child], shell.interactive ? child.pid : undefined);
    }
    case 'if':
      return runIf(shell, command, final);
    case 'loop':
      return runLoop(shell, command);
    case 'for':
      return runFor(shell, command);
    case 'case':
      return runCase(shell, command, final);
    default:
      return unreachable(command);
  }
}

async function runCondition(shell: Shell, list: List): Promise<boolean> {
  shell.tested++;
  try {
    return (await runList(shell, list)) === 0;
  } finally {
    shell.tested--;
  }
}

async function runIf(shell: Shell, command: Extract<CompoundCommand, { type: 'if' }>, final: boolean): Promise<number> {
  for (const { condition, body } of command.branches) {
    if (await runCondition(shell, condition)) return runList(shell, body, final);
  }
  return runList(shell, command.otherwise, final);
}

/** False: the loop is over. A jump out of more loops than this one goes on. */
async function runBody(shell: Shell, run: () => Promise<void>): Promise<boolean> {
  shell.loopDepth++;
  try {
    await run();
    return true;
  } catch (error) {
    if (!(error instanceof LoopJump)) throw error;
    if (--error.levels > 0 && shell.loopDepth > 1) throw error;
    return error.kind === 'continue';
  } finally {
    shell.loopDepth--;
  }
}

async function runLoop(shell: Shell, command: Extract<CompoundCommand, { type: 'loop' }>): Promise<number> {
  let status = 0;
  let going = true;
  while (going) {
    const pause = shell.pace.step(4);
    if (pause) await pause;
    let again = true;
    const carriesOn = await runBody(shell, async () => {
      again = (await runCondition(shell, command.condition)) !== command.until;
      if (again) status = await runList(shell, command.body);
    });
    if (!carriesOn) status = 0;
    going = carriesOn && again;
  }
  return status;
}

async function runFor(shell: Shell, command: Extract<CompoundCommand, { type: 'for' }>): Promise<number> {
  const words = command.words ? await expandWords(shell, command.words) : shell.positional;
  let status = 0;
  for (const word of words) {
    shell.setVariable(command.name, word);
    const carriesOn = await runBody(shell, async () => {
      status = await runList(shell, command.body);
    });
    if (!carriesOn) return 0;
  }
  return status;
}

async function runCase(
  shell: Shell,
  command: Extract<CompoundCommand, { type: 'case' }>,
  final: boolean,
): Promise<number> {
  const subject = await expandString(shell, command.subject);
  for (const { patterns, body } of command.items) {
    for (const word of patterns) {
      const pattern = await expandPattern(shell, word);
      if (pattern.matches(subject)) return runList(shell, body, final);
    }
  }
  return 0;
}
