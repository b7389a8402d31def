/**
 * What each shell says when something goes wrong. Our interpreter is one, the shells of images are several: BusyBox ash,
 * Debian's dash as /bin/sh, and bash for those who ask for it. Texts as the programs print them (BusyBox 1.36, dash 0.5.12).
 */
import { unreachable } from '../../kit/assert.ts';
import type { FileErrorCode } from '../process.ts';
import type { SyntaxProblem } from '../syntax/ast.ts';

export type ShellName = 'ash' | 'dash' | 'bash';

export interface Wording {
  readonly name: ShellName;
  readonly notFound: (command: string) => string;
  readonly notExecutable: (command: string) => string;
  readonly cannotOpen: (path: string, code: FileErrorCode) => string;
  readonly cannotCreate: (path: string, code: FileErrorCode) => string;
  readonly badDescriptor: (text: string) => string;
  readonly cannotChangeTo: (path: string, code: FileErrorCode) => string;
  readonly readOnly: (name: string) => string;
  readonly illegalNumber: (text: string) => string;
  readonly illegalOption: (option: string) => string;
  readonly badSubstitution: string;
  readonly badVariableName: (name: string) => string;
  readonly syntax: (problem: SyntaxProblem) => string;
  readonly arithmetic: (problem: 'syntax' | 'division', expression: string) => string;
  /** What goes before a message. `builtin` only where the shell itself speaks for it. */
  readonly prefix: (place: ErrorPlace) => string;
}

export interface ErrorPlace {
  readonly shell: string;
  readonly line: number;
  readonly builtin: string | undefined;
  /** Where the commands come from: a script file has lines that are worth naming. */
  readonly input: 'string' | 'file' | 'stdin' | 'terminal';
}

const reason: Readonly<Partial<Record<FileErrorCode, string>>> = {
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EROFS: 'Read-only file system',
  EEXIST: 'File exists',
  ENOTEMPTY: 'Directory not empty',
  EINVAL: 'Invalid argument',
};

export function errorText(code: FileErrorCode): string {
  return reason[code] ?? 'No such file or directory';
}

function expecting(token: string | undefined): string {
  return token === undefined ? '' : ` (expecting "${token}")`;
}

const ash: Wording = {
  name: 'ash',
  notFound: (command) => `${command}: not found`,
  notExecutable: (command) => `${command}: Permission denied`,
  cannotOpen: (path, code) => `can't open ${path}: ${code === 'ENOENT' ? 'no such file' : errorText(code)}`,
  cannotCreate: (path, code) =>
    `can't create ${path}: ${code === 'ENOENT' ? 'nonexistent directory' : errorText(code)}`,
  badDescriptor: (text) => `${text}: Bad file descriptor`,
  cannotChangeTo: (path, code) => `can't cd to ${path}: ${errorText(code)}`,
  readOnly: (name) => `${name}: is read only`,
  illegalNumber: (text) => `Illegal number: ${text}`,
  illegalOption: (option) => `illegal option ${option}`,
  badSubstitution: 'syntax error: bad substitution',
  badVariableName: (name) => `${name}: bad variable name`,
  syntax: (problem) => `syntax error: ${ashSyntax(problem)}`,
  arithmetic: (problem) => (problem === 'division' ? 'divide by zero' : 'arithmetic syntax error'),
  prefix({ shell, line, builtin, input }) {
    // The line of a -c string counts from 0, and is only told for builtins.
    if (builtin !== undefined) {
      return input === 'terminal'
        ? `${shell}: ${builtin}: `
        : `${shell}: ${builtin}: line ${input === 'string' ? line - 1 : line}: `;
    }
    return input === 'file' ? `${shell}: line ${line}: ` : `${shell}: `;
  },
};

