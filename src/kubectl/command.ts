/** What a command is: its name, its flags, and a function from a parsed line to an exit code. */
import type { FlagSpec, Flags } from './flags/spec.ts';
import type { Session } from './session.ts';

export interface Call {
  readonly session: Session;
  readonly flags: Flags;
  readonly args: readonly string[];
  /** How many arguments stood before `--`; -1 without `--`. */
  readonly dash: number;
  /** `kubectl rollout status`, for messages. */
  readonly path: string;
}

export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line for the list of commands. */
  readonly short: string;
  /** The help page's first paragraphs, when they are more than `short`. */
  readonly long?: string;
  readonly examples?: string;
  /** A bare group of commands prints its help on stderr, except a few. */
  readonly helpOnStdout?: boolean;
  /** Behind the path: `(TYPE[.VERSION][.GROUP] | TYPE/NAME) [flags]`. */
  readonly usage?: string;
  readonly flags?: readonly FlagSpec[];
  readonly requiredFlags?: readonly string[];
  readonly commands?: readonly Command[];
  /** Absent for a group of commands, which then prints its help. */
  readonly run?: (call: Call) => Promise<number>;
}
