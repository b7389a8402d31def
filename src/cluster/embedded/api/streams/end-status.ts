/** How an exec or attach ended, as the Status on its error channel says it (client-go reads the exit code from there). */
import type { Status } from '../../../../kube/objects.ts';
import type { StartError } from '../../runtime.ts';

export type EndStatus = Pick<Status, 'metadata' | 'status' | 'message' | 'reason' | 'details' | 'code'>;

export function endedStatus(exitCode: number): EndStatus {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** containerd and runc refuse before there is a process; kubectl prints the message and exits 1. */
export function startFailedStatus(error: StartError, execId: string): EndStatus {
  const refusal = 'error executing command in container: failed to exec in container: failed to start exec';
  return internal(error.message.startsWith(refusal) ? error.message : `${refusal} "${execId}": ${error.message}`);
}

/**
 * The API server translates WebSockets to the kubelet's SPDY, and an error that is no exit code passes through its own
 * wrapping once more: over WebSockets people read "Internal error occurred: Internal error occurred: …".
 */
export function translatedStatus(status: EndStatus): EndStatus {
  return status.reason === 'InternalError' ? internal(status.message ?? '') : status;
}

export function failedStatus(cause: unknown): EndStatus {
  return internal(cause instanceof Error ? cause.message : String(cause));
}

function internal(message: string): EndStatus {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}
