/**
 * A guided session as a state machine: healthy, broken, then whatever the learner does until every check passes. Each action
 * is one method; what happens is told by events; what must outlive the terminal is written to the cluster.
 */
import { LabError } from '../kit/errors.ts';
import type { Page, PagePart } from '../scenario/model.ts';
import type { LabContext } from './context.ts';
import { timed } from './context.ts';
import { pageVariables } from './page-variables.ts';
import { fillVariables, type PageVariables, type PlayedCommand, playCommand } from './play-command.ts';
import { type ProbesOptions, patientAttempts, runProbes } from './run-probes.ts';
import { makeBroken, makeHealthy, previewReset, type ResetResult, resetToBroken } from './set-phase.ts';
import { type LabState, readState, startState, writeState } from './state.ts';
import { symptomOf } from './symptom.ts';
import { type Verification, verifyFix } from './verify.ts';
import { type WatchOptions, watchFix } from './watch-fix.ts';

export interface Session {
  readonly state: LabState;
  readonly page: Page;
  /** Turns pages; false at the last (or first) one. */
  turn(by: 1 | -1): Promise<boolean>;
  open(): void;
  /** A page's prose and commands with their variables filled in. */
  parts(): readonly PagePart[];
  play(part: Extract<PagePart, { kind: 'command' }>): Promise<PlayedCommand>;
  /** Runs the probe that shows the symptom, or all. */
  probe(which: 'symptom' | 'all', options?: ProbesOptions): Promise<void>;
  verify(): Promise<Verification>;
  /** The next hint; undefined when all are taken. */
  hint(): Promise<string | undefined>;
  reset(): Promise<void>;
  /** What `reset` would discard and restore. */
  changes(): Promise<Pick<ResetResult, 'discarded' | 'restored'>>;
  /** Verifies, and again whenever something changes, until every check passes. Rejects with the signal's reason. */
  watch(options: WatchOptions): Promise<void>;
}

/** Brings the scenario into its broken state. `probeHealthy` also shows that everything worked before. */
export async function startSession(context: LabContext, { probeHealthy = false } = {}): Promise<Session> {
  const { scenario, client, cluster } = context;
  context.emit({ type: 'session-opened', scenario, cluster: cluster.name, kubeconfig: cluster.kubeconfig });
  await makeHealthy(context);
  if (probeHealthy) await runProbes(context, 'healthy', [symptomOf(scenario)], { attempts: patientAttempts });
  const { baseline } = await makeBroken(context);
  const state = startState(scenario, baseline);
  await writeState(client, state);
  return new GuidedSession(context, state, await pageVariables(context));
}

/** Joins the session that is running in the cluster. Throws LabError ERR_STATE when there is none, or of another scenario. */
export async function resumeSession(context: LabContext): Promise<Session> {
  const state = await readState(context.client);
  if (state?.scenario !== context.scenario.id) {
    throw new LabError('ERR_STATE', `no session of ${context.scenario.id} is running on this cluster`, {
      details: state ? `${state.scenario} is running` : 'nothing is running',
      cure: `netpol-lab start ${context.scenario.id}`,
    });
  }
  return new GuidedSession(context, state, await pageVariables(context));
}

class GuidedSession implements Session {
  state: LabState;
  readonly #context: LabContext;
  readonly #variables: PageVariables;

  constructor(context: LabContext, state: LabState, variables: PageVariables) {
    this.#context = context;
    this.#variables = variables;
    this.state = state;
  }

  get page(): Page {
    const { pages } = this.#context.scenario;
    const page = pages[Math.min(this.state.page, pages.length - 1)];
    if (!page) throw new LabError('ERR_SCENARIO_INVALID', 'the scenario has no pages');
    return page;
  }

  async turn(by: 1 | -1): Promise<boolean> {
    const page = this.state.page + by;
    if (page < 0 || page >= this.#context.scenario.pages.length) return false;
    await this.#save({ page }, `page ${page + 1}`);
    return true;
  }

  open(): void {
    const { pages } = this.#context.scenario;
    this.#context.emit({ type: 'page-opened', page: this.page, number: this.state.page + 1, count: pages.length });
  }

  parts(): readonly PagePart[] {
    return this.page.parts.map((part) =>
      part.kind === 'command'
        ? { ...part, command: { ...part.command, text: fillVariables(part.command.text, this.#variables) } }
        : part,
    );
  }

  play({ command }: Extract<PagePart, { kind: 'command' }>): Promise<PlayedCommand> {
    return playCommand(this.#context, command, this.#variables);
  }

  async probe(which: 'symptom' | 'all', options?: ProbesOptions): Promise<void> {
    const { scenario } = this.#context;
    const phase = this.state.phase === 'fixed' ? 'fixed' : 'broken';
    await runProbes(this.#context, phase, which === 'all' ? scenario.probes : [symptomOf(scenario)], options);
  }

  async verify(): Promise<Verification> {
    const verification = await verifyFix(this.#context);
    const phase = verification.solved ? 'fixed' : 'broken';
    const failed = verification.reports.filter(({ result }) => result.status !== 'pass').map(({ result }) => result.id);
    await this.#save({ phase }, verification.solved ? 'verified: solved' : `verified: not yet (${failed.join(', ')})`);
    return verification;
  }

  async hint(): Promise<string | undefined> {
    const { hints } = this.#context.scenario;
    const text = hints[this.state.hintsTaken];
    if (text === undefined) return undefined;
    const number = this.state.hintsTaken + 1;
    await this.#save({ hintsTaken: number }, `hint ${number}`);
    this.#context.emit({ type: 'hint-given', number, count: hints.length, text });
    return text;
  }

  async reset(): Promise<void> {
    const { baseline, discarded, restored } = await timed(this.#context, 'reset', () =>
      resetToBroken(this.#context, this.state.baseline),
    );
    await this.#save({ baseline, phase: 'broken' }, 'reset');
    this.#context.emit({ type: 'reset-done', discarded, restored });
  }

  changes(): Promise<Pick<ResetResult, 'discarded' | 'restored'>> {
    return previewReset(this.#context, this.state.baseline);
  }

  watch(options: WatchOptions): Promise<void> {
    return watchFix(this.#context, () => this.verify(), options);
  }

  async #save(change: Partial<LabState>, entry: string): Promise<void> {
    // Another terminal may have verified or taken a hint meanwhile.
    const current = (await readState(this.#context.client)) ?? this.state;
    this.state = { ...current, ...change, log: [...current.log, entry] };
    await writeState(this.#context.client, this.state);
  }
}
