/** Fetches what a command line selects, as objects or as Tables, page by page; failures are kept beside what was found. */
import { ApiError, type DiscoveredType, pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { KubectlError } from '../errors.ts';
import type { Flags } from '../flags/spec.ts';
import { ageOf } from '../print/duration.ts';
import { type Table, tableAccept, tableOf } from '../print/table.ts';
import type { Session } from '../session.ts';
import { readItems } from './files.ts';
import { type ListTarget, type Selection, type SelectOptions, select } from './select.ts';
import { goResource } from './types.ts';

/** What one GET brought: a list of a type, or a single object. */
export interface FetchedGroup {
  readonly type: DiscoveredType;
  /** With `tables`. */
  readonly tables: readonly Table[];
  /** Without. */
  readonly objects: readonly KubeObject[];
}

export interface Fetched {
  readonly groups: readonly FetchedGroup[];
  readonly errors: readonly unknown[];
  /** One object was asked for by name: print it bare. */
  readonly single: boolean;
}

export interface FetchOptions {
  readonly tables?: boolean;
  /** Whole objects in the rows, for sorting. */
  readonly wholeRows?: boolean;
}

export async function fetchAll(
  session: Session,
  flags: Flags,
  args: readonly string[],
  options: FetchOptions,
): Promise<Fetched> {
  if (flags.list('filename').length > 0) return fetchFiles(session, flags, args, options);
  const selection = await select(session, args, selectOptionsOf(flags));
  return fetchSelection(session, flags, selection, options);
}

export function selectOptionsOf(flags: Flags): SelectOptions {
  return {
    labelSelector: flags.string('selector'),
    fieldSelector: flags.string('field-selector'),
    allNamespaces: flags.bool('all-namespaces'),
    bareTypeMeansAll: true,
  };
}

async function fetchFiles(
  session: Session,
  flags: Flags,
  args: readonly string[],
  options: FetchOptions,
): Promise<Fetched> {
  refuseArguments(args);
  const { items, errors } = await readItems(session, flags);
  const targets = items.map(({ type, namespace, name }) => ({ type, namespace, name }));
  const fetched = await fetchSelection(session, flags, { how: 'names', targets, single: items.length === 1 }, options);
  return { ...fetched, errors: [...errors, ...fetched.errors] };
}

/** Arguments beside -f. */
export function refuseArguments(args: readonly string[]): void {
  if (args.length === 0) return;
  if (args.some((arg) => arg.includes('/'))) {
    throw new KubectlError('resource/name arguments cannot be provided when a path is specified');
  }
  throw new KubectlError(
    'when paths, URLs, or stdin is provided as resource input, you may not specify resource arguments as well',
  );
}

export async function fetchSelection(
  session: Session,
  flags: Flags,
  selection: Selection,
  options: FetchOptions,
): Promise<Fetched> {
  const groups: FetchedGroup[] = [];
  const errors: unknown[] = [];
  const attempt = async (work: () => Promise<FetchedGroup>): Promise<void> => {
    try {
      groups.push(await work());
    } catch (error) {
      const missing = error instanceof ApiError && error.reason === 'NotFound';
      if (!(missing && flags.bool('ignore-not-found') && selection.how === 'names')) errors.push(error);
      if (!(error instanceof ApiError)) throw error;
    }
  };
  if (selection.how === 'lists') {
    for (const target of selection.targets) await attempt(() => fetchList(session, flags, target, options));
    return { groups, errors, single: false };
  }
  const subresource = flags.string('subresource') || undefined;
  for (const { type, namespace, name } of selection.targets) {
    await attempt(() => fetchOne(session, type, namespace, name, subresource, options));
  }
  return { groups, errors, single: selection.single };
}

async function fetchOne(
  session: Session,
  type: DiscoveredType,
  namespace: string | undefined,
  name: string,
  subresource: string | undefined,
  options: FetchOptions,
): Promise<FetchedGroup> {
  if (name === '') throw new KubectlError('resource name may not be empty');
  const search = options.tables && options.wholeRows ? '?includeObject=Object' : '';
  const accept = options.tables ? tableAccept : 'application/json';
  const answer =
    subresource === undefined && search === ''
      ? await session.get<KubeObject | Table>(type, namespace, name, accept)
      : await session.json<KubeObject | Table>({
          path: `${pathOf(type, namespace, name, subresource)}${search}`,
          accept,
        });
  if (!options.tables) return { type, tables: [], objects: [answer as KubeObject] };
  return { type, tables: [asTable(session, answer)], objects: [] };
}

async function fetchList(
  session: Session,
  flags: Flags,
  target: ListTarget,
  options: FetchOptions,
): Promise<FetchedGroup> {
  const tables: Table[] = [];
  const objects: KubeObject[] = [];
  let next: string | undefined;
  do {
    const page = await fetchPage(session, flags, target, options, next);
    if (options.tables && page.kind === 'Table') tables.push(page);
    else {
      const items = ((page as unknown as { items?: KubeObject[] }).items ?? []).map((item) => typed(target.type, item));
      if (options.tables) tables.push(...items.map((item) => asTable(session, item)));
      else objects.push(...items);
    }
    next = page.metadata?.continue || undefined;
  } while (next !== undefined);
  return { type: target.type, tables, objects };
}

async function fetchPage(
  session: Session,
  flags: Flags,
  target: ListTarget,
  options: FetchOptions,
  next: string | undefined,
): Promise<Table> {
  const { type, namespace, labelSelector, fieldSelector } = target;
  const limit = flags.changed('chunk-size') ? flags.int('chunk-size') : 500;
  const search = new URLSearchParams({
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
    ...(options.tables && options.wholeRows ? { includeObject: 'Object' } : limit > 0 ? { limit: String(limit) } : {}),
    ...(next !== undefined && { continue: next }),
  });
  try {
    return await session.json<Table>({
      path: `${pathOf(type, namespace)}?${search}`,
      accept: options.tables ? tableAccept : 'application/json',
    });
  } catch (error) {
    throw explainList(error, target);
  }
}

/** kubectl says which list it could not get (resource.Selector.Visit). */
export function explainList(error: unknown, { type, labelSelector, fieldSelector }: ListTarget): unknown {
  if (!(error instanceof ApiError) || (error.reason !== 'BadRequest' && error.reason !== 'NotFound')) return error;
  const what = JSON.stringify(goResource(type));
  const message =
    labelSelector === '' && fieldSelector === ''
      ? `Unable to list ${what}: ${error.message}`
      : `Unable to find ${what} that match label selector ${JSON.stringify(labelSelector)}, field selector ${JSON.stringify(fieldSelector)}: ${error.message}`;
  return new ApiError({ ...error.status, message });
}

/** Items of a list carry no kind of their own. */
function typed(type: DiscoveredType, item: KubeObject): KubeObject {
  const apiVersion = type.group ? `${type.group}/${type.version}` : type.version;
  return { ...item, apiVersion: item.apiVersion ?? apiVersion, kind: item.kind ?? type.kind };
}

function asTable(session: Session, answer: KubeObject | Table): Table {
  if (answer.kind === 'Table') return answer as Table;
  return tableOf(answer as KubeObject, (timestamp) => ageOf(timestamp, session.clock.now()));
}
