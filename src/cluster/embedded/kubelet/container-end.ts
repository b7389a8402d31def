/** Notes the end of a container's first process: exit status, reason, message, log; then lets the worker decide what follows. */
import type { RunningContainer } from '../runtime.ts';
import type { ContainerLog } from './container-log.ts';
import { type ContainerRecord, specOf } from './container-record.ts';
import { type KubeletContext, type PodState, retryAfter } from './pod-state.ts';

interface Started {
  readonly id: string;
  readonly running: RunningContainer;
  readonly startedMs: number;
  readonly log: ContainerLog;
}

/** The kubelet lists containers once a second and sees an end only then; half of that on average. */
const relistMs = 400;

/** Resolves when the end is in the record. */
export async function watchEnd(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  started: Started,
): Promise<void> {
  const exitCode = await started.running.exited;
  started.log.end();
  if (record.instance?.id !== started.id) return;
  state.probes.get(record)?.();
  state.probes.delete(record);
  record.instance.input.stdin?.sink.close();
  record.instance = undefined;
  record.started = false;
  record.ready = false;
  record.state = {
    kind: 'terminated',
    id: started.id,
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    message: lastWords(state, record, exitCode, started),
    startedMs: started.startedMs,
    finishedMs: context.clock.now(),
  };
  if (!state.stopping.signal.aborted) retryAfter(context, state, relistMs);
}

/** What it wrote to its termination log; else, with policy FallbackToLogsOnError, the end of its log, 80 lines or 2 KiB. */
function lastWords(
  state: PodState,
  record: ContainerRecord,
  exitCode: number,
  { running, log }: Started,
): string | undefined {
  const spec = specOf(state.pod, record);
  const path = spec?.terminationMessagePath || '/dev/termination-log';
  const written = Buffer.from(running.readFile(path)?.subarray(0, 4096) ?? []).toString('utf8');
  if (written !== '' || exitCode === 0 || spec?.terminationMessagePolicy !== 'FallbackToLogsOnError')
    return written || undefined;
  const text = log.entries
    .slice(-80)
    .map(({ bytes }) => Buffer.from(bytes).toString('utf8'))
    .join('');
  return text.slice(-2048) || undefined;
}
