/** What a watch sends: one JSON line per change that concerns its selection, until the client goes, time is up or the server closes. */

import type { ServerResponse } from 'node:http';
import { onAbort } from '../../../../kit/on-abort.ts';
import type { Hold } from '../../../../kit/virtual-clock.ts';
import type { KubeObject } from '../../../../kube/objects.ts';
import { invalid } from '../machinery/status.ts';
import type { ServedType, StoreEvent } from '../machinery.ts';
import { forbiddenField } from '../validation/field-error.ts';
import { type Form, negotiateStream } from './negotiate.ts';
import { requestedVersion } from './read.ts';
import { versionExpired } from './refusals.ts';
import { type ApiRequest, flag, header, type Reply, type ServerContext, wholeNumber } from './request.ts';
import { apiVersionOf } from './respond.ts';
import { type Selection, selectionOf } from './selection.ts';
import { tableOf } from './table-form.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

const bookmarkEveryMs = 60_000;
/** kube-apiserver ends watches after 30 to 60 minutes (--min-request-timeout) when the client names no time. */
const shortestMs = 1_800_000;
/** A client that does not read is cut off at this many unsent bytes. */
const backlogLimit = 64 * 1024 * 1024;

/** Throws StatusError before the first byte; afterwards errors are events. */
export function watch(
  request: ApiRequest,
  response: ServerResponse,
  type: ServedType,
  namespace: string | undefined,
  context: ServerContext,
): Reply {
  const { query } = request;
  const selection = selectionOf(type, query);
  const form = negotiateStream(header(request.raw, 'accept'));
  const since = requestedVersion(query);
  const initial = flag(query, 'sendInitialEvents');
  if (query.has('sendInitialEvents') && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    throw invalid('meta.k8s.io', 'ListOptions', '', [
      forbiddenField('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    ]);
  }
  const stream = new WatchStream(request, response, type, form, context);
  const { machinery } = context;
  const concerns = (object: KubeObject): boolean => namespace === undefined || object.metadata.namespace === namespace;
  if (initial || since === 0) {
    const objects = machinery.list(type.id, namespace).filter((object) => selection.matches(object));
    for (const object of objects) stream.send('ADDED', object);
    if (initial) stream.bookmark(true);
  } else {
    const missed = machinery.eventsSince(type.id, since);
    if (missed === 'expired') {
      stream.fail(versionExpired(since, machinery.resourceVersion).status as unknown as KubeObject);
      return { type: 'taken' };
    }
    for (const event of missed) if (concerns(event.object)) relay(stream, selection, event);
  }
  stream.follow(
    machinery.subscribe(type.id, (event) => {
      if (event.resourceVersion > since && concerns(event.object)) relay(stream, selection, event);
    }),
  );
  return { type: 'taken' };
}

/** An object that stops matching is gone for this watch, one that starts is new. */
function relay(stream: WatchStream, selection: Selection, event: StoreEvent): void {
  const { object, previous } = event;
  const isIn = event.type !== 'DELETED' && selection.matches(object);
  const wasIn = event.type !== 'ADDED' && selection.matches(previous ?? object);
  if (isIn) stream.send(wasIn ? 'MODIFIED' : 'ADDED', object);
  else if (wasIn && event.type === 'DELETED') stream.send('DELETED', object);
  else if (wasIn) stream.send('DELETED', asOf(previous ?? object, event.resourceVersion));
}

/** The real server sends what the object last looked like to this watch, at the version that took it away. */
function asOf(object: KubeObject, resourceVersion: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } };
}

class WatchStream {
  readonly #request: ApiRequest;
  readonly #response: ServerResponse;
  readonly #type: ServedType;
  readonly #form: Form;
  readonly #context: ServerContext;
  #columnsSent = false;
  #hold: Hold | undefined;

  constructor(request: ApiRequest, response: ServerResponse, type: ServedType, form: Form, context: ServerContext) {
    this.#request = request;
    this.#response = response;
    this.#type = type;
    this.#form = form;
    this.#context = context;
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
    response.flushHeaders();
  }

  send(event: EventType, object: KubeObject): void {
    this.#write(event, this.#shape(object));
  }

  bookmark(initialEventsEnd: boolean): void {
    const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    const resourceVersion = String(this.#context.machinery.resourceVersion);
    this.#write('BOOKMARK', {
      kind: this.#type.kind,
      apiVersion: apiVersionOf(this.#type),
      metadata: { resourceVersion, ...annotations },
    });
  }

  fail(status: unknown): void {
    this.#write('ERROR', status);
    this.#response.end();
  }

  /** Keeps the stream open until somebody ends it, then calls `dispose`. */
  follow(dispose: () => void): void {
    const { wallClock, hold, closing } = this.#context;
    const response = this.#response;
    this.#hold = hold();
    this.#hold.told();
    const seconds = wholeNumber(this.#request.query, 'timeoutSeconds');
    const timeoutMs = seconds ? seconds * 1000 : shortestMs * (1 + this.#context.random.next());
    const end = (): void => {
      response.end();
    };
    const timeout = wallClock.after(timeoutMs, end);
    let next = wallClock.after(bookmarkEveryMs, () => tick());
    const tick = (): void => {
      this.bookmark(false);
      next = wallClock.after(bookmarkEveryMs, tick);
    };
    if (!flag(this.#request.query, 'allowWatchBookmarks')) next.cancel();
    const forget = onAbort(closing, end);
    response.once('close', () => {
      dispose();
      this.#hold?.release();
      timeout.cancel();
      next.cancel();
      forget();
    });
    if (response.destroyed) response.emit('close');
  }

  #shape(object: KubeObject): unknown {
    if (this.#form.shape === 'partial') {
      return {
        kind: 'PartialObjectMetadata',
        apiVersion: `meta.k8s.io/${this.#form.version}`,
        metadata: object.metadata,
      };
    }
    if (this.#form.shape !== 'table') return this.#context.machinery.convert(object, apiVersionOf(this.#type));
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    const table = tableOf(this.#type, [object], metadata, this.#form, this.#request, this.#context);
    if (this.#columnsSent) return { ...table, columnDefinitions: null };
    this.#columnsSent = true;
    return table;
  }

  #write(type: EventType, object: unknown): void {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    this.#response.write(`${JSON.stringify({ type, object })}\n`);
    this.#hold?.told();
    if (this.#response.writableLength > backlogLimit) this.#response.destroy();
  }
}
