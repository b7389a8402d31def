/**
 * Which objects a command line names (k8s.io/cli-runtime's resource.Builder): `TYPE NAME…`, `TYPE/NAME…`, `TYPE -l …`,
 * or files. Says what is wrong with it in the builder's words; asks the server only for its types.
 */
import type { DiscoveredType } from '../../kube/client.ts';
import { KubectlError } from '../errors.ts';
import type { Session } from '../session.ts';
import { resolveType, resolveTypes } from './types.ts';

export interface NamedTarget {
  readonly type: DiscoveredType;
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface ListTarget {
  readonly type: DiscoveredType;
  /** undefined: all namespaces, or a cluster-scoped type. */
  readonly namespace: string | undefined;
  readonly labelSelector: string;
  readonly fieldSelector: string;
}

export type Selection =
  | {
      readonly how: 'names';
      readonly targets: readonly NamedTarget[] /** Exactly one object was asked for. */;
      readonly single: boolean;
    }
  | { readonly how: 'lists'; readonly targets: readonly ListTarget[] };

export interface SelectOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly allNamespaces?: boolean;
  /** --all */
  readonly all?: boolean;
  /** A bare TYPE means all of them (get, describe), not a mistake (delete, label). */
  readonly bareTypeMeansAll?: boolean;
  readonly singleType?: boolean;
}

export const missingResource = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;

export async function select(session: Session, args: readonly string[], options: SelectOptions): Promise<Selection> {
  const { labelSelector = '', fieldSelector = '' } = options;
  const pairs = splitPairs(args);
  const [types, ...names] = pairs ? [] : args;
  const bare = options.bareTypeMeansAll === true && names.length === 0 && types !== undefined;
  if (options.all && labelSelector) throw new KubectlError("setting 'all' parameter but found a non empty selector. ");
  if (labelSelector || fieldSelector || options.all || bare) {
    if (names.length > 0) throw new KubectlError('name cannot be provided when a selector is specified');
    if (pairs) throw new KubectlError('selectors and the all flag cannot be used when passing resource/name arguments');
    if (!types) throw new KubectlError('at least one resource must be specified to use a selector');
    return lists(session, types, options);
  }
  if (pairs) return named(session, pairs, options);
  if (!types) throw new KubectlError(missingResource);
  if (names.length === 0) {
    await resolveTypes(session, types);
    throw new KubectlError('resource(s) were provided, but no name was specified');
  }
  const resolved = await resolveTypes(session, types);
  if (resolved.length > 1 && options.singleType) throw new KubectlError('you may only specify a single resource type');
  const targets: NamedTarget[] = [];
  for (const type of resolved) {
    const namespace = await namespaceFor(session, type, options);
    targets.push(...names.map((name) => ({ type, namespace, name })));
  }
  return { how: 'names', targets, single: targets.length === 1 };
}

/** `TYPE/NAME` arguments; undefined when none has a slash. */
function splitPairs(args: readonly string[]): readonly (readonly [string, string])[] | undefined {
  const slashed = args.filter((arg) => arg.includes('/'));
  if (slashed.length === 0) return undefined;
  if (slashed.length !== args.length) {
    throw new KubectlError(
      "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
    );
  }
  return args.map((arg) => {
    const [type = '', name = '', ...more] = arg.split('/');
    if (more.length > 0) throw new KubectlError('arguments in resource/name form may not have more than one slash');
    if (type === '' || name === '' || type.includes(',')) {
      throw new KubectlError('arguments in resource/name form must have a single resource and name');
    }
    return [type, name] as const;
  });
}

async function lists(session: Session, word: string, options: SelectOptions): Promise<Selection> {
  const types = await resolveTypes(session, word);
  if (types.length > 1 && options.singleType) throw new KubectlError('you may only specify a single resource type');
  const targets: ListTarget[] = [];
  for (const type of types) {
    const namespace = type.namespaced && !options.allNamespaces ? await session.namespace() : undefined;
    const { labelSelector = '', fieldSelector = '' } = options;
    targets.push({ type, namespace, labelSelector, fieldSelector });
  }
  return { how: 'lists', targets };
}

async function named(
  session: Session,
  pairs: readonly (readonly [string, string])[],
  options: SelectOptions,
): Promise<Selection> {
  const targets: NamedTarget[] = [];
  for (const [word, name] of pairs) {
    const type = await resolveType(session, word);
    targets.push({ type, namespace: await namespaceFor(session, type, options), name });
  }
  if (options.singleType && new Set(targets.map(({ type }) => type)).size > 1) {
    throw new KubectlError('you may only specify a single resource type');
  }
  return { how: 'names', targets, single: targets.length === 1 };
}

async function namespaceFor(
  session: Session,
  type: DiscoveredType,
  options: SelectOptions,
): Promise<string | undefined> {
  if (!type.namespaced) return undefined;
  if (options.allNamespaces) throw new KubectlError('a resource cannot be retrieved by name across all namespaces');
  return session.namespace();
}
