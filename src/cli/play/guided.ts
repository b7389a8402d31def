/** A guided session with a person: a page, a prompt, an action, until they leave. Nothing punishes a wrong try. */
import { EXIT, type ExitCode, formatError, LabError } from '../../kit/errors.ts';
import type { LabContext } from '../../runner/context.ts';
import { whyCommand } from '../../runner/explain.ts';
import { type ProbesOptions, patientAttempts } from '../../runner/run-probes.ts';
import { type Session, startSession } from '../../runner/session.ts';
import { symptomOf } from '../../runner/symptom.ts';
import type { PagePart } from '../../scenario/model.ts';
import type { Style } from '../../ui/style.ts';
import { type Action, helpText, keysLine, readAction } from '../../ui/terminal/keys.ts';
import { createPrompter, type Prompter } from '../../ui/terminal/prompter.ts';
import type { Screen } from '../../ui/terminal/screen.ts';
import { type Cli, screenOn } from '../cli.ts';
import { kubeconfigLine } from '../clusters/kubeconfig-line.ts';
import { kubeconfigVariable } from '../clusters/target.ts';
import type { KubectlChoice } from '../commands/options.ts';
import { runInFront } from './run-in-front.ts';

export interface GuidedOptions {
  readonly style: Style;
  readonly kubectl: KubectlChoice;
  /** Where the session's events are told as well; default: one of its own on the terminal. */
  readonly screen?: Screen;
}

const checking = 'checking by traffic: silence takes a few seconds to be sure of';

type CommandPart = Extract<PagePart, { kind: 'command' }>;

/** Leaving is no failure. */
export async function playGuided(cli: Cli, context: LabContext, options: GuidedOptions): Promise<ExitCode> {
  const { io } = cli;
  const { style, kubectl, screen = screenOn(io, style) } = options;
  const prompter = createPrompter({
    input: io.stdin,
    output: io.stdout as NodeJS.WritableStream,
    style,
    signal: io.signal,
    interrupt: () => void process.kill(io.pid, 'SIGINT'),
    onContinue(handler) {
      process.on('SIGCONT', handler);
      return () => void process.off('SIGCONT', handler);
    },
  });
  const session = await startSession(context, { probeHealthy: true });
  const guide = new Guide(cli, context, session, prompter, { style, kubectl, screen });
  await guide.probe({ attempts: patientAttempts });
  screen.out(`\nIn another terminal:\n  ${kubeconfigLine(io, context.cluster.kubeconfig)}\n`);
  await guide.open();
  for (;;) {
    screen.gap();
    screen.out(`${style.dim(keysLine(style))}\n`);
    const line = await prompter.line(`${session.state.page + 1}/${context.scenario.pages.length} (enter: next) > `);
    const action: Action = line === undefined ? { do: 'quit' } : readAction(line);
    if (action.do === 'quit') {
      // Ctrl-D leaves the prompt standing.
      if (line === undefined) screen.out('\n');
      return EXIT.ok;
    }
    await guide.act(action);
  }
}

class Guide {
  readonly #cli: Cli;
  readonly #context: LabContext;
  readonly #session: Session;
  readonly #prompter: Prompter;
  readonly #options: Required<GuidedOptions>;
  /** Commands of the open page that `t` has not typed yet. */
  #untyped: CommandPart[] = [];

