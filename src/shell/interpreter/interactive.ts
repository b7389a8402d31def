/** The shell at a terminal: prompt, one command at a time, ^C back to the prompt, and news about background jobs. */
import { SyntaxFailure } from '../syntax/ast.ts';
import { type Dialect, needsMore, parseScript } from '../syntax/parse.ts';
import { Interrupted, LoopJump, ShellError } from './control.ts';
import { reportJobs } from './jobs.ts';
import { editLine } from './line-editor.ts';
import { RedirectFailure } from './redirect.ts';
import type { Shell } from './shell.ts';

export async function runInteractive(shell: Shell, dialect: Dialect): Promise<number> {
  const interrupts = watchInterrupts(shell);
  const history: string[] = [];
  let firstLine = 1;
  for (;;) {
    shell.interruptRequested = false;
    await reportJobs(shell);
    const text = await readCommand(shell, dialect, interrupts, history);
    if (text === 'interrupted') {
      shell.status = 130;
      continue;
    }
    if (text === undefined) {
      if (shell.process.terminal) await shell.err('\n');
      return shell.status;
    }
    await runOne(shell, dialect, text, firstLine);
    firstLine += text.split('\n').length - 1;
  }
}

interface Interrupts {
  /** Resolves at the next ^C. */
  next(): { readonly happened: Promise<'interrupted'>; cancel(): void };
}

/** ^C reaches the shell itself only when no job is in the foreground. It survives SIGTERM and SIGQUIT. */
function watchInterrupts(shell: Shell): Interrupts {
  let listener: (() => void) | undefined;
  shell.process.onSignal('SIGINT', () => {
    if (listener) listener();
    else {
      shell.interruptRequested = true;
      shell.onTrapped?.();
    }
  });
  for (const signal of ['SIGTERM', 'SIGQUIT'] as const) shell.process.onSignal(signal, () => {});
  return {
    next() {
      const happened = new Promise<'interrupted'>((resolve) => {
        listener = () => resolve('interrupted');
      });
      return {
        happened,
        cancel: () => {
          listener = undefined;
        },
      };
    },
  };
}

/** One complete command, with PS2 as long as it needs more. Undefined: the end of input. */
async function readCommand(
  shell: Shell,
  dialect: Dialect,
  interrupts: Interrupts,
  history: string[],
): Promise<string | 'interrupted' | undefined> {
  let text = '';
  for (;;) {
    const line = await readLine(shell, promptText(shell, text === '' ? 'PS1' : 'PS2'), interrupts, history);
    if (line === 'interrupted') return line;
    if (line !== undefined) text += line;
    if (line === undefined || !needsMore(text, dialect)) return text === '' ? undefined : text;
  }
}

/** BusyBox and bash edit the line themselves where there is a terminal; dash leaves that to the terminal. */
async function readLine(
  shell: Shell,
  prompt: string,
  interrupts: Interrupts,
  history: string[],
): Promise<string | 'interrupted' | undefined> {
  const source = shell.fds.get(0)?.source;
  const { terminal } = shell.process;
  if (!source) return undefined;
  if (terminal && source.isTerminal && shell.wording.name !== 'dash') {
    return editLine({ source, terminal, prompt, history, show: (text) => shell.err(text) });
  }
  await shell.err(prompt);
  const waiting = interrupts.next();
  // A handle of its own: closed after ^C, it leaves the next line to the next reader.
  const handle = source.dup();
  try {
    const bytes = await Promise.race([handle.readUntil(10), waiting.happened]);
    if (bytes === 'interrupted') await shell.err('\n');
    return bytes === 'interrupted' ? bytes : bytes && new TextDecoder().decode(bytes);
  } finally {
    waiting.cancel();
    handle.close();
  }
}

async function runOne(shell: Shell, dialect: Dialect, text: string, firstLine: number): Promise<void> {
  try {
    const { list } = parseScript(text, dialect, firstLine);
    await shell.engine.runList(shell, list);
  } catch (error) {
    shell.loopDepth = 0;
    shell.functionDepth = 0;
    shell.tested = 0;
    shell.builtinName = undefined;
    if (error instanceof SyntaxFailure) {
      shell.status = 2;
      await shell.err(shell.message(shell.wording.syntax(error.problem)));
    } else if (error instanceof ShellError || error instanceof RedirectFailure) {
      shell.status = error instanceof ShellError ? error.status : 1;
      await shell.err(error.message);
    } else if (error instanceof Interrupted) {
      shell.status = 130;
      await shell.err('\n');
    } else if (!(error instanceof LoopJump)) throw error;
  }
}

/** PS1 with BusyBox' escapes; dash and bash get by with the same ones. */
function promptText(shell: Shell, name: 'PS1' | 'PS2'): string {
  const prompt = shell.vars.get(name) ?? '';
  const home = shell.vars.get('HOME');
  const inHome = home !== undefined && home !== '/' && (shell.cwd === home || shell.cwd.startsWith(`${home}/`));
  const short = inHome ? `~${shell.cwd.slice(home.length)}` : shell.cwd;
  const values: Readonly<Record<string, string>> = {
    w: short,
    W: short === '/' ? '/' : (short.split('/').at(-1) ?? ''),
    h: shell.process.hostname.split('.')[0] ?? '',
    H: shell.process.hostname,
    u: shell.process.user.name,
    $: shell.process.user.uid === 0 ? '#' : '$',
    n: '\n',
    s: shell.arg0,
    '[': '',
    ']': '',
    e: '\x1b',
    '\\': '\\',
  };
  const text = prompt.replace(/\\(0\d\d|[\s\S])/g, (whole, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (values[code] ?? whole),
  );
  return text.replace(
    /\$(?:\{(\w+)\}|([A-Za-z_]\w*))/g,
    (_, braced?: string, plain?: string) => shell.parameter(braced ?? plain ?? '') ?? '',
  );
}
