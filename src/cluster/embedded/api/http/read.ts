/** How objects are read: one by name, or lists with selectors, pages and consistent continuation. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { badRequest, failure } from '../machinery/status.ts';
import type { Machinery, ServedType, StoreEvent } from '../machinery.ts';
import { versionTooLarge } from './refusals.ts';
import type { ListMetadata, Reply } from './request.ts';
import { selectionOf } from './selection.ts';

/** Throws StatusError 404. */
export function readOne(
  machinery: Machinery,
  type: ServedType,
  namespace: string | undefined,
  name: string,
  query: URLSearchParams,
): Reply {
  checkNotFuture(machinery, requestedVersion(query));
  return { type: 'object', code: 200, object: machinery.get(type.id, namespace, name), served: type };
}

/** Throws StatusError for bad selectors, a bad or expired continue token, and versions from the future. */
export function readList(
  machinery: Machinery,
  type: ServedType,
  namespace: string | undefined,
  query: URLSearchParams,
): Reply {
  const selection = selectionOf(type, query);
  const limit = pageSize(query);
  const token = query.get('continue');
  const version = requestedVersion(query);
  const page = token ? parseContinue(token) : undefined;
  if (page && version > 0) throw badRequest('specifying resource version is not allowed when using continue');
  checkNotFuture(machinery, version);
  const exact = !page && query.get('resourceVersionMatch') === 'Exact' && version > 0 ? version : undefined;
  const at = page?.version ?? exact ?? machinery.resourceVersion;
  const all = listAt(machinery, type, namespace, at);
  const start = page ? all.findIndex((object) => keyOf(object) > page.start) : 0;
  const candidates = start < 0 ? [] : all.slice(start);
  const matching = selection.everything ? candidates : candidates.filter((object) => selection.matches(object));
  const items = limit > 0 ? matching.slice(0, limit) : matching;
  const last = items.at(-1);
  const left = matching.length - items.length;
  const metadata: ListMetadata = {
    resourceVersion: String(at),
    ...(left > 0 && last && { continue: formatContinue({ version: at, start: keyOf(last) }) }),
    ...(left > 0 && selection.everything && { remainingItemCount: left }),
  };
  return { type: 'list', served: type, items, metadata };
}

/** Throws StatusError as the real server: a resource version is a number, and not an API error's business. */
export function requestedVersion(query: URLSearchParams): number {
  const text = query.get('resourceVersion') ?? '';
  if (text === '') return 0;
  if (/^\d+$/.test(text)) return Number(text);
  const parse = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw failure(500, '', `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${parse}`);
}

export function checkNotFuture(machinery: Machinery, version: number): void {
  if (version > machinery.resourceVersion) throw versionTooLarge(version, machinery.resourceVersion);
}

function pageSize(query: URLSearchParams): number {
  const text = query.get('limit') ?? '';
  if (text === '') return 0;
  if (/^-?\d+$/.test(text)) return Math.max(0, Number(text));
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

interface Page {
  readonly version: number;
  /** Key of the last item that was sent. */
  readonly start: string;
}

function formatContinue({ version, start }: Page): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `${start}\0` })).toString('base64url');
}

function parseContinue(token: string): Page {
  let parsed: { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown };
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw badRequest('continue key is not valid: encoded: illegal base64 data or no JSON in it');
  }
  const { v, rv, start } = parsed ?? {};
  if (v !== 'meta.k8s.io/v1' || typeof rv !== 'number' || typeof start !== 'string') {
    throw badRequest('continue key is not valid: server does not recognize this encoded version');
  }
  return { version: rv, start: start.replace(/\0$/, '') };
}

function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name ?? ''}` : (metadata.name ?? '');
}

const expiredContinue =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** The list as it was at a version: today's with the later events undone, last first. */
function listAt(
  machinery: Machinery,
  type: ServedType,
  namespace: string | undefined,
  version: number,
): readonly KubeObject[] {
  const now = machinery.list(type.id, namespace);
  if (version >= machinery.resourceVersion) return now;
  const events = machinery.eventsSince(type.id, version);
  if (events === 'expired') throw failure(410, 'Expired', expiredContinue);
  if (events.length === 0) return now;
  const objects = new Map(now.map((object) => [keyOf(object), object]));
  for (const event of [...events].reverse()) undo(objects, event, namespace);
  return [...objects].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, object]) => object);
}

function undo(
  objects: Map<string, KubeObject>,
  { type, object, previous }: StoreEvent,
  namespace: string | undefined,
): void {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return;
  if (type === 'ADDED') objects.delete(keyOf(object));
  else objects.set(keyOf(object), previous ?? object);
}
