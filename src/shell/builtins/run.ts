/** How a builtin is called, and what its errors do: they end the shell only where POSIX says "special builtin". */
import { ShellError } from '../interpreter/control.ts';
import type { Shell } from '../interpreter/shell.ts';

/** argv[0] is the name. */
export type Builtin = (shell: Shell, argv: readonly string[]) => Promise<number>;

/** Wrong use of a builtin, worded without prefix. Status 2 unless the builtin says otherwise. */
export class BuiltinFailure extends Error {
  readonly status: number;
  constructor(message: string, status = 2) {
    super(message);
    this.status = status;
  }
}

export async function evaluateBuiltin(
  shell: Shell,
  builtin: Builtin,
  argv: readonly string[],
  special: boolean,
): Promise<number> {
  const [name = ''] = argv;
  try {
    return await builtin(shell, argv);
  } catch (error) {
    if (!(error instanceof BuiltinFailure)) throw error;
    const message = shell.message(error.message, name);
    if (special) throw new ShellError(message, error.status);
    await shell.err(message);
    return error.status;
  }
}

/** A whole number from 0; throws as `exit abc` does. */
export function parseCount(shell: Shell, text: string): number {
  if (!/^\d+$/.test(text)) throw new BuiltinFailure(shell.wording.illegalNumber(text));
  return Number(text);
}
