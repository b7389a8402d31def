/**
 * What a program sees of the world: a process with arguments, files and streams. The shell, its text programs, and the
 * network programs of `images/` are all written against this, so a pipe between any two of them just works.
 * No network and no cluster here: a program that needs more gets it from the image that registers it.
 */
import type { Clock } from '../kit/clock.ts';

/** Signals that programs here can meet; the number is what `kill -l` says. */
export type Signal =
  | 'SIGHUP'
  | 'SIGINT'
  | 'SIGQUIT'
  | 'SIGKILL'
  | 'SIGPIPE'
  | 'SIGALRM'
  | 'SIGTERM'
  | 'SIGUSR1'
  | 'SIGUSR2'
  | 'SIGCHLD';

/** The readable end of a stream. */
export interface Source {
  /**
   * The next bytes, never empty; undefined at the end of file. Rejects only when the reading process is killed.
   * Inside a container never more than `maxBytes`; a source that comes from outside may ignore the limit.
   */
  read(maxBytes?: number): Promise<Uint8Array | undefined>;
}

/** The writable end of a stream. */
export interface Sink {
  /**
   * Resolves when there is room again (back pressure), at once where the sink is unbounded.
   * Rejects with BrokenPipe when nobody will ever read it.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** End of file for the reader. Idempotent. */
  close(): void;
}

/** SIGPIPE's cause: the reader is gone. A program that does not catch it ends with status 141. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

/** Ends a program from within, with its exit status. */
export class Exit extends Error {
  override readonly name = 'Exit';
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** A terminal on the process's stdio: stdout and stderr arrive as one stream, input is edited by the line discipline. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  onResize(listener: () => void): () => void;
  /** Which process group ^C, ^\ and the like reach. The interactive shell moves it to each job and back. */
  foreground: number;
  /** `raw`: every key arrives at once and nothing is echoed, for programs that edit lines themselves. ^C is then a key. */
  mode: 'cooked' | 'raw';
}

/** What reading and writing a device file does, once per open. */
export interface Device {
  read(): Source;
  write(): Sink;
}

/** A container's files: a tree in memory, seeded by the image, shared by all processes of the container. */
export interface FileSystem {
  /** Follows symbolic links; undefined for a dangling one. */
  stat(path: string): FileStat | undefined;
  /** The entry itself: the only way to see type `symlink`. */
  lstat(path: string): FileStat | undefined;
  /** Without `.`, `..` and symbolic links; undefined when it does not exist. */
  realpath(path: string): string | undefined;
  /** Set for type `device`. */
  device(path: string): Device | undefined;
  readFile(path: string): Uint8Array | undefined;
  /** Throws FileError (EISDIR, ENOENT for a missing parent, EROFS, EACCES). */
  writeFile(path: string, bytes: Uint8Array, options?: { append?: boolean; mode?: number }): void;
  mkdir(path: string, options?: { recursive?: boolean }): void;
  remove(path: string, options?: { recursive?: boolean }): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  chmod(path: string, mode: number): void;
  touch(path: string, epochMs: number): void;
  /** Names, sorted; undefined when it is no directory. */
  list(path: string): readonly string[] | undefined;
}

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'device';
  readonly size: number;
  readonly mode: number;
  readonly modifiedMs: number;
  readonly target?: string;
  /** Absent: root. */
  readonly owner?: string;
}

export type FileErrorCode =
  | 'ENOENT'
  | 'EISDIR'
  | 'ENOTDIR'
  | 'EEXIST'
  | 'EACCES'
  | 'EPERM'
  | 'EROFS'
  | 'ENOTEMPTY'
  | 'EINVAL';

export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: FileErrorCode;
  readonly path: string;
  constructor(code: FileErrorCode, path: string) {
    super(`${code}: ${path}`);
    this.code = code;
    this.path = path;
  }
}

export interface Process {
  readonly pid: number;
  /** argv[0] is the name it was called by. */
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** Absolute path. */
  readonly cwd: string;
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Set when stdin/stdout are a terminal. */
  readonly terminal?: Terminal | undefined;
  readonly fs: FileSystem;
  /** Already the urgent view where a client waits for this process. */
  readonly clock: Clock;
  /** Aborts when the process must end now; the reason is the Signal. Pass it to every wait. */
  readonly signal: AbortSignal;
  /**
   * Replaces the default action of a signal (shell `trap`, servers that shut down gracefully). Returns a disposer.
   * SIGKILL cannot be caught.
   */
  onSignal(signal: Signal, handler: () => void): () => void;
  /** Starts another program of the container; its streams default to this process's. Not found: undefined. */
  spawn(argv: readonly string[], options?: SpawnOptions): Child | undefined;
  /** Becomes another program in the same process (execve): resolves with its exit status. Not found: undefined. */
  exec(argv: readonly string[], options?: SpawnOptions): Promise<number> | undefined;
  /** Ignores the signal from now on, and so do children that start later. Returns a disposer. */
  ignoreSignal(signal: Signal): () => void;
  /** Process group, by which a terminal addresses its signals. */
  readonly group: number;
  /** The container's process table: `ps`, `kill`. */
  readonly table: ProcessTable;
  /** Where a name on PATH leads; undefined when there is no such program. */
  which(name: string): string | undefined;
  readonly user: { readonly uid: number; readonly gid: number; readonly name: string };
  readonly hostname: string;
}

export interface SpawnOptions {
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  readonly stdin?: Source;
  readonly stdout?: Sink;
  readonly stderr?: Sink;
  /** `terminal: false` detaches from the parent's terminal (its end of a pipe is none). */
  readonly terminal?: boolean;
  /** Run this instead of what argv[0] leads to: a shell's subshell, which is a process but no file. */
  readonly program?: Program;
  /** Process group: `new` makes the child its leader; a number joins that group; default: the parent's. */
  readonly group?: 'new' | number;
  /** Signals that the child ignores from its start, and its children after it (`nohup`, `trap '' INT`, background jobs). */
  readonly ignore?: readonly Signal[];
  /** The file to run where it is not to be looked up by argv[0] (a login shell's `-sh`, an applet's own name). */
  readonly file?: string;
}

export interface Child {
  readonly pid: number;
  /** Exit status, 0–255; 128 + number when a signal ended it. Never rejects. */
  readonly status: Promise<number>;
  /** After its end: the signal that ended it; shells say "Killed" then. Undefined: it ended by itself. */
  readonly endedBy?: () => Signal | undefined;
  kill(signal: Signal): void;
}

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly user: string;
  readonly argv: readonly string[];
  readonly startedMs: number;
}

export interface ProcessTable {
  list(): readonly ProcessEntry[];
  /** How many there are. */
  readonly size: number;
  /** False: no such process. A negative pid means its group. PID 1 ignores what it has no handler for, as in any PID namespace. */
  kill(pid: number, signal: Signal): boolean;
  /** As many processes as the container may have: fork fails now. */
  readonly full: boolean;
}

/** A program: resolves with its exit status. Throwing Exit is the same; BrokenPipe is 141; a Signal abort 128 + number. */
export type Program = (process: Process) => Promise<number>;

/** Programs by absolute path, `/bin/wget`. */
export type ProgramTable = ReadonlyMap<string, Program>;
