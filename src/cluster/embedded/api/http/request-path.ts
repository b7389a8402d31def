/**
 * What a URL addresses: discovery, a collection, an object, a subresource, or something beside the API.
 * The rules are those of apiserver's RequestInfoFactory: `namespaces` is both a resource and a prefix.
 */

export interface ResourceTarget {
  readonly type: 'resource';
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  readonly resource: string;
  readonly name?: string;
  readonly subresource?: string;
  /** The rest of a proxy or exec path. */
  readonly rest?: string;
  /** The old `/watch/` prefix. */
  readonly watch: boolean;
}

export type Target =
  | ResourceTarget
  | { readonly type: 'group-version'; readonly group: string; readonly version: string }
  | { readonly type: 'group'; readonly group: string }
  | { readonly type: 'core-versions' }
  | { readonly type: 'groups' }
  | { readonly type: 'other'; readonly path: string };

/** `path` as in the URL, still percent-encoded. Undefined when the encoding is broken. */
export function parsePath(path: string): Target | undefined {
  let segments: string[];
  try {
    segments = path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const [root, ...rest] = segments;
  if (root === 'api') return rest.length === 0 ? { type: 'core-versions' } : versioned('', rest);
  if (root !== 'apis') return { type: 'other', path };
  const [group, ...below] = rest;
  if (group === undefined) return { type: 'groups' };
  return below.length === 0 ? { type: 'group', group } : versioned(group, below);
}

function versioned(group: string, [version = '', ...rest]: readonly string[]): Target {
  if (rest.length === 0) return { type: 'group-version', group, version };
  const watch = rest[0] === 'watch' && rest.length > 1;
  const parts = watch ? rest.slice(1) : rest;
  const [first, second, third] = parts;
  const scoped =
    first === 'namespaces' && second !== undefined && third !== undefined && third !== 'status' && third !== 'finalize';
  const [resource = '', name, subresource, ...tail] = scoped ? parts.slice(2) : parts;
  return {
    type: 'resource',
    group,
    version,
    resource,
    watch,
    ...(scoped && { namespace: second }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
    ...(tail.length > 0 && { rest: tail.join('/') }),
  };
}
