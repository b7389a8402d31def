/** Replies of the small HTTP servers that images bring along: text, with the headers of Go's net/http. */
import type { Process } from '../../../shell/process.ts';
import type { Reply } from '../net/http-server.ts';
import { httpDate, utf8 } from '../net/http-wire.ts';

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  302: 'Found',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  412: 'Precondition Failed',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export function goReply(process: Process, body: string, status = 200, type = 'text/plain; charset=utf-8'): Reply {
  const bytes = utf8(body);
  return {
    status,
    reason: reasons[status] ?? 'Status',
    headers: [
      ['Date', httpDate(process.clock.now())],
      ['Content-Length', String(bytes.length)],
      ['Content-Type', type],
    ],
    body: bytes,
  };
}

/** `2026/11/21 01:33:15`, as Go's log package. */
export function goTime(process: Process): string {
  return new Date(process.clock.now()).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}
