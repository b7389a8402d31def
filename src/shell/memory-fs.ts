/**
 * A container's file system in memory. Every container has its own tree; volumes are mounted into it, so two containers
 * that mount one emptyDir see each other's files. Permission bits are kept and shown, but only read-only mounts refuse.
 */
import {
  type DirectoryNode,
  directoryNode,
  type FileNode,
  type Located,
  locate,
  nodeAt,
  statNode,
  type TreeNode,
} from './fs-tree.ts';
import { parentPath } from './paths.ts';
import { type Device, FileError, type FileSystem } from './process.ts';

export interface MemoryFs extends FileSystem {
  /** Shows the other tree's root at `path`, which is created. `readOnly` holds for all who see that tree. */
  mount(path: string, volume: MemoryFs, options?: { readonly readOnly?: boolean }): void;
  /** A file whose content is made when it is read: /proc. */
  generate(path: string, content: () => Uint8Array): void;
  setDevice(path: string, device: Device): void;
  /** Whether what lies below a directory may be changed, down to the next mount. */
  setReadOnly(path: string, readOnly: boolean): void;
}

/** `nowMs` gives modification times; a plain directory `/` and nothing else is in it. */
export function createMemoryFs(nowMs: () => number): MemoryFs {
  return fsOn(directoryNode(nowMs()), nowMs);
}

function fsOn(root: DirectoryNode, nowMs: () => number): MemoryFs {
  const fs: MemoryFs = { ...readingSide(root), ...writingSide(root, nowMs), ...specialSide(root, nowMs) };
  rootOf.set(fs, root);
  return fs;
}

const rootOf = new WeakMap<MemoryFs, DirectoryNode>();

/**
 * A tree of its own with the same content: how a container starts from its image. Much cheaper than writing every file
 * again, because contents are shared until somebody changes them.
 */
export function copyMemoryFs(original: MemoryFs, nowMs: () => number): MemoryFs {
  const tree = rootOf.get(original);
  if (!tree) throw new FileError('EINVAL', '/');
  return fsOn(copyDirectory(tree), nowMs);
}

function copyDirectory(directory: DirectoryNode): DirectoryNode {
  const entries = new Map<string, TreeNode>();
  for (const [name, node] of directory.entries) entries.set(name, copyNode(node));
  return { ...directory, entries };
}

function copyNode(node: TreeNode): TreeNode {
  if (node.type === 'directory') return copyDirectory(node);
  // Room to append would be written to by both.
  if (node.type === 'file' && node.buffer.length > node.length)
    return { ...node, buffer: node.buffer.slice(0, node.length) };
  return { ...node };
}

function find(root: DirectoryNode, path: string, followLast: boolean): TreeNode | undefined {
  const node = nodeAt(root, path, followLast);
  // A trailing slash asks for a directory: `cat file/` fails.
  return path.endsWith('/') && node?.type !== 'directory' ? undefined : node;
}

