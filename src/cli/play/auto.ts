/** Plays a whole walk without asking: every page, every command with its output, and the verification at the end. */
import { EXIT, type ExitCode } from '../../kit/errors.ts';
import type { LabContext } from '../../runner/context.ts';
import { patientAttempts } from '../../runner/run-probes.ts';
import { startSession } from '../../runner/session.ts';
import { verifyFix } from '../../runner/verify.ts';

/** Exit 1 when a command did not show what its page says, or the walk does not end solved. */
export async function playAuto(context: LabContext, out: (text: string) => void): Promise<ExitCode> {
  const session = await startSession(context, { probeHealthy: true });
  await session.probe('symptom', { attempts: patientAttempts });
  let unexpected = 0;
  do {
    session.open();
    for (const part of session.parts()) {
      context.signal.throwIfAborted();
      if (part.kind === 'prose') context.emit({ type: 'prose-shown', markdown: part.markdown });
      else if (part.kind === 'question') {
        context.emit({ type: 'question-asked', question: part.question });
        const answer = part.question.options.findIndex(({ right }) => right) + 1;
        out(`The answer is ${answer}.\n\n`);
      } else unexpected += (await session.play(part)).problems.length;
    }
  } while (await session.turn(1));
  const { solved } = await verifyFix({ ...context, emit: () => undefined });
  out(
    `${solved ? 'SOLVED' : 'NOT SOLVED'} ${context.scenario.id}${unexpected > 0 ? `, but ${unexpected} outcomes differ from the pages` : ''}\n`,
  );
  return solved && unexpected === 0 ? EXIT.ok : EXIT.checksFailed;
}