function ashSyntax(problem: SyntaxProblem): string {
  switch (problem.kind) {
    case 'unexpected':
      return `unexpected ${bareWord(problem.token) ?? `"${problem.token}"`}${expecting(problem.expecting)}`;
    case 'end-of-file':
      return `unexpected end of file${expecting(problem.expecting)}`;
    case 'unterminated-quote':
      return 'unterminated quoted string';
    case 'missing-brace':
      return "missing '}'";
    case 'missing-arithmetic':
      return "missing '))'";
    case 'bad-for-variable':
      return 'bad for loop variable';
    case 'bad-function-name':
      return 'bad function name';
    default:
      return unreachable(problem);
  }
}

/** Tokens that the shells name without quotes. */
function bareWord(token: string): string | undefined {
  if (token === 'newline' || token === 'redirection') return token;
  if (/^[<>]/.test(token)) return 'redirection';
  return /^(?:[;&|()]|then$|else$|elif$|fi$|do$|done$|case$|esac$|for$|if$|in$|until$|while$|[{}!]$)/.test(token)
    ? undefined
    : 'word';
}

const dash: Wording = {
  ...ash,
  name: 'dash',
  cannotOpen: (path, code) => `cannot open ${path}: ${code === 'ENOENT' ? 'No such file' : errorText(code)}`,
  cannotCreate: (path, code) =>
    `cannot create ${path}: ${code === 'ENOENT' ? 'Directory nonexistent' : errorText(code)}`,
  cannotChangeTo: (path) => `can't cd to ${path}`,
  illegalOption: (option) => `Illegal option ${option}`,
  badSubstitution: 'Bad substitution',
  syntax: (problem) => `Syntax error: ${dashSyntax(problem)}`,
  arithmetic: (problem, expression) =>
    problem === 'division'
      ? `arithmetic expression: division by zero: "${expression}"`
      : `arithmetic expression: expecting primary: "${expression}"`,
  prefix: ({ shell, line, builtin }) => `${shell}: ${line}: ${builtin === undefined ? '' : `${builtin}: `}`,
};

function dashSyntax(problem: SyntaxProblem): string {
  switch (problem.kind) {
    case 'unexpected':
      return `${bareWord(problem.token) ?? `"${problem.token}"`} unexpected${expecting(problem.expecting)}`;
    case 'end-of-file':
      return `end of file unexpected${expecting(problem.expecting)}`;
    case 'unterminated-quote':
      return 'Unterminated quoted string';
    case 'missing-brace':
      return "Missing '}'";
    case 'missing-arithmetic':
      return "Missing '))'";
    case 'bad-for-variable':
      return 'Bad for loop variable';
    case 'bad-function-name':
      return 'Bad function name';
    default:
      return unreachable(problem);
  }
}

const bash: Wording = {
  ...ash,
  name: 'bash',
  notFound: (command) =>
    command.includes('/') ? `${command}: No such file or directory` : `${command}: command not found`,
  cannotOpen: (path, code) => `${path}: ${errorText(code)}`,
  cannotCreate: (path, code) => `${path}: ${errorText(code)}`,
  cannotChangeTo: (path, code) => `${path}: ${errorText(code)}`,
  readOnly: (name) => `${name}: readonly variable`,
  illegalNumber: (text) => `${text}: numeric argument required`,
  illegalOption: (option) => `${option}: invalid option`,
  badSubstitution: 'bad substitution',
  badVariableName: (name) => `\`${name}': not a valid identifier`,
  syntax: (problem) =>
    problem.kind === 'unexpected'
      ? `syntax error near unexpected token \`${problem.token}'`
      : 'syntax error: unexpected end of file',
  arithmetic: (problem, expression) =>
    `${expression}: ${problem === 'division' ? 'division by 0' : 'syntax error: operand expected'} (error token is "${expression}")`,
  prefix({ shell, line, builtin, input }) {
    const place = input === 'terminal' ? '' : `line ${line}: `;
    return `${shell}: ${place}${builtin === undefined ? '' : `${builtin}: `}`;
  },
};

export const wordings: Readonly<Record<ShellName, Wording>> = { ash, dash, bash };
