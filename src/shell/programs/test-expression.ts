/** `test` and `[`: POSIX decides by the number of arguments; longer expressions are read with -a, -o, ! and parentheses. */
import { plainPattern } from '../interpreter/pattern.ts';
import { resolvePath } from '../paths.ts';
import type { FileSystem } from '../process.ts';

export interface TestWorld {
  readonly fs: FileSystem;
  readonly cwd: string;
  readonly isTerminal: (descriptor: number) => boolean;
  /** `[[`: the right side of == is a pattern. */
  readonly patterns?: boolean;
}

/** The expression is wrong, not false: status 2. */
export class TestProblem extends Error {
  readonly kind: 'operand' | 'number' | 'argument' | 'closing';
  readonly text: string;
  constructor(kind: 'operand' | 'number' | 'argument' | 'closing', text = '') {
    super(kind);
    this.kind = kind;
    this.text = text;
  }
}

/** Throws TestProblem. */
export function evaluateTest(args: readonly string[], world: TestWorld): boolean {
  const [first = '', second = '', third = '', fourth] = args;
  switch (args.length) {
    case 0:
      return false;
    case 1:
      return first !== '';
    case 2:
      if (first === '!') return second === '';
      break;
    case 3:
      if (isBinary(second)) return binary(first, second, third, world);
      if (first === '!') return !evaluateTest(args.slice(1), world);
      if (first === '(' && third === ')') return second !== '';
      break;
    case 4:
      if (first === '!' && second !== '(') return !evaluateTest(args.slice(1), world);
      if (first === '(' && fourth === ')') return evaluateTest([second, third], world);
      break;
  }
  const parser = new Parser(args, world);
  return parser.whole();
}

const binaryOperators: ReadonlySet<string> = new Set([
  '=',
  '==',
  '!=',
  '<',
  '>',
  '-eq',
  '-ne',
  '-lt',
  '-le',
  '-gt',
  '-ge',
  '-nt',
  '-ot',
  '-ef',
  '=~',
]);
const unaryOperators: ReadonlySet<string> = new Set('bcdefghkLnOGprsStuwxz'.split('').map((letter) => `-${letter}`));

function isBinary(word: string): boolean {
  return binaryOperators.has(word);
}

class Parser {
  readonly #args: readonly string[];
  readonly #world: TestWorld;
  #at = 0;

  constructor(args: readonly string[], world: TestWorld) {
    this.#args = args;
    this.#world = world;
  }

  whole(): boolean {
    const value = this.#or();
    if (this.#at < this.#args.length) throw new TestProblem('operand', this.#args[this.#at]);
    return value;
  }

  #or(): boolean {
    let value = this.#and();
    while (this.#args[this.#at] === '-o') {
      this.#at++;
      const right = this.#and();
      value ||= right;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#not();
    while (this.#args[this.#at] === '-a') {
      this.#at++;
      const right = this.#not();
      value &&= right;
    }
    return value;
  }

  #not(): boolean {
    if (this.#args[this.#at] !== '!' || isBinary(this.#args[this.#at + 1] ?? '')) return this.#primary();
    this.#at++;
    return !this.#not();
  }

  #primary(): boolean {
    const [word, next, after] = this.#args.slice(this.#at, this.#at + 3);
    if (word === undefined) throw new TestProblem('argument');
    if (next !== undefined && after !== undefined && isBinary(next)) {
      this.#at += 3;
      return binary(word, next, after, this.#world);
    }
    if (word === '(') {
      this.#at++;
      const value = this.#or();
      if (this.#args[this.#at++] !== ')') throw new TestProblem('closing');
      return value;
    }
    if (unaryOperators.has(word) && next !== undefined) {
      this.#at += 2;
      return unary(word, next, this.#world);
    }
    this.#at++;
    return word !== '';
  }
}

function unary(operator: string, operand: string, world: TestWorld): boolean {
  if (operator === '-n') return operand !== '';
  if (operator === '-z') return operand === '';
  if (operator === '-t') return world.isTerminal(integer(operand));
  const path =
    operand === '' ? '' : resolvePath(world.cwd, operand) + (operand.endsWith('/') && operand.length > 1 ? '/' : '');
  if (operator === '-L' || operator === '-h')
    return path !== '' && world.fs.lstat(path.replace(/(.)\/$/, '$1'))?.type === 'symlink';
  const stat = path === '' ? undefined : world.fs.stat(path);
  if (!stat) return false;
  switch (operator) {
    case '-d':
      return stat.type === 'directory';
    case '-f':
      return stat.type === 'file';
    case '-c':
      return stat.type === 'device';
    case '-b':
    case '-p':
    case '-S':
      return false;
    case '-s':
      return stat.size > 0;
    case '-x':
      return (stat.mode & 0o111) !== 0;
    case '-u':
      return (stat.mode & 0o4000) !== 0;
    case '-g':
      return (stat.mode & 0o2000) !== 0;
    case '-k':
      return (stat.mode & 0o1000) !== 0;
    default:
      return true;
  }
}

function integer(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new TestProblem('number', text);
  return Number(text);
}

function binary(left: string, operator: string, right: string, world: TestWorld): boolean {
  const modified = (path: string): number =>
    world.fs.stat(resolvePath(world.cwd, path))?.modifiedMs ?? Number.NEGATIVE_INFINITY;
  switch (operator) {
    case '=':
    case '==':
      return world.patterns ? plainPattern(right).matches(left) : left === right;
    case '!=':
      return world.patterns ? !plainPattern(right).matches(left) : left !== right;
    case '=~':
      return new RegExp(right).test(left);
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
      return modified(left) > modified(right);
    case '-ot':
      return modified(left) < modified(right);
    case '-ef':
      return world.fs.realpath(resolvePath(world.cwd, left)) === world.fs.realpath(resolvePath(world.cwd, right));
    default:
      return compare(integer(left), operator, integer(right));
  }
}

function compare(left: number, operator: string, right: number): boolean {
  switch (operator) {
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    default:
      return left >= right;
  }
}

export function testProblemText(problem: TestProblem): string {
  switch (problem.kind) {
    case 'operand':
      return `${problem.text}: unknown operand`;
    case 'number':
      return `${problem.text}: bad number`;
    case 'argument':
      return 'argument expected';
    case 'closing':
      return 'closing paren expected';
  }
}
