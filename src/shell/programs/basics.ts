/** The shortest applets: echo, true, cat, sleep, yes, seq and the like. */
import { sleep as wait } from '../../kit/clock.ts';
import type { Process, Program } from '../process.ts';
import { complain, die, openInput, parseOptions, print, usage } from './applet.ts';
import { echoBytes } from './echo-text.ts';
import { busyboxPrintf, formatPrintf } from './printf-format.ts';
import { evaluateTest, TestProblem, testProblemText } from './test-expression.ts';

export const isTrue: Program = async () => 0;
export const isFalse: Program = async () => 1;

export const echo: Program = async (process) => {
  await process.stdout.write(echoBytes(process.argv.slice(1), 'option'));
  return 0;
};

export const printf: Program = async (process) => {
  if (process.argv.length < 2) return usage(process);
  const printed = formatPrintf(process.argv.slice(1), busyboxPrintf);
  for (const error of printed.errors) await complain(process, error);
  await process.stdout.write(printed.bytes);
  return printed.status;
};

export const test: Program = async (process) => {
  const bracket = /\[$/.test(process.argv[0] ?? '');
  const args = process.argv.slice(1);
  if (bracket && args.at(-1) !== ']') return die(process, 'missing ]', 2);
  const isTerminal = (): boolean => process.terminal !== undefined;
  try {
    return evaluateTest(bracket ? args.slice(0, -1) : args, { fs: process.fs, cwd: process.cwd, isTerminal }) ? 0 : 1;
  } catch (error) {
    if (error instanceof TestProblem) return die(process, testProblemText(error), 2);
    throw error;
  }
};

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `1.5`, `2m`; undefined: no duration. */
export function parseSeconds(text: string): number | undefined {
  if (/^inf(?:inity)?$/.test(text)) return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d*)?|\.\d+)([smhd])?$/.exec(text);
  return match ? Number(match[1]) * (unitSeconds[match[2] ?? 's'] ?? 1) : undefined;
}

export const sleep: Program = async (process) => {
  // Not even `-1` is an option here: it is a number, and a wrong one.
  const operands = process.argv.slice(1);
  if (operands.length === 0 || operands[0] === '--help') return usage(process, operands.length === 0 ? 1 : 0);
  let seconds = 0;
  for (const operand of operands) {
    const parsed = parseSeconds(operand);
    if (parsed === undefined) return die(process, `invalid number '${operand}'`);
    seconds += parsed;
  }
  await pause(process, seconds * 1000);
  return 0;
};

/** Timers hold 2³¹ ms at most; who sleeps longer sleeps in parts. */
async function pause(process: Process, ms: number): Promise<void> {
  const part = 2 ** 30;
  for (let rest = ms; rest > 0; rest -= part) await wait(process.clock, Math.min(rest, part), process.signal);
}

export const yes: Program = async (process) => {
  const line = `${process.argv.slice(1).join(' ') || 'y'}\n`;
  const block = line.repeat(Math.max(1, Math.floor(4096 / line.length)));
  for (;;) await print(process, block);
};

export const seq: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(negativeNumbers(process), { short: '+ws:' });
  const numbers = operands.map(Number);
  if (operands.length < 1 || operands.length > 3) return usage(process);
  if (numbers.some(Number.isNaN)) return usage(process);
  const [first = 1, increment = 1, last = 1] =
    numbers.length === 1 ? [1, 1, ...numbers] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : numbers;
  const decimals = Math.max(...operands.map((operand) => operand.split('.')[1]?.length ?? 0));
  const width = flags.has('w') ? Math.max(first.toFixed(decimals).length, last.toFixed(decimals).length) : 0;
  const separator = values.get('s') ?? '\n';
  let at = 0;
  for (; increment >= 0 ? first + at * increment <= last : first + at * increment >= last; at++) {
    const text = (first + at * increment).toFixed(decimals).padStart(width, '0');
    await print(process, at === 0 ? text : `${separator}${text}`);
    if (increment === 0 && at > 1e9) break;
  }
  if (at > 0) await print(process, '\n');
  return 0;
};

/** `seq -5 5`: a number is no option. */
function negativeNumbers(process: Process): Process {
  const [name = 'seq', ...args] = process.argv;
  const at = args.findIndex((arg, i) => !/^-[A-Za-z]/.test(arg) && args[i - 1] !== '-s');
  if (at < 0 || args[at] === '--help') return process;
  return { ...process, argv: [name, ...args.slice(0, at), '--', ...args.slice(at)] };
}

export const cat: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'nbvteAu' });
  const numbered = flags.has('n') || flags.has('b');
  const visible = flags.has('v') || flags.has('t') || flags.has('e') || flags.has('A');
  let status = 0;
  const state = { line: 0, atStart: true };
  for (const file of operands.length === 0 ? ['-'] : operands) {
    const source = await openInput(process, file);
    if (!source) {
      status = 1;
      continue;
    }
    for (let chunk = await source.read(); chunk; chunk = await source.read()) {
      if (!numbered && !visible) await process.stdout.write(chunk);
      else await print(process, decorate(new TextDecoder('latin1').decode(chunk), flags, numbered, visible, state));
    }
    source.close();
  }
  return status;
};

function decorate(
  text: string,
  flags: ReadonlySet<string>,
  numbered: boolean,
  visible: boolean,
  state: { line: number; atStart: boolean },
): string {
  let result = '';
  for (const char of text) {
    if (state.atStart && numbered && !(flags.has('b') && char === '\n'))
      result += `${String(++state.line).padStart(6)}\t`;
    state.atStart = char === '\n';
    if (char === '\n') result += flags.has('e') || flags.has('A') ? '$\n' : '\n';
    else if (char === '\t' && !flags.has('t') && !flags.has('A')) result += char;
    else result += visible ? caret(char) : char;
  }
  return result;
}

function caret(char: string): string {
  const code = char.charCodeAt(0);
  if (code >= 128) return `M-${caret(String.fromCharCode(code - 128))}`;
  if (code === 127) return '^?';
  return code < 32 ? `^${String.fromCharCode(code + 64)}` : char;
}
