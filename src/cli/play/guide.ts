/** One action of a guided session at a time: a key, a command, a question of a page. What happens is told by events and lines. */
import { formatError, LabError } from '../../kit/errors.ts';
import type { LabContext } from '../../runner/context.ts';
import { whyCommand } from '../../runner/explain.ts';
import type { ProbesOptions } from '../../runner/run-probes.ts';
import type { Session } from '../../runner/session.ts';
import { symptomOf } from '../../runner/symptom.ts';
import type { PagePart } from '../../scenario/model.ts';
import { didYouMean } from '../../scenario/nearest.ts';
import type { Style } from '../../ui/style.ts';
import { type Action, helpText, keyNames } from '../../ui/terminal/keys.ts';
import type { Prompter } from '../../ui/terminal/prompter.ts';
import type { Screen } from '../../ui/terminal/screen.ts';
import { wrap } from '../../ui/terminal/wrap.ts';
import type { Cli } from '../cli.ts';
import { kubeconfigVariable } from '../clusters/target.ts';
import type { KubectlChoice } from '../commands/options.ts';
import { rememberSolved } from '../progress.ts';
import { readHereDocument } from './here-document.ts';
import { nextLine } from './next-scenario.ts';
import { runInFront } from './run-in-front.ts';

export interface GuideOptions {
  readonly style: Style;
  readonly kubectl: KubectlChoice;
  readonly screen: Screen;
}

const checking = 'checking by traffic: silence takes a few seconds to be sure of';

type CommandPart = Extract<PagePart, { kind: 'command' }>;

export class Guide {
  readonly #cli: Cli;
  readonly #context: LabContext;
  readonly #session: Session;
  readonly #prompter: Prompter;
  readonly #options: GuideOptions;
  /** Commands of the open page that `t` has not typed yet. */
  #untyped: CommandPart[] = [];

  constructor(cli: Cli, context: LabContext, session: Session, prompter: Prompter, options: GuideOptions) {
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
        if (solved) return this.#tellSolved();
        return this.#write('Not solved yet. Nothing is lost: look at the first FAIL, or take a hint (h).\n');
      }
      case 'watch':
        return this.#watch();
      case 'probe':
        return this.probe();
      case 'type':
        return this.#type();
      case 'reset':
        return this.#reset();
      case 'list':
        return this.#list();
      case 'help':
        return this.#write(this.#options.style.plain(helpText));
      case 'why':
        return this.#why(action.rest);
      case 'command': {
        const text = await readHereDocument(this.#prompter, action.text);
        if (text === undefined) return this.#write('\nGiven up: nothing was run.\n');
        return runInFront(this.#cli, this.#context.cluster.kubeconfig, this.#options.kubectl, text);
      }
      case 'unknown':
        return this.#write(
          `"${action.text}" is neither a key nor a kubectl command${didYouMean(action.text, keyNames)}: ? shows the keys.\nFor everything else use another terminal.\n`,
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
      this.#write('Not quite. Who is hit, who is spared, and did anybody answer? Try again.\n');
    }
  }

  async #hint(): Promise<void> {
    const { hints } = this.#context.scenario;
    const { hintsTaken } = this.#session.state;
    const last = hintsTaken === hints.length - 1;
    if (hintsTaken >= hints.length) return this.#write('There are no more hints: the last one was the solution.\n');
    const what = last ? 'The next hint is the solution. Show it?' : `Show hint ${hintsTaken + 1} of ${hints.length}?`;
    if (await this.#prompter.confirm(what)) await this.#session.hint();
  }

  async #tellSolved(): Promise<void> {
    const { scenario, hintsTaken } = this.#session.state;
    const next = await nextLine(scenario, await rememberSolved(this.#cli.io, scenario, hintsTaken));
    const debrief = this.#session.state.page + 1 < this.#context.scenario.pages.length ? ' enter reads on.' : '';
    this.#write(`${this.#options.style.good('SOLVED')}: every check passes.${debrief}\n${next ? `${next}\n` : ''}`);
  }

  /** Ctrl-C ends the watching and not the session. */
  async #watch(): Promise<void> {
    const { io } = this.#cli;
    const stop = new AbortController();
    const release = io.intercept(() => stop.abort());
    const signal = AbortSignal.any([stop.signal, io.signal]);
    const onWaiting = () => this.#options.screen.busy('waiting for a change: Ctrl-C ends it');
    try {
      await this.#waiting(checking, () => this.#session.watch({ signal, onWaiting }));
      await this.#tellSolved();
    } catch (error) {
      io.signal.throwIfAborted();
      if (!stop.signal.aborted) throw error;
      this.#write('Not watching any more.\n');
    } finally {
      release();
    }
  }

  async #reset(): Promise<void> {
    const { discarded, restored } = await this.#session.changes();
    if (discarded.length + restored.length === 0)
      return this.#write('Nothing was changed: the scenario is broken as at the start.\n');
    const what = [
      ...(discarded.length > 0 ? [`discard ${discarded.join(', ')}`] : []),
      ...(restored.length > 0 ? [`restore ${restored.join(', ')}`] : []),
    ];
    this.#write(`${wrap(`A reset will ${what.join(' and ')}.`, this.#options.style.columns)}\n`);
    if (await this.#prompter.confirm('Back to the broken state?')) await this.#session.reset();
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
