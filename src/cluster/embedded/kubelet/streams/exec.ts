/** `kubectl exec`: a program beside the container's first process, through a terminal where one was asked for. */
import { type ExecOptions, type ExecProcess, StartError } from '../../runtime.ts';
import type { ContainerRecord } from '../container-record.ts';
import { containerNotFound } from './targets.ts';

export type StreamIo = Omit<ExecOptions, 'argv' | 'urgent'>;

/** Throws StatusError 500 where nothing runs, StartError in runc's words where there is no such program. */
export function exec(
  record: ContainerRecord | undefined,
  container: string,
  argv: readonly string[],
  io: StreamIo,
): ExecProcess {
  const { instance } = record ?? {};
  if (!instance) throw containerNotFound(container);
  try {
    return instance.running.exec({ ...io, argv, urgent: true });
  } catch (error) {
    if (!(error instanceof StartError) || error.message.startsWith('OCI runtime ')) throw error;
    const prefix = 'OCI runtime exec failed: exec failed: unable to start container process: ';
    throw new StartError(`${prefix}${error.message}`, error.exitCode);
  }
}