function readingSide(
  root: DirectoryNode,
): Pick<FileSystem, 'stat' | 'lstat' | 'realpath' | 'device' | 'readFile' | 'list'> {
  return {
    stat(path) {
      const node = find(root, path, true);
      return node && statNode(node);
    },
    lstat(path) {
      const node = find(root, path, path.endsWith('/'));
      return node && statNode(node);
    },
    realpath(path) {
      const found = locate(root, path, true);
      return 'missing' in found || !found.node ? undefined : found.path;
    },
    device(path) {
      const node = find(root, path, true);
      return node?.type === 'device' ? node.device : undefined;
    },
    readFile(path) {
      const node = find(root, path, true);
      if (node?.type !== 'file') return undefined;
      return node.generate ? node.generate() : node.buffer.subarray(0, node.length);
    },
    list(path) {
      const node = find(root, path, true);
      return node?.type === 'directory' ? [...node.entries.keys()].sort(byBytes) : undefined;
    },
  };
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Where something may be created, changed or removed; throws what the kernel would answer. */
function writable(root: DirectoryNode, path: string, followLast: boolean): Located {
  const found = locate(root, path, followLast);
  if ('missing' in found) throw new FileError(found.missing, path);
  if (found.readOnly) throw new FileError('EROFS', path);
  return found;
}

type WritingSide = Pick<FileSystem, 'writeFile' | 'mkdir' | 'remove' | 'rename' | 'symlink' | 'chmod' | 'touch'>;

function writingSide(root: DirectoryNode, nowMs: () => number): WritingSide {
  const put = (at: Located, node: TreeNode): void => {
    at.parent.entries.set(at.name, node);
    at.parent.modifiedMs = nowMs();
  };
  return {
    writeFile(path, bytes, options = {}) {
      const at = writable(root, path, true);
      if (at.node?.type === 'directory') throw new FileError('EISDIR', path);
      if (path.endsWith('/')) throw new FileError(at.node ? 'ENOTDIR' : 'EISDIR', path);
      if (at.node?.type === 'device') return;
      if (at.node?.type === 'file' && at.node.generate) throw new FileError('EACCES', path);
      if (at.node?.type !== 'file') {
        put(at, newFile(bytes, options.mode ?? 0o644, nowMs()));
        return;
      }
      changeContent(at.node, bytes, options.append === true);
      at.node.modifiedMs = nowMs();
      if (options.mode !== undefined) at.node.mode = options.mode;
    },
    mkdir(path, options = {}) {
      makeDirectory(root, path, options.recursive === true, nowMs);
    },
    remove(path, options = {}) {
      const at = writable(root, path, false);
      if (!at.node) throw new FileError('ENOENT', path);
      if (at.node === root) throw new FileError('EACCES', path);
      if (at.node.type === 'directory' && at.node.entries.size > 0 && !options.recursive) {
        throw new FileError('ENOTEMPTY', path);
      }
      at.parent.entries.delete(at.name);
      at.parent.modifiedMs = nowMs();
    },
    rename(from, to) {
      moveNode(root, from, to, put);
    },
    symlink(target, path) {
      const at = writable(root, path, false);
      if (at.node) throw new FileError('EEXIST', path);
      put(at, { type: 'symlink', target, mode: 0o777, modifiedMs: nowMs() });
    },
    chmod(path, mode) {
      const at = writable(root, path, true);
      if (!at.node) throw new FileError('ENOENT', path);
      if (at.node.type !== 'symlink') at.node.mode = mode & 0o7777;
    },
    touch(path, epochMs) {
      const at = writable(root, path, true);
      if (at.node) at.node.modifiedMs = epochMs;
      else put(at, newFile(new Uint8Array(), 0o644, epochMs));
    },
  };
}

function specialSide(
  root: DirectoryNode,
  nowMs: () => number,
): Pick<MemoryFs, 'mount' | 'generate' | 'setDevice' | 'setReadOnly'> {
  const place = (path: string): Located => {
    makeDirectory(root, parentPath(path), true, nowMs);
    return writable(root, path, false);
  };
  return {
    mount(path, volume, options = {}) {
      const at = place(path);
      const tree = rootOf.get(volume);
      if (!tree) throw new FileError('EINVAL', path);
      tree.readOnly = options.readOnly === true || tree.readOnly === true;
      at.parent.entries.set(at.name, tree);
    },
    generate(path, content) {
      const at = place(path);
      const file: FileNode = { ...newFile(new Uint8Array(), 0o444, nowMs()), generate: content };
      at.parent.entries.set(at.name, file);
    },
    setDevice(path, device) {
      const at = place(path);
      at.parent.entries.set(at.name, { type: 'device', device, mode: 0o666, modifiedMs: nowMs() });
    },
    setReadOnly(path, readOnly) {
      const node = find(root, path, true);
      if (node?.type === 'directory') node.readOnly = readOnly;
    },
  };
}

function newFile(bytes: Uint8Array, mode: number, modifiedMs: number): FileNode {
  return { type: 'file', buffer: bytes.slice(), length: bytes.length, mode, modifiedMs };
}

/** Appending doubles the buffer when it is full, so that a log written line by line costs no square. */
function changeContent(file: FileNode, bytes: Uint8Array, append: boolean): void {
  if (!append) {
    file.buffer = bytes.slice();
    file.length = bytes.length;
    return;
  }
  const length = file.length + bytes.length;
  if (length > file.buffer.length) {
    const larger = new Uint8Array(Math.max(length, file.buffer.length * 2, 256));
    larger.set(file.buffer.subarray(0, file.length));
    file.buffer = larger;
  }
  file.buffer.set(bytes, file.length);
  file.length = length;
}

function makeDirectory(root: DirectoryNode, path: string, recursive: boolean, nowMs: () => number): void {
  if (recursive) {
    const parts = path.split('/').filter((part) => part !== '');
    const known = find(root, path, true);
    if (known?.type === 'directory') return;
    parts.forEach((_, i) => {
      const upTo = `/${parts.slice(0, i + 1).join('/')}`;
      const found = find(root, upTo, true);
      if (!found) makeDirectory(root, upTo, false, nowMs);
      else if (found.type !== 'directory') throw new FileError(i === parts.length - 1 ? 'EEXIST' : 'ENOTDIR', path);
    });
    return;
  }
  const at = writable(root, path, true);
  if (at.node) throw new FileError('EEXIST', path);
  at.parent.entries.set(at.name, directoryNode(nowMs()));
  at.parent.modifiedMs = nowMs();
}

function moveNode(root: DirectoryNode, from: string, to: string, put: (at: Located, node: TreeNode) => void): void {
  const source = writable(root, from, false);
  if (!source.node) throw new FileError('ENOENT', from);
  const target = writable(root, to, false);
  if (target.node === source.node) return;
  if (`${target.path}/`.startsWith(`${source.path}/`)) throw new FileError('EINVAL', to);
  if (target.node?.type === 'directory') {
    if (source.node.type !== 'directory') throw new FileError('EISDIR', to);
    if (target.node.entries.size > 0) throw new FileError('ENOTEMPTY', to);
  } else if (target.node && source.node.type === 'directory') {
    throw new FileError('ENOTDIR', to);
  }
  source.parent.entries.delete(source.name);
  put(target, source.node);
}
