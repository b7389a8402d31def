/**
 * What an earlier session has left on a cluster that outlives its sessions, be it that its player left, or that it crashed:
 * resumed, started again, removed or left alone, as its player says. Nothing of it is discarded unasked.
 */
import { clearLab, rememberBefore } from '../../runner/clear-lab.ts';
import type { LabContext } from '../../runner/context.ts';
import { resumeSession, type Session, startSession } from '../../runner/session.ts';
import { type LabState, readState } from '../../runner/state.ts';
import type { Prompter } from '../../ui/terminal/prompter.ts';

export interface Joined {
  readonly session: Session;
  readonly resumed: boolean;
}

/** undefined where its player wants to leave. */
export async function joinSession(
  context: LabContext,
  prompter: Prompter,
  out: (text: string) => void,
): Promise<Joined | undefined> {
  const earlier = await readState(context.client);
  if (earlier) out(`An earlier session is on this cluster: ${describe(earlier)}.\n`);
  const choice = earlier ? await ask(earlier, context, prompter) : 'start';
  switch (choice) {
    case 'resume':
      return { session: await resumeSession(context), resumed: true };
    case 'start':
      await makeRoom(context);
      return { session: await startSession(context, { probeHealthy: true }), resumed: false };
    case 'remove':
      await clearLab(context);
      out('Removed: the cluster is as it was before.\n');
      return undefined;
    case 'leave':
      return undefined;
  }
}

/** Clears what is left, and remembers what is not ours. Returns the scenario that was cleared away. */
export async function makeRoom(context: LabContext): Promise<string | undefined> {
  const cleared = await clearLab(context);
  await rememberBefore(context);
  return cleared;
}

type Choice = 'resume' | 'start' | 'remove' | 'leave';

async function ask(earlier: LabState, { scenario }: LabContext, prompter: Prompter): Promise<Choice> {
  const choices: readonly (readonly [Choice, string])[] =
    earlier.scenario === scenario.id
      ? [
          ['resume', 'resume it where it was left'],
          ['start', 'start again: what was changed is discarded'],
          ['remove', 'remove it and leave'],
          ['leave', 'leave it as it is'],
        ]
      : [
          ['start', `remove it and play ${scenario.id}`],
          ['leave', 'leave it as it is'],
        ];
  const chosen = await prompter.choose(
    'What shall become of it?',
    choices.map(([, text]) => text),
  );
  return choices[chosen ?? choices.length - 1]?.[0] ?? 'leave';
}

function describe({ scenario, page, hintsTaken, phase }: LabState): string {
  const hints = hintsTaken === 0 ? 'no hint' : hintsTaken === 1 ? '1 hint' : `${hintsTaken} hints`;
  return `${scenario}, page ${page + 1}, ${hints} taken, ${phase === 'fixed' ? 'solved' : 'not solved'}`;
}
