/** A container's output as text, all at once or as it comes (`follow`). */

import type { ServerResponse } from 'node:http';
import { onAbort } from '../../../../kit/on-abort.ts';
import type { LogQuery } from '../../runtime.ts';
import { type ApiRequest, flag, type Reply, type ServerContext, wholeNumber } from '../http/request.ts';
import { invalid } from '../machinery/status.ts';
import { forbiddenField, invalidValue } from '../validation/field-error.ts';

/** Throws StatusError (404, 400, 422) while nothing has been sent yet. */
export async function sendLogs(
  request: ApiRequest,
  response: ServerResponse,
  namespace: string,
  pod: string,
  context: ServerContext,
): Promise<Reply> {
  context.machinery.get('pods', namespace, pod);
  const query = logQuery(request.query, pod);
  const gone = new AbortController();
  const stop = () => gone.abort();
  response.once('close', stop);
  const forget = onAbort(context.closing, stop);
  const hold = query.follow ? context.hold() : undefined;
  try {
    const chunks = context.streams.logs(namespace, pod, query, gone.signal)[Symbol.asyncIterator]();
    const first = chunks.next();
    // A follower may wait long for its first line and wants the headers now; a refusal comes within this turn.
    await Promise.race([first, new Promise((resolve) => setImmediate(() => setImmediate(resolve)))]);
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache, private' });
    response.flushHeaders();
    for (let next = await first; !next.done && !gone.signal.aborted; next = await chunks.next()) {
      hold?.told();
      if (!response.write(next.value)) await room(response);
    }
  } catch (error) {
    if (!response.headersSent) throw error;
  } finally {
    hold?.release();
    forget();
  }
  response.end();
  return { type: 'taken' };
}

function room(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** Throws 422 for numbers that make no sense, as ValidatePodLogOptions does. */
function logQuery(query: URLSearchParams, pod: string): LogQuery {
  const container = query.get('container') ?? '';
  const sinceTime = query.get('sinceTime') ?? '';
  const tailLines = wholeNumber(query, 'tailLines');
  const sinceSeconds = wholeNumber(query, 'sinceSeconds');
  const limitBytes = wholeNumber(query, 'limitBytes');
  const errors = [
    ...(tailLines !== undefined && tailLines < 0
      ? [invalidValue('tailLines', tailLines, 'must be greater than or equal to 0')]
      : []),
    ...(limitBytes !== undefined && limitBytes < 1
      ? [invalidValue('limitBytes', limitBytes, 'must be greater than 0')]
      : []),
    ...(sinceSeconds !== undefined && sinceTime !== ''
      ? [forbiddenField('', 'at most one of `sinceTime` or `sinceSeconds` may be specified')]
      : []),
    ...(sinceSeconds !== undefined && sinceSeconds < 1
      ? [invalidValue('sinceSeconds', sinceSeconds, 'must be greater than 0')]
      : []),
  ];
  if (errors.length > 0) throw invalid('', 'PodLogOptions', pod, errors);
  return {
    ...(container !== '' && { container }),
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(sinceTime !== '' && { sinceTime }),
    ...(limitBytes !== undefined && { limitBytes }),
  };
}
