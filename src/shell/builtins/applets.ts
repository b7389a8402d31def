/** Builtins that exist as programs, too: echo, printf, test. In BusyBox they speak as applets, under the shell's own name. */

import type { Shell } from '../interpreter/shell.ts';
import { echoBytes } from '../programs/echo-text.ts';
import { busyboxPrintf, formatPrintf, type PrintfWording } from '../programs/printf-format.ts';
import { evaluateTest, TestProblem, testProblemText } from '../programs/test-expression.ts';
import type { Builtin } from './run.ts';

/** `sh: a: bad number` in BusyBox, `sh: 1: [: Illegal number: a` in dash. */
function applet(shell: Shell, name: string, text: string): string {
  return shell.wording.name === 'dash' ? shell.message(text, name) : `${shell.process.argv[0]}: ${text}\n`;
}

export const echo: Builtin = async (shell, [name = 'echo', ...args]) => {
  if (!shell.fds.get(1)?.sink) {
    const text = shell.wording.name === 'dash' ? 'I/O error' : 'write error: Bad file descriptor';
    await shell.err(applet(shell, name, text));
    return 1;
  }
  await shell.outBytes(echoBytes(args, shell.wording.name === 'dash' ? 'always' : 'option'));
  return 0;
};

const dashPrintf: PrintfWording = {
  badNumber: (text) => `${text}: expected numeric value`,
  badFormat: (format) => `${format.slice(0, 2)}: invalid directive`,
};

export const printf: Builtin = async (shell, [name = '', ...given]) => {
  const args = given[0] === '--' ? given.slice(1) : given;
  const isDash = shell.wording.name === 'dash';
  if (args.length === 0) {
    await shell.err(
      applet(shell, name, isDash ? 'usage: printf format [arg ...]' : 'usage: printf FORMAT [ARGUMENT...]'),
    );
    return 2;
  }
  const printed = formatPrintf(args, isDash ? dashPrintf : busyboxPrintf);
  for (const error of printed.errors) await shell.err(applet(shell, name, error));
  await shell.outBytes(printed.bytes);
  return printed.status;
};

export const test: Builtin = async (shell, [name = '', ...args]) => {
  const closing = name === '[' ? ']' : name === '[[' ? ']]' : undefined;
  if (closing !== undefined && args.at(-1) !== closing) {
    await shell.err(applet(shell, name, `missing ${closing}`));
    return 2;
  }
  const world = {
    fs: shell.process.fs,
    cwd: shell.cwd,
    patterns: name === '[[',
    isTerminal: (descriptor: number) => {
      const fd = shell.fds.get(descriptor);
      return fd?.source?.isTerminal === true || fd?.sink?.isTerminal === true;
    },
  };
  try {
    return evaluateTest(closing === undefined ? args : args.slice(0, -1), world) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestProblem)) throw error;
    await shell.err(applet(shell, name, shell.wording.name === 'dash' ? dashText(error) : testProblemText(error)));
    return 2;
  }
};

function dashText(problem: TestProblem): string {
  if (problem.kind === 'number') return `Illegal number: ${problem.text}`;
  return problem.kind === 'operand' ? `${problem.text}: unexpected operator` : testProblemText(problem);
}
