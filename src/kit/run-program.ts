/** Runs a program of the machine (kubectl, kind, docker) through execa and keeps argv and output for the error message. */
import { LabError } from './errors.ts';

export interface ProgramResult {
  readonly argv: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** 128 + signal when killed. */
  readonly exitCode: number;
  readonly durationMs: number;
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly stdin?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Told each line of stderr as it comes, for programs that take minutes and say how far they are. */
  readonly onErrorLine?: (line: string) => void;
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

/** Never throws for a non-zero exit; throws LabError when the program is missing, times out or is cancelled. */
export async function runProgram(argv: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const [file = '', ...args] = argv;
  const { execa } = await import('execa');
  const started = performance.now();
  const result = await execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    ...(options.stdin === undefined ? { stdin: 'ignore' as const } : { input: options.stdin }),
    ...(options.env && { env: options.env as Record<string, string> }),
    ...(options.cwd && { cwd: options.cwd }),
    ...(options.timeoutMs && { timeout: options.timeoutMs }),
    ...(options.signal && { cancelSignal: options.signal }),
    ...(options.onErrorLine && { stderr: passLines(options.onErrorLine) }),
  });
  if (result.code === 'ENOENT' || result.code === 'EACCES') {
    throw new LabError(
      'ERR_PROGRAM_MISSING',
      `cannot run ${file}: ${result.code === 'ENOENT' ? 'not found' : 'not executable'}`,
      {
        details: `$ ${printArgv(argv)}`,
        cure: `install ${file} and put it on PATH`,
      },
    );
  }
  if (result.isCanceled)
    throw new LabError('ERR_INTERRUPTED', `${file} was cancelled`, { details: `$ ${printArgv(argv)}` });
  if (result.timedOut) {
    throw new LabError('ERR_TIMEOUT', `${file} did not finish within ${(options.timeoutMs ?? 0) / 1000} s`, {
      details: `$ ${printArgv(argv)}\n${result.stdout}${result.stderr}`,
    });
  }
  const exitCode = result.exitCode ?? 128 + (signalNumbers[result.signal ?? ''] ?? 0);
  return { argv, stdout: result.stdout, stderr: result.stderr, exitCode, durationMs: performance.now() - started };
}

function passLines(tell: (line: string) => void) {
  return function* (line: unknown): Generator<unknown> {
    tell(String(line));
    yield line;
  };
}

/** A command line that can be pasted into a POSIX shell. */
export function printArgv(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
