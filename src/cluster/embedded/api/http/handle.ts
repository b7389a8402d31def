/** One request from the first byte to the last: who asks, what for, the answer, and a Status for everything that goes wrong. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { failure, methodNotAllowed } from '../machinery/status.ts';
import { StatusError } from '../machinery.ts';
import { authenticate, impersonation } from './authenticate.ts';
import { authorize, forbidden } from './authorize.ts';
import { dispatch } from './dispatch.ts';
import { internalError, noSuchResource } from './refusals.ts';
import { type ApiRequest, header, type ServerContext, type Upgrade, type User } from './request.ts';
import { parsePath } from './request-path.ts';
import { respond, respondError, warningHeader } from './respond.ts';

/** Never rejects. `origin` is the server's own URL; `report` hears of bugs. */
export async function handle(
  raw: IncomingMessage,
  response: ServerResponse,
  upgrade: Upgrade | undefined,
  origin: string,
  context: ServerContext,
  report: (error: unknown) => void,
): Promise<void> {
  const { path, query } = splitUrl(raw.url ?? '/');
  try {
    refuseForeignOrigin(raw, origin);
    const user = actingUser(raw, context);
    const target = parsePath(path);
    if (!target) throw noSuchResource();
    if (!knownMethods.has(raw.method ?? '')) throw methodNotAllowed();
    const warnings = new Set<string>();
    const request: ApiRequest = {
      method: raw.method ?? 'GET',
      path,
      query,
      raw,
      user,
      // At once, as the real server does: a refusal carries the warnings that came before it.
      warn(text) {
        warnings.add(text);
        if (!response.headersSent) response.setHeader('Warning', [...warnings].map(warningHeader));
      },
      ...(upgrade && { upgrade }),
    };
    const reply = await dispatch(request, response, target, context);
    await respond(request, response, reply, context);
  } catch (error) {
    if (!(error instanceof StatusError) && !isDisconnect(error)) report(error);
    const status = error instanceof StatusError ? error : internalError(error);
    await refuse(raw, query, response, status).catch(report);
  }
  // A body that nobody wanted must not block the next request on this connection.
  if (!raw.readableEnded) raw.resume();
}

const knownMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

async function refuse(
  raw: IncomingMessage,
  query: URLSearchParams,
  response: ServerResponse,
  error: StatusError,
): Promise<void> {
  if (response.headersSent || response.socket?.destroyed) {
    response.destroy();
    return;
  }
  await respondError({ raw, query }, response, error);
}

function isDisconnect(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function splitUrl(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  return { path, query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)) };
}

/** A page of another site in the user's browser must not act with the user's client certificate. */
function refuseForeignOrigin(raw: IncomingMessage, own: string): void {
  const origin = header(raw, 'origin');
  const site = header(raw, 'sec-fetch-site');
  const isForeign =
    origin !== undefined ? origin !== own && origin !== `https://${header(raw, 'host')}` : site === 'cross-site';
  const isAnonymous =
    header(raw, 'authorization') === undefined && !('authorized' in raw.socket && raw.socket.authorized === true);
  if (isForeign && !isAnonymous) {
    throw failure(
      403,
      'Forbidden',
      `forbidden: requests from the origin ${origin ?? 'of another site'} are not accepted`,
      {},
    );
  }
}

/** The user who counts: the authenticated one, or whom that one may impersonate. Throws 401, 403. */
function actingUser(raw: IncomingMessage, context: ServerContext): User {
  const { machinery, tokens } = context;
  const user = authenticate(raw, machinery, tokens);
  const acted = impersonation(raw);
  if (!acted) return user;
  for (const { group, resource, namespace, name } of acted.asks) {
    const attributes = {
      type: 'resource',
      verb: 'impersonate',
      group,
      resource,
      name,
      ...(namespace !== undefined && { namespace }),
    } as const;
    const decision = authorize(user, attributes, machinery);
    if (!decision.allowed) throw forbidden(user, attributes, decision);
  }
  return acted.user;
}
