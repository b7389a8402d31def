/** How the API server says no: the Status bodies that HTTP itself gives rise to, worded as Kubernetes words them. */
import { failure } from '../machinery/status.ts';
import type { StatusError } from '../machinery.ts';

export function unauthorized(): StatusError {
  return failure(401, 'Unauthorized', 'Unauthorized');
}

/** An unknown resource of a group that is served. */
export function noSuchResource(): StatusError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function notAcceptable(accepted: readonly string[]): StatusError {
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return failure(415, 'UnsupportedMediaType', message);
}

/** Said plainly instead of played badly: a proxied request would have to pass the policies between node and pod. */
export function noProxy(): StatusError {
  const message = 'the embedded cluster does not proxy to pods, services and nodes: use kubectl port-forward';
  return failure(503, 'ServiceUnavailable', message);
}

/** Bytes; kube-apiserver's --max-request-bytes default. */
export const bodyLimit = 3_145_728;

export function bodyTooLarge(): StatusError {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyLimit}`);
}

/** A list or watch from the future; apimachinery's NewTooLargeResourceVersionError. */
export function versionTooLarge(wanted: number, current: number): StatusError {
  return failure(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** A watch from before the oldest event that is still known. */
export function versionExpired(wanted: number, oldest: number): StatusError {
  return failure(410, 'Expired', `too old resource version: ${wanted} (${oldest})`);
}

export function internalError(cause: unknown): StatusError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}
