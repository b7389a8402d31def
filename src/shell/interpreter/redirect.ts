/** Redirections: which descriptors a command sees, and what is closed again when it is done. */
import { openForRead, openForWrite } from '../files.ts';
import { resolvePath } from '../paths.ts';
import { FileError } from '../process.ts';
import { bytesSource, emptySource, type Guard, nullSink, SinkHandle, SourceHandle } from '../streams.ts';
import type { Redirect } from '../syntax/ast.ts';
import { expandString } from './expand.ts';
import type { Descriptor, Shell } from './shell.ts';

/** The message has its prefix. A command with a failed redirection does not run. */
export class RedirectFailure extends Error {}

export interface Redirected {
  readonly fds: Map<number, Descriptor>;
  /** What was opened for these redirections and nothing else. */
  readonly opened: readonly { close(): void }[];
}

/** Throws RedirectFailure, and ShellError from expansions; whatever was opened before is closed then. */
export async function openRedirects(shell: Shell, redirects: readonly Redirect[]): Promise<Redirected> {
  const fds = new Map(shell.fds);
  const opened: { close(): void }[] = [];
  const before = shell.fds;
  try {
    for (const redirect of redirects) {
      shell.fds = fds;
      const target = await expandString(shell, redirect.target, { tilde: redirect.operator !== 'heredoc' });
      shell.fds = before;
      for (const [number, descriptor] of open(shell, fds, redirect, target)) {
        if (descriptor === undefined) fds.delete(number);
        else {
          fds.set(number, descriptor);
          if (redirect.operator !== '<&' && redirect.operator !== '>&') collect(descriptor, opened);
        }
      }
    }
  } catch (error) {
    for (const handle of opened) handle.close();
    throw error;
  } finally {
    shell.fds = before;
  }
  return { fds, opened };
}

/** Runs with the redirections in place and takes them back afterwards, whatever happens. */
export async function withRedirects<T>(
  shell: Shell,
  redirects: readonly Redirect[],
  run: () => Promise<T>,
): Promise<T> {
  if (redirects.length === 0) return run();
  const before = shell.fds;
  const { fds, opened } = await openRedirects(shell, redirects);
  shell.fds = fds;
  try {
    return await run();
  } finally {
    shell.fds = before;
    for (const handle of opened) handle.close();
  }
}

/** `exec >file`: they stay, and descriptors that nothing refers to any more are closed. */
export async function keepRedirects(shell: Shell, redirects: readonly Redirect[]): Promise<void> {
  const before = shell.fds;
  const { fds } = await openRedirects(shell, redirects);
  shell.fds = fds;
  const kept = new Set([...fds.values()].flatMap(({ source, sink }) => [source, sink]));
  for (const { source, sink } of before.values()) {
    if (source && !kept.has(source)) source.close();
    if (sink && !kept.has(sink)) sink.close();
  }
}

function collect(descriptor: Descriptor, opened: { close(): void }[]): void {
  if (descriptor.source) opened.push(descriptor.source);
  if (descriptor.sink) opened.push(descriptor.sink);
}

type Change = readonly [number, Descriptor | undefined];

function open(
  shell: Shell,
  fds: ReadonlyMap<number, Descriptor>,
  redirect: Redirect,
  target: string,
): readonly Change[] {
  const { operator, descriptor } = redirect;
  switch (operator) {
    case 'heredoc':
      return [[descriptor, { source: bytesSource(new TextEncoder().encode(target), guardOf(shell)) }]];
    case '<':
      return [[descriptor, openFile(shell, fds, target, 'read')]];
    case '<>':
      return [[descriptor, openFile(shell, fds, target, 'both')]];
    case '>':
    case '>|':
      refuseClobber(shell, operator, target);
      return [[descriptor, openFile(shell, fds, target, 'write')]];
    case '>>':
      return [[descriptor, openFile(shell, fds, target, 'append')]];
    case '&>': {
      const both = openFile(shell, fds, target, 'write');
      return [
        [1, both],
        [2, both],
      ];
    }
    case '<&':
    case '>&':
      return [[descriptor, duplicate(shell, fds, target)]];
  }
}

function duplicate(shell: Shell, fds: ReadonlyMap<number, Descriptor>, target: string): Descriptor | undefined {
  if (target === '-') return undefined;
  const found = /^\d+$/.test(target) ? fds.get(Number(target)) : undefined;
  if (found) return found;
  if (/^\d+$/.test(target)) throw new RedirectFailure(shell.message(shell.wording.badDescriptor(target)));
  throw shell.fail(shell.wording.syntax({ kind: 'unexpected', token: 'redirection', expecting: undefined }));
}

function refuseClobber(shell: Shell, operator: string, target: string): void {
  if (!shell.options.has('C') || operator === '>|') return;
  if (shell.process.fs.stat(resolvePath(shell.cwd, target))?.type !== 'file') return;
  throw new RedirectFailure(shell.message(shell.wording.cannotCreate(target, 'EEXIST')));
}

function openFile(
  shell: Shell,
  fds: ReadonlyMap<number, Descriptor>,
  path: string,
  mode: 'read' | 'write' | 'append' | 'both',
): Descriptor {
  const guard = guardOf(shell);
  const opener = {
    fs: shell.process.fs,
    cwd: shell.cwd,
    stdin: fds.get(0)?.source ?? emptySource(guard),
    stdout: fds.get(1)?.sink ?? nullSink(guard),
    stderr: fds.get(2)?.sink ?? nullSink(guard),
  };
  if (path === '')
    throw new RedirectFailure(
      shell.message(
        mode === 'read' ? shell.wording.cannotOpen(path, 'ENOENT') : shell.wording.cannotCreate(path, 'ENOENT'),
      ),
    );
  const fileMode = 0o666 & ~shell.umask;
  try {
    switch (mode) {
      case 'read':
        return { source: openForRead(opener, path) };
      case 'write':
        return { sink: openForWrite(opener, path, { mode: fileMode }) };
      case 'append':
        return { sink: openForWrite(opener, path, { append: true, mode: fileMode }) };
      case 'both': {
        const sink = openForWrite(opener, path, { append: true, mode: fileMode });
        return { sink, source: openForRead(opener, path) };
      }
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const words = mode === 'read' ? shell.wording.cannotOpen : shell.wording.cannotCreate;
    throw new RedirectFailure(shell.message(words(path, error.code)));
  }
}

export function guardOf(shell: Shell): Guard | undefined {
  const { stdin, stdout } = shell.process;
  if (stdin instanceof SourceHandle) return stdin.guard;
  return stdout instanceof SinkHandle ? stdout.guard : undefined;
}
