/**
 * How a file of a container leads to a program. An installed program is a small executable file that names its entry in the
 * program table, so that `ls`, `which`, `cp`, `ln -s` and `rm` treat it like any other file: `rm /bin/tar`, and tar is gone.
 */
import { parentPath } from './paths.ts';
import type { FileSystem, Program, ProgramTable } from './process.ts';

const magic = '\u007fELF\u0002\u0001\u0001\u0000';

export function programFile(tableKey: string): Uint8Array {
  return new TextEncoder().encode(`${magic}${tableKey}\u0000`);
}

/** Writes every program of the table to its path, directories included. */
export function installPrograms(fs: FileSystem, programs: ProgramTable): void {
  for (const path of programs.keys()) {
    fs.mkdir(parentPath(path), { recursive: true });
    fs.writeFile(path, programFile(path), { mode: 0o755 });
  }
}

export type Executable =
  | { readonly kind: 'program'; readonly program: Program; readonly path: string }
  /** `#!`, or a text file without it, which a shell runs by itself. Arguments in front of the file's own name. */
  | { readonly kind: 'script'; readonly path: string; readonly interpreter: readonly string[] }
  | { readonly kind: 'not-found' | 'not-executable' };

/** `file` has no slash: every directory of `path` in turn, as execvp. */
export function findExecutable(
  fs: FileSystem,
  programs: ProgramTable,
  file: string,
  cwd: string,
  path: string,
): Executable {
  const candidates = file.includes('/')
    ? [file.startsWith('/') ? file : `${cwd}/${file}`]
    : path.split(':').map((directory) => `${directory === '' ? cwd : directory}/${file}`);
  let result: Executable = { kind: 'not-found' };
  for (const candidate of candidates) {
    const found = inspect(fs, programs, candidate);
    if (found.kind === 'program' || found.kind === 'script') return found;
    if (found.kind === 'not-executable') result = found;
  }
  return result;
}

function inspect(fs: FileSystem, programs: ProgramTable, candidate: string): Executable {
  const stat = fs.stat(candidate);
  if (!stat) return { kind: 'not-found' };
  if (stat.type !== 'file' || (stat.mode & 0o111) === 0) return { kind: 'not-executable' };
  const bytes = fs.readFile(candidate) ?? new Uint8Array();
  const head = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  const path = candidate.replace(/\/{2,}/g, '/');
  if (head.startsWith(magic)) {
    const program = programs.get(head.slice(magic.length).split('\u0000')[0] ?? '');
    return program ? { kind: 'program', program, path } : { kind: 'not-executable' };
  }
  const interpreter = /^#! *([^\n]*)/.exec(head)?.[1]?.trim() || '/bin/sh';
  const [binary = '', ...rest] = interpreter.split(/ +/);
  // Linux passes at most one argument, blanks included.
  return { kind: 'script', path, interpreter: rest.length > 0 ? [binary, rest.join(' ')] : [binary] };
}
