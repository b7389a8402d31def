/**
 * Asks a person: a line, yes or no, one of several. Behind it are readline and enquirer; where a terminal
 * cannot or should not redraw and colour, only readline and numbers: a screen reader hears each question once.
 */
import { Interface } from 'node:readline';
import { createInterface } from 'node:readline/promises';
import type { Style } from '../style.ts';
import { wrap } from './wrap.ts';

export interface Prompter {
  /** undefined at the end of input (Ctrl-D). Ctrl-C empties the line first, as in a shell. Rejects with the signal's reason. */
  line(prompt: string): Promise<string | undefined>;
  /** A further line of what was begun; undefined where it is given up, by Ctrl-C or Ctrl-D. */
  more(prompt: string): Promise<string | undefined>;
  confirm(question: string): Promise<boolean>;
  /** Index of the chosen option; undefined when nothing was chosen. */
  choose(question: string, options: readonly string[]): Promise<number | undefined>;
}

export interface PrompterOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly style: Style;
  readonly signal: AbortSignal;
  /** Ctrl-C at a prompt. */
  readonly interrupt: () => void;
  /** Calls `handler` whenever the process goes on after Ctrl-Z, until the disposer is called. */
  readonly onContinue: (handler: () => void) => () => void;
}

export function createPrompter(options: PrompterOptions): Prompter {
  const memory: Memory = { history: [], pasted: [] };
  const line = (prompt: string) => readLine(options, memory, prompt);
  const more = (prompt: string) => readLine(options, memory, prompt, { giveUp: true });
  const { color, motion, unicode } = options.style;
  if (!(color && motion && unicode)) {
    return {
      line,
      more,
      // What is answered here is no command to be found again with the arrow keys.
      confirm: async (question) =>
        /^y(es)?$/i.test(
          (await readLine(options, { history: [], pasted: [] }, `${question} (y or n): `))?.trim() ?? '',
        ),
      choose: (question, choices) => chooseByNumber(options, line, question, choices),
    };
  }
  return {
    line,
    more,
    confirm: async (question) =>
      (await ask(options, { type: 'confirm', message: question, format: (yes) => (yes ? 'yes' : 'no') })) === true,
    choose: async (question, choices) => {
      const answer = await ask(options, {
        type: 'select',
        message: question,
        // The name is what stays on the screen as the answer.
        choices: choices.map((name) => ({ name, message: wrap(name, options.style.columns - 2, '', '  ') })),
      });
      return answer === undefined ? undefined : choices.indexOf(String(answer));
    },
  };
}

interface Memory {
  /** Newest first. */
  readonly history: string[];
  /** Lines that arrived together with the one that was asked for: somebody pasted them. */
  readonly pasted: string[];
}

async function readLine(
  { input, output, signal, interrupt, style }: PrompterOptions,
  { history, pasted }: Memory,
  prompt: string,
  { giveUp = false } = {},
): Promise<string | undefined> {
  const waiting = pasted.shift();
  if (waiting !== undefined) return waiting;
  // Without a terminal of its own, readline moves no cursor: the kernel edits the line.
  const readline = createInterface({
    input,
    output,
    terminal: !style.accessible,
    history: [...history],
    historySize: 200,
  });
  readline.on('SIGINT', () => {
    if (giveUp) readline.close();
    else if (readline.line === '') interrupt();
    else emptyLine(readline);
  });
  // Ctrl-Z and `fg`: readline has paused itself, and only a prompt lets it listen again.
  readline.on('SIGCONT', () => readline.prompt(true));
  try {
    const ended = new Promise<undefined>((resolve) => readline.once('close', () => resolve(undefined)));
    const asked = readline.question(prompt, { signal });
    readline.on('line', (more) => pasted.push(more));
    const answer = await Promise.race([asked, ended]);
    if (answer?.trim()) history.unshift(answer);
    signal.throwIfAborted();
    return answer;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    readline.close();
  }
}

function emptyLine(readline: Interface): void {
  readline.write(null, { ctrl: true, name: 'e' });
  readline.write(null, { ctrl: true, name: 'u' });
}

async function chooseByNumber(
  { output, style: { columns } }: PrompterOptions,
  line: Prompter['line'],
  question: string,
  choices: readonly string[],
): Promise<number | undefined> {
  const lines = choices.map((choice, i) => `${wrap(choice, columns, `  ${i + 1}. `, '     ')}\n`);
  output.write(`${question}\n${lines.join('')}`);
  for (;;) {
    const answer = await line(`A number from 1 to ${choices.length}, or nothing to skip: `);
    if (answer === undefined || answer.trim() === '') return undefined;
    const number = Number(answer);
    if (Number.isInteger(number) && number >= 1 && number <= choices.length) return number - 1;
  }
}

interface Question {
  readonly type: 'confirm' | 'select';
  readonly message: string;
  readonly choices?: readonly { readonly name: string; readonly message: string }[];
  /** How a confirmation shows its answer. */
  readonly format?: (yes: unknown) => string;
}

interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
}

/** undefined when the question was left with Escape; Ctrl-C interrupts. */
async function ask(options: PrompterOptions, question: Question): Promise<unknown> {
  const { input, output, signal, interrupt } = options;
  const { default: enquirer } = await import('enquirer');
  guardClosedInterfaces();
  let last: Key | undefined;
  const remember = (_text: unknown, key: Key) => {
    last = key;
  };
  input.on('keypress', remember);
  const forget = options.onContinue(() => setImmediate(listenAgain, options, question));
  try {
    const prompt = { ...question, name: 'answer', stdin: input, stdout: output };
    const { answer } = (await enquirer.prompt(prompt as Parameters<typeof enquirer.prompt>[0])) as { answer: unknown };
    return answer;
  } catch (error) {
    // Enquirer rejects with an empty string for Ctrl-C and Escape alike: only the key tells them apart.
    if (error !== '') throw error;
    if (last?.ctrl && last.name === 'c') await interrupted(signal, interrupt);
    return undefined;
  } finally {
    input.off('keypress', remember);
    forget();
    // Whoever reads next resumes it; until then it must not keep the process alive.
    input.pause();
    signal.throwIfAborted();
  }
}

/** After Ctrl-Z the interface below enquirer has paused the input, and the shell has written over the question. */
function listenAgain({ input, output }: PrompterOptions, { message }: Question): void {
  input.resume();
  output.write(`? ${message} `);
}

/** The signal comes by way of the operating system: nothing should be drawn until it is there. */
async function interrupted(signal: AbortSignal, interrupt: () => void): Promise<void> {
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  interrupt();
  if (!signal.aborted) await aborted;
}

/** Node 24.2 and later throw when a closed interface is paused, which is what enquirer does on Ctrl-C. */
function guardClosedInterfaces(): void {
  const prototype = Interface.prototype as Interface & { closed?: boolean };
  const { pause } = prototype;
  if (guarded.has(pause)) return;
  const guard = function (this: Interface & { closed?: boolean }): Interface {
    return this.closed ? this : pause.call(this);
  };
  guarded.add(guard);
  prototype.pause = guard as typeof prototype.pause;
}

const guarded = new WeakSet<object>();
