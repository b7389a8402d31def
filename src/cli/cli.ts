/** What every command gets: the process's ends, and where to leave the exit code. */
import type { ExitCode } from '../kit/errors.ts';
import { createStyle, type Style } from '../ui/style.ts';
import { createScreen, type Screen } from '../ui/terminal/screen.ts';
import type { CliIo } from './io.ts';

export interface Cli {
  readonly io: CliIo;
  exitCode: ExitCode;
  /** A cluster outlives this command on purpose: nobody may say that nothing is left. */
  leftRunning?: boolean;
  /** The whole program again, for pages whose command is `netpol-lab …`. */
  readonly run: (argv: readonly string[], io: CliIo) => Promise<ExitCode>;
}

export interface LookOptions {
  readonly ascii?: boolean;
  readonly accessible?: boolean;
}

export function styleOf({ env, stdout }: CliIo, look: LookOptions = {}): Style {
  return createStyle({
    env,
    isTerminal: Boolean(stdout.isTTY),
    columns: stdout.columns,
    ...(look.ascii && { ascii: true }),
    ...(look.accessible && { accessible: true }),
  });
}

/** Results to stdout, progress to stderr, and on a terminal a line that says what is being waited for. */
export function screenOn({ stdout, stderr }: Pick<CliIo, 'stdout' | 'stderr'>, style: Style): Screen {
  return createScreen({
    style,
    out: (text) => void stdout.write(text),
    progress: (text) => void stderr.write(text),
  });
}
