/** How a process opens a file for reading or writing: plain files, devices, and its own streams by /dev/stdout and friends. */
import { resolvePath } from './paths.ts';
import { FileError, type FileSystem, type Process } from './process.ts';
import {
  bytesSource,
  type Guard,
  openInflow,
  openOutflow,
  type SinkHandle,
  type SourceHandle,
  sinkHandle,
  sourceHandle,
} from './streams.ts';

/** What opening a file needs of a process; the shell passes its own descriptors and directory. */
export interface Opener {
  readonly fs: FileSystem;
  readonly cwd: string;
  readonly stdin: Process['stdin'];
  readonly stdout: Process['stdout'];
  readonly stderr: Process['stderr'];
}

const ownStream = /^\/(?:dev\/(?:stdin|stdout|stderr|tty)|(?:proc\/self|dev)\/fd\/([0-2]))$/;

/** Which of the process's own descriptors a path names. /dev/stdout is a link in real systems, too. */
function streamNumber(path: string): 0 | 1 | 2 | undefined {
  const match = ownStream.exec(path);
  if (!match) return undefined;
  if (match[1]) return Number(match[1]) as 0 | 1 | 2;
  return path === '/dev/stdin' ? 0 : path === '/dev/stderr' ? 2 : 1;
}

function guardOf(opener: Opener): Guard | undefined {
  return (opener.stdin as Partial<SourceHandle>).guard;
}

/** Throws FileError: ENOENT, EISDIR. The caller closes the handle. */
export function openForRead(opener: Opener, path: string): SourceHandle {
  const absolute = resolvePath(opener.cwd, path);
  const own = streamNumber(absolute) ?? streamNumber(linkTarget(opener.fs, absolute));
  if (own !== undefined || absolute === '/dev/tty') return sourceHandle(opener.stdin, guardOf(opener));
  const slashed = path.endsWith('/') ? `${absolute}/` : absolute;
  const stat = opener.fs.stat(slashed);
  if (!stat) throw new FileError('ENOENT', path);
  if (stat.type === 'directory') throw new FileError('EISDIR', path);
  const device = opener.fs.device(absolute);
  if (device) return sourceHandle(device.read(), guardOf(opener));
  return fileSource(opener.fs, absolute, guardOf(opener));
}

/** Reads what is there when it gets there, so that a file which grows meanwhile is read to its new end. */
function fileSource(fs: FileSystem, path: string, guard: Guard | undefined): SourceHandle {
  let offset = 0;
  const first = fs.readFile(path);
  if (first && first.length === 0) return bytesSource(first, guard);
  return openInflow(
    {
      async fill() {
        const bytes = fs.readFile(path);
        if (!bytes || bytes.length <= offset) return undefined;
        const chunk = bytes.slice(offset, offset + 65_536);
        offset += chunk.length;
        return chunk;
      },
      release: () => {},
    },
    guard,
  );
}

export interface WriteMode {
  readonly append?: boolean;
  readonly mode?: number;
}

/** Truncates unless it appends. Throws FileError: ENOENT (no directory), EISDIR, EROFS, EACCES. The caller closes. */
export function openForWrite(opener: Opener, path: string, options: WriteMode = {}): SinkHandle {
  const absolute = resolvePath(opener.cwd, path);
  const own = streamNumber(absolute) ?? streamNumber(linkTarget(opener.fs, absolute));
  if (own !== undefined) return sinkHandle(own === 2 ? opener.stderr : opener.stdout, guardOf(opener));
  const device = opener.fs.device(absolute);
  if (device) return sinkHandle(device.write(), guardOf(opener));
  const { fs } = opener;
  fs.writeFile(path.endsWith('/') ? `${absolute}/` : absolute, new Uint8Array(), {
    append: options.append === true,
    ...(options.mode !== undefined && !fs.stat(absolute) && { mode: options.mode }),
  });
  return openOutflow(
    { write: async (bytes) => fs.writeFile(absolute, bytes, { append: true }), release: () => {} },
    guardOf(opener),
  );
}

/** One step along a link, as text: /var/log/nginx/access.log → /dev/stdout. */
function linkTarget(fs: FileSystem, path: string): string {
  const stat = fs.lstat(path);
  return stat?.type === 'symlink' && stat.target
    ? resolvePath(path.slice(0, path.lastIndexOf('/')) || '/', stat.target)
    : path;
}
