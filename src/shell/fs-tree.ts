/** The tree behind a container's files: kinds of nodes, and how a path leads to one through links and mounts. */
import type { Device, FileStat } from './process.ts';

export interface DirectoryNode {
  readonly type: 'directory';
  readonly entries: Map<string, TreeNode>;
  mode: number;
  modifiedMs: number;
  /** Whether anything below may be changed, of a mounted file system's root; absent: as what it lies in. */
  readOnly?: boolean;
}

export interface FileNode {
  readonly type: 'file';
  /** May be longer than `length`: room to append. */
  buffer: Uint8Array;
  length: number;
  mode: number;
  modifiedMs: number;
  /** Set for files that are made up when somebody reads them: /proc. */
  readonly generate?: () => Uint8Array;
}

export interface LinkNode {
  readonly type: 'symlink';
  readonly target: string;
  readonly mode: number;
  modifiedMs: number;
}

export interface DeviceNode {
  readonly type: 'device';
  readonly device: Device;
  mode: number;
  modifiedMs: number;
}

export type TreeNode = DirectoryNode | FileNode | LinkNode | DeviceNode;

/** Where a path leads. `node` is absent when only the last name is missing, so that it can be created in `parent`. */
export interface Located {
  readonly node: TreeNode | undefined;
  readonly parent: DirectoryNode;
  readonly name: string;
  /** Absolute, without links. */
  readonly path: string;
  readonly readOnly: boolean;
}

/** Linux gives up after 40 links (ELOOP). */
const maxLinks = 40;

export type LocateResult = Located | { readonly missing: 'ENOENT' | 'ENOTDIR' };

/** Walks from the root. `followLast`: whether a link in the last place is followed. */
export function locate(root: DirectoryNode, path: string, followLast: boolean): LocateResult {
  let links = 0;
  let todo = path.split('/').filter((part) => part !== '');
  let trail: { readonly node: DirectoryNode; readonly name: string }[] = [{ node: root, name: '' }];
  while (todo.length > 0) {
    const [part = '', ...rest] = todo;
    todo = rest;
    const here = trail.at(-1)?.node ?? root;
    if (part === '.') continue;
    if (part === '..') {
      if (trail.length > 1) trail = trail.slice(0, -1);
      continue;
    }
    const next = here.entries.get(part);
    if (next?.type === 'symlink' && (rest.length > 0 || followLast)) {
      links++;
      if (links > maxLinks) return { missing: 'ENOENT' };
      if (next.target.startsWith('/')) trail = [{ node: root, name: '' }];
      todo = [...next.target.split('/').filter((name) => name !== ''), ...rest];
      continue;
    }
    if (rest.length === 0 && next?.type !== 'directory') {
      return { node: next, parent: here, name: part, path: trailPath(trail, part), readOnly: isReadOnly(trail) };
    }
    if (!next) return { missing: 'ENOENT' };
    if (next.type !== 'directory') return { missing: 'ENOTDIR' };
    trail = [...trail, { node: next, name: part }];
  }
  const last = trail.at(-1);
  const parent = trail.at(-2)?.node ?? root;
  const above = trail.slice(0, -1);
  return {
    node: last?.node ?? root,
    parent,
    name: last?.name ?? '',
    path: trailPath(above, last?.name ?? ''),
    readOnly: isReadOnly(trail),
  };
}

function trailPath(trail: readonly { readonly name: string }[], name: string): string {
  const names = [...trail.map((step) => step.name), name].filter((part) => part !== '');
  return `/${names.join('/')}`;
}

function isReadOnly(trail: readonly { readonly node: DirectoryNode }[]): boolean {
  return trail.findLast((step) => step.node.readOnly !== undefined)?.node.readOnly === true;
}

export function statNode(node: TreeNode): FileStat {
  const { mode, modifiedMs } = node;
  switch (node.type) {
    case 'directory':
      return { type: 'directory', size: 4096, mode, modifiedMs };
    case 'file':
      return { type: 'file', size: node.generate ? 0 : node.length, mode, modifiedMs };
    case 'symlink':
      return { type: 'symlink', size: Buffer.byteLength(node.target), mode, modifiedMs, target: node.target };
    case 'device':
      return { type: 'device', size: 0, mode, modifiedMs };
  }
}

export function directoryNode(modifiedMs: number, mode = 0o755): DirectoryNode {
  return { type: 'directory', entries: new Map(), mode, modifiedMs };
}
