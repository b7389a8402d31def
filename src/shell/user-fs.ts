/**
 * A container's files as somebody who is not root may change them: what the user made, the home directory, and what is open
 * to everybody, as /tmp. Reading is open to all.
 */
import { baseName, joinPath, parentPath } from './paths.ts';
import { FileError, type FileStat, type FileSystem } from './process.ts';

const writableByAll = 0o002;

/** `home` belongs to the user from the start. */
export function userView(fs: FileSystem, user: { readonly name: string; readonly home: string }): FileSystem {
  const mine = new Ownership(fs, user.home);
  const owned = (path: string, stat: FileStat | undefined): FileStat | undefined =>
    stat && mine.own.has(path) ? { ...stat, owner: user.name } : stat;
  return {
    stat: (path) => owned(fs.realpath(path) ?? path, fs.stat(path)),
    lstat: (path) => owned(mine.placeOf(path), fs.lstat(path)),
    realpath: (path) => fs.realpath(path),
    device: (path) => fs.device(path),
    readFile: (path) => fs.readFile(path),
    list: (path) => fs.list(path),
    writeFile: (path, bytes, options) => mine.change(path, () => fs.writeFile(path, bytes, options)),
    touch: (path, epochMs) => mine.change(path, () => fs.touch(path, epochMs)),
    mkdir(path, options = {}) {
      const missing: string[] = [];
      for (let at = path; fs.lstat(at) === undefined; at = parentPath(at)) missing.unshift(at);
      const [first] = missing;
      if (first !== undefined) mine.demandFolder(first);
      fs.mkdir(path, options);
      for (const made of missing) mine.own.add(mine.placeOf(made));
    },
    remove(path, options) {
      mine.own.delete(mine.demandFolder(path));
      fs.remove(path, options);
    },
    rename(from, to) {
      const wasOwn = mine.own.delete(mine.demandFolder(from));
      const place = mine.demandFolder(to);
      fs.rename(from, to);
      if (wasOwn) mine.own.add(place);
    },
    symlink(target, path) {
      const place = mine.demandFolder(path);
      fs.symlink(target, path);
      mine.own.add(place);
    },
    chmod(path, mode) {
      const real = fs.realpath(path);
      if (real !== undefined && !mine.own.has(real)) throw new FileError('EPERM', path);
      fs.chmod(path, mode);
    },
  };
}

class Ownership {
  /** Real paths. */
  readonly own = new Set<string>();
  readonly #fs: FileSystem;

  constructor(fs: FileSystem, home: string) {
    this.#fs = fs;
    if (home !== '/') this.own.add(home);
  }

  /** Where the entry itself is: a link in the last place is not followed. */
  placeOf(path: string): string {
    const folder = this.#fs.realpath(parentPath(path));
    return folder === undefined ? path : joinPath(folder, baseName(path));
  }

  /** For what comes or goes: its directory must be open. Where it is. Throws FileError. */
  demandFolder(path: string): string {
    const folder = this.#fs.realpath(parentPath(path));
    if (folder !== undefined && !this.#mayChange(folder)) throw new FileError('EACCES', path);
    return this.placeOf(path);
  }

  /** For what exists, the thing itself must be open. What comes into being is the user's. Throws FileError. */
  change(path: string, work: () => void): void {
    const real = this.#fs.realpath(path);
    if (real === undefined) {
      const place = this.demandFolder(path);
      work();
      this.own.add(place);
      return;
    }
    if (!this.#mayChange(real) && this.#fs.stat(real)?.type !== 'directory') throw new FileError('EACCES', path);
    work();
  }

  #mayChange(real: string): boolean {
    return this.own.has(real) || ((this.#fs.lstat(real)?.mode ?? 0) & writableByAll) !== 0;
  }
}
