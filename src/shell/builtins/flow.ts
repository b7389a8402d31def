/** Builtins that steer the shell itself: break, continue, return, exit, eval, `.`, command, exec, `:`. */
import { FunctionReturn, LoopJump, ShellExit } from '../interpreter/control.ts';
import { resolvePath } from '../paths.ts';
import { describe, pathOf } from './describe.ts';
import { type Builtin, BuiltinFailure, parseCount } from './run.ts';

const jump =
  (kind: 'break' | 'continue'): Builtin =>
  async (shell, [, count]) => {
    const levels = count === undefined ? 1 : parseCount(shell, count);
    if (levels === 0) throw new BuiltinFailure(shell.wording.illegalNumber('0'));
    if (shell.loopDepth > 0) throw new LoopJump(kind, Math.min(levels, shell.loopDepth));
    return 0;
  };

export const breakLoop = jump('break');
export const continueLoop = jump('continue');

/** Outside functions and sourced files it ends the script, as in dash and ash. */
export const returnFrom: Builtin = async (shell, [, status]) => {
  const result = status === undefined ? shell.status : parseCount(shell, status) & 0xff;
  if (shell.functionDepth > 0 || shell.sourceDepth > 0) throw new FunctionReturn(result);
  throw new ShellExit(result);
};

export const exitShell: Builtin = async (shell, [, status]) => {
  throw new ShellExit(status === undefined ? shell.status : parseCount(shell, status) & 0xff);
};

/** While it runs, errors that no other builtin claims are told in its name, as in ash and dash. */
export const evaluateText: Builtin = async (shell, [name, ...words]) => {
  const before = shell.builtinName;
  shell.builtinName = name;
  try {
    return await shell.engine.runText(shell, words.join(' '));
  } finally {
    shell.builtinName = before;
  }
};

export const source: Builtin = async (shell, [name = '.', file, ...positional]) => {
  if (file === undefined) {
    if (shell.wording.name === 'dash') return 0;
    throw new BuiltinFailure('filename argument required');
  }
  const path = file.includes('/')
    ? file
    : (searchPath(shell.vars.get('PATH') ?? '', (candidate) => isFile(shell, candidate), file) ?? file);
  const bytes = shell.process.fs.readFile(resolvePath(shell.cwd, path));
  if (!bytes) {
    throw new BuiltinFailure(
      shell.wording.name === 'dash'
        ? `cannot open ${file}: No such file`
        : `can't open '${file}': No such file or directory`,
    );
  }
  const saved = shell.positional;
  if (positional.length > 0) shell.positional = positional;
  shell.sourceDepth++;
  try {
    return await shell.engine.runText(shell, new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof FunctionReturn && shell.functionDepth === 0) return error.status;
    throw error;
  } finally {
    shell.sourceDepth--;
    if (positional.length > 0) shell.positional = saved;
    void name;
  }
};

function isFile(shell: Parameters<Builtin>[0], path: string): boolean {
  return shell.process.fs.stat(resolvePath(shell.cwd, path))?.type === 'file';
}

function searchPath(path: string, exists: (candidate: string) => boolean, file: string): string | undefined {
  return path
    .split(':')
    .map((directory) => `${directory || '.'}/${file}`)
    .find(exists);
}

/** `command -v` and `-V` tell; otherwise functions are passed over. */
export const command: Builtin = async (shell, [, ...args]) => {
  let mode: 'run' | 'path' | 'describe' = 'run';
  let at = 0;
  for (; at < args.length && /^-[pvV]+$/.test(args[at] ?? ''); at++) {
    if (args[at]?.includes('v')) mode = 'path';
    if (args[at]?.includes('V')) mode = 'describe';
  }
  if (args[at] === '--') at++;
  const words = args.slice(at);
  const [first] = words;
  if (first === undefined) return 0;
  if (mode === 'run') return shell.engine.runWords(shell, words, { functions: false });
  let status = 0;
  // Unlike bash, ash and dash look at the first name only.
  for (const name of words.slice(0, shell.wording.name === 'bash' ? undefined : 1)) {
    const text = mode === 'path' ? pathOf(shell, name) : describe(shell, name);
    if (text === undefined) {
      status = 127;
      if (mode === 'describe') await shell.err(`${name}: not found\n`);
    } else await shell.out(`${text}\n`);
  }
  return status;
};

export const colon: Builtin = async () => 0;
export const isFalse: Builtin = async () => 1;
