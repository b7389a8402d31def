/** How a session runs commands: pages and changes say what, whoever opens the session says by what. */

export interface CommandOutcome {
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which they came. */
  readonly output: string;
  readonly exitCode: number;
}

export interface CommandInput {
  readonly stdin?: string;
  /** Relative files are looked for here. */
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Runs `kubectl …` (the built-in or the system's) or `netpol-lab …`. Never throws for a non-zero exit. */
export type CommandRunner = (argv: readonly string[], input: CommandInput) => Promise<CommandOutcome>;
