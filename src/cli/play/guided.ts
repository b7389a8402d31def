/** A guided session with a person: a page, a prompt, an action, until they leave. Nothing punishes a wrong try. */
import { EXIT, type ExitCode } from '../../kit/errors.ts';
import type { LabContext } from '../../runner/context.ts';
import { patientAttempts } from '../../runner/run-probes.ts';
import { startSession } from '../../runner/session.ts';
import type { Style } from '../../ui/style.ts';
import { type Action, keysLine, readAction } from '../../ui/terminal/keys.ts';
import { createPrompter } from '../../ui/terminal/prompter.ts';
import type { Screen } from '../../ui/terminal/screen.ts';
import { type Cli, screenOn } from '../cli.ts';
import { kubeconfigLine } from '../clusters/kubeconfig-line.ts';
import type { KubectlChoice } from '../commands/options.ts';
import { joinSession } from './earlier-session.ts';
import { Guide } from './guide.ts';

export interface GuidedOptions {
  readonly style: Style;
  readonly kubectl: KubectlChoice;
  /** Where the session's events are told as well; default: one of its own on the terminal. */
  readonly screen?: Screen;
  /** The cluster outlives the session: there may be an earlier one on it. Default false. */
  readonly lasting?: boolean;
}

/** Leaving is no failure. */
export async function playGuided(cli: Cli, context: LabContext, options: GuidedOptions): Promise<ExitCode> {
  const { io } = cli;
  const { style, kubectl, screen = screenOn(io, style), lasting = false } = options;
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
  screen.idle();
  const joined = lasting
    ? await joinSession(context, prompter, screen.out)
    : { session: await startSession(context, { probeHealthy: true }), resumed: false };
  if (!joined) return EXIT.ok;
  const guide = new Guide(cli, context, joined.session, prompter, { style, kubectl, screen });
  await guide.probe(joined.resumed ? {} : { attempts: patientAttempts });
  screen.out(`\nIn another terminal:\n  ${kubeconfigLine(io, context.cluster.kubeconfig)}\n`);
  await guide.open();
  for (;;) {
    screen.gap();
    screen.out(`${style.dim(keysLine(style))}\n`);
    const line = await prompter.line(
      `${joined.session.state.page + 1}/${context.scenario.pages.length} (enter: next) > `,
    );
    const action: Action = line === undefined ? { do: 'quit' } : readAction(line);
    if (action.do === 'quit') {
      // Ctrl-D leaves the prompt standing.
      if (line === undefined) screen.out('\n');
      return EXIT.ok;
    }
    await guide.act(action);
  }
}
