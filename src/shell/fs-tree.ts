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
  const found = walk(root, path, followLast);
  if ('missing' in found) return found;
  const { above, node, name } = found;
  const names = [...above.map((step) => step.name), name].filter((part) => part !== '');
  const mounts = [...above.map((step) => step.node), ...(node?.type === 'directory' ? [node] : [])];
  const readOnly = mounts.findLast((directory) => directory.readOnly !== undefined)?.readOnly === true;
  return { node, parent: above.at(-1)?.node ?? root, name, path: `/${names.join('/')}`, readOnly };
}

/** What is at a path, for those who only look. */
export function nodeAt(root: DirectoryNode, path: string, followLast: boolean): TreeNode | undefined {
  const found = walk(root, path, followLast);
  return 'missing' in found ? undefined : found.node;
}

interface Step {
  readonly node: DirectoryNode;
  readonly name: string;
}

interface Walked {
  /** From the root down; the root itself has nothing above it. */
  readonly above: readonly Step[];
  readonly node: TreeNode | undefined;
  readonly name: string;
}

function walk(
  root: DirectoryNode,
  path: string,
  followLast: boolean,
): Walked | Extract<LocateResult, { missing: string }> {
  const top: Step = { node: root, name: '' };
  let links = 0;
  let trail = [top];
  // The next name is at the end.
  const todo = namesOf(path).reverse();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === '.') continue;
    if (name === '..') {
      if (trail.length > 1) trail.pop();
      continue;
    }
    const isLast = todo.length === 0;
    const next = trail.at(-1)?.node.entries.get(name);
    if (next?.type === 'symlink' && (!isLast || followLast)) {
      links++;
      if (links > maxLinks) return { missing: 'ENOENT' };
      if (next.target.startsWith('/')) trail = [top];
      todo.push(...namesOf(next.target).reverse());
      continue;
    }
    if (next?.type === 'directory') trail.push({ node: next, name });
    else if (isLast) return { above: trail, node: next, name };
    else return { missing: next ? 'ENOTDIR' : 'ENOENT' };
  }
  const { node, name } = trail.pop() ?? top;
  return { above: trail, node, name };
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
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
