/** What the program gets from the process that runs it: nothing in the commands asks Node for streams, environment or signals. */

import { LabError } from '../kit/errors.ts';
import type { ClientPool } from '../kube/client-pool.ts';
import type { Scenario } from '../scenario/model.ts';

/** Why a signal aborted when nobody reads the output any more: nothing is to be said, and all is well. */
export const readerGone = new LabError('ERR_INTERRUPTED', 'nobody reads the output any more');

export interface CliOutput {
  write(chunk: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly homeFolder: string;
  readonly temporaryFolder: string;
  readonly stdin: NodeJS.ReadStream;
  /** Results. */
  readonly stdout: CliOutput;
  /** Progress and errors. */
  readonly stderr: CliOutput;
  /** Aborts on Ctrl-C and when the process is asked to end. */
  readonly signal: AbortSignal;
  /** Ctrl-C goes to `handler` (a command that runs in front) and not to `signal`, until the disposer is called. */
  readonly intercept: (handler: () => void) => () => void;
  readonly pid: number;
  /** How to start this program again: node with its flags, and the script. */
  readonly self: readonly string[];
  /** Set where this program runs inside itself, for a page whose command is `netpol-lab …`: what need not be opened again. */
  readonly within?: { readonly clients: ClientPool; readonly scenario: Scenario };
}

/** Prompts need a person at both ends; CI systems set CI. */
export function isInteractive({ env, stdin, stdout }: CliIo): boolean {
  return Boolean(stdin.isTTY) && Boolean(stdout.isTTY) && !isTrue(env['CI']);
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