  constructor(cli: Cli, context: LabContext, session: Session, prompter: Prompter, options: Required<GuidedOptions>) {
    this.#cli = cli;
    this.#context = context;
    this.#session = session;
    this.#prompter = prompter;
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#session.open();
    this.#untyped = [];
    for (const part of this.#session.parts()) {
      if (part.kind === 'prose') this.#context.emit({ type: 'prose-shown', markdown: part.markdown });
      else if (part.kind === 'question') await this.#askQuestion(part.question);
      else {
        this.#untyped.push(part);
        this.#write(
          `${part.command.text
            .split('\n')
            .map((line) => `    ${this.#options.style.code(line)}`)
            .join('\n')}\n\n`,
        );
      }
    }
  }

  probe(options?: ProbesOptions): Promise<void> {
    return this.#waiting(`asking whether ${symptomOf(this.#context.scenario).says}`, () =>
      this.#session.probe('symptom', options),
    );
  }

  async act(action: Action): Promise<void> {
    try {
      await this.#perform(action);
    } catch (error) {
      this.#cli.io.signal.throwIfAborted();
      if (!(error instanceof LabError)) throw error;
      this.#options.screen.progress(formatError(error));
    }
  }

  async #perform(action: Action): Promise<void> {
    switch (action.do) {
      case 'next':
      case 'back':
        if (await this.#session.turn(action.do === 'next' ? 1 : -1)) await this.open();
        else
          this.#write(
            action.do === 'next' ? 'That was the last page. v verifies, q leaves.\n' : 'This is the first page.\n',
          );
        return;
      case 'again':
        return this.open();
      case 'hint':
        return this.#hint();
      case 'verify': {
        const { solved } = await this.#waiting(checking, () => this.#session.verify());
        this.#write(
          solved
            ? `${this.#options.style.good('SOLVED')}: every check passes. enter reads on.\n`
            : 'Not solved yet. Nothing is lost: look at the first FAIL, or take a hint (h).\n',
        );
        return;
      }
      case 'probe':
        return this.probe();
      case 'type':
        return this.#type();
      case 'reset':
        if (await this.#prompter.confirm('Back to the broken state? Your changes will be discarded.'))
          await this.#session.reset();
        return;
      case 'list':
        return this.#list();
      case 'help':
        return this.#write(helpText);
      case 'why':
        return this.#why(action.rest);
      case 'command': {
        const text = await this.#readHereDocument(action.text);
        if (text === undefined) return this.#write('\nGiven up: nothing was run.\n');
        return runInFront(this.#cli, this.#context.cluster.kubeconfig, this.#options.kubectl, text);
      }
      case 'unknown':
        return this.#write(
          `"${action.text}" is neither a key nor a kubectl command: ? shows the keys.\nFor everything else use another terminal.\n`,
        );
      case 'quit':
        return;
    }
  }

  async #askQuestion({ text, options }: Extract<PagePart, { kind: 'question' }>['question']): Promise<void> {
    for (;;) {
      const chosen = await this.#prompter.choose(
        text,
        options.map((option) => option.text),
      );
      if (chosen === undefined) return;
      if (options[chosen]?.right) return this.#write(`${this.#options.style.good('Right.')}\n\n`);
      this.#write(
        'Not quite. Hold it against what you saw: who is hit, who is spared, and whether anybody answered. Try again.\n',
      );
    }
  }

  /** `kubectl apply -f - <<EOF` goes on until its delimiter, as in a shell; undefined where it is given up before. */
  async #readHereDocument(first: string): Promise<string | undefined> {
    const delimiter = /<<-?\s*(['"]?)([A-Za-z_]\w*)\1\s*$/.exec(first)?.[2];
    if (!delimiter) return first;
    const lines = [first];
    while (lines.at(-1) !== delimiter) {
      const line = await this.#prompter.more('> ');
      if (line === undefined) return undefined;
      lines.push(line.replace(/\r$/, ''));
    }
    return lines.join('\n');
  }

  async #hint(): Promise<void> {
    const { hints } = this.#context.scenario;
    const { hintsTaken } = this.#session.state;
    const last = hintsTaken === hints.length - 1;
    if (hintsTaken >= hints.length) return this.#write('There are no more hints: the last one was the solution.\n');
    const what = last ? 'The next hint is the solution. Show it?' : `Show hint ${hintsTaken + 1} of ${hints.length}?`;
    if (await this.#prompter.confirm(what)) await this.#session.hint();
  }

  async #type(): Promise<void> {
    const part = this.#untyped.shift();
    if (part) await this.#session.play(part);
    else if (this.#session.page.parts.some(({ kind }) => kind === 'command'))
      this.#write('Every command of this page has been typed.\n');
    else this.#write('This page has no command to type. enter reads on.\n');
  }

  #list(): void {
    const { pages } = this.#context.scenario;
    const here = this.#session.state.page;
    this.#write(pages.map(({ title }, i) => `${i === here ? '>' : ' '} ${i + 1}. ${title}\n`).join(''));
  }

  async #why(rest: string): Promise<void> {
    const { io, run } = this.#cli;
    const { screen } = this.#options;
    const words = rest === '' ? whyCommand(symptomOf(this.#context.scenario)).split(' ').slice(2) : rest.split(/\s+/);
    const env = { ...io.env, [kubeconfigVariable]: this.#context.cluster.kubeconfig };
    const { isTTY = false, columns = 80 } = io.stdout;
    const stdout = { write: (chunk: string | Uint8Array) => screen.out(String(chunk)), isTTY, columns };
    await this.#waiting(checking, () => run(['why', ...words], { ...io, env, stdout }));
  }

  async #waiting<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.#options.screen.busy(what);
    try {
      return await work();
    } finally {
      this.#options.screen.idle();
    }
  }

  #write(text: string): void {
    this.#options.screen.out(text);
  }
}
