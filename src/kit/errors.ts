/**
 * What goes wrong in the environment, as opposed to bugs (assert) and learners' wrong answers (data).
 * Every LabError says what happened, shows details, and names the way out.
 */

/** Process exit codes; UX contract, also printed by `--help`. */
export const EXIT = {
  ok: 0,
  checksFailed: 1,
  usage: 2,
  notApplicable: 3,
  environment: 4,
  scenarioInvalid: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type ErrorCode =
  | 'ERR_USAGE'
  | 'ERR_UNKNOWN_SCENARIO'
  | 'ERR_SCENARIO_INVALID'
  | 'ERR_NOT_APPLICABLE'
  | 'ERR_CLUSTER_UNREACHABLE'
  | 'ERR_CLUSTER_NOT_FOUND'
  | 'ERR_CLUSTER_EXISTS'
  | 'ERR_PORT_TAKEN'
  | 'ERR_KUBECONFIG'
  | 'ERR_API'
  | 'ERR_PROGRAM_MISSING'
  | 'ERR_PROGRAM_FAILED'
  | 'ERR_TIMEOUT'
  | 'ERR_NOT_ENFORCED'
  | 'ERR_REFUSED'
  | 'ERR_STATE'
  | 'ERR_INTERRUPTED';

const exitCodes: Readonly<Record<ErrorCode, ExitCode>> = {
  ERR_USAGE: EXIT.usage,
  ERR_UNKNOWN_SCENARIO: EXIT.usage,
  ERR_SCENARIO_INVALID: EXIT.scenarioInvalid,
  ERR_NOT_APPLICABLE: EXIT.notApplicable,
  ERR_CLUSTER_UNREACHABLE: EXIT.environment,
  ERR_CLUSTER_NOT_FOUND: EXIT.environment,
  ERR_CLUSTER_EXISTS: EXIT.environment,
  ERR_PORT_TAKEN: EXIT.environment,
  ERR_KUBECONFIG: EXIT.environment,
  ERR_API: EXIT.environment,
  ERR_PROGRAM_MISSING: EXIT.environment,
  ERR_PROGRAM_FAILED: EXIT.environment,
  ERR_TIMEOUT: EXIT.environment,
  ERR_NOT_ENFORCED: EXIT.environment,
  ERR_REFUSED: EXIT.environment,
  ERR_STATE: EXIT.environment,
  ERR_INTERRUPTED: EXIT.interrupted,
};

export interface ErrorParts {
  /** Evidence: the command line and its output, file:line:column, the value seen. Printed indented, as is. */
  readonly details?: string | undefined;
  /** What to do next; a command where there is one. */
  readonly cure?: string | undefined;
  readonly cause?: unknown;
}

export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: ErrorCode;
  readonly details: string | undefined;
  readonly cure: string | undefined;

  constructor(code: ErrorCode, message: string, parts: ErrorParts = {}) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.details = parts.details;
    this.cure = parts.cure;
  }

  get exitCode(): ExitCode {
    return exitCodes[this.code];
  }
}

/** The fixed shape of every error on the terminal: what happened, details, how to solve it. */
export function formatError(error: unknown): string {
  if (!(error instanceof LabError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `error: this is a bug in netpol-lab\n\n${indent(text)}\n\nPlease report it with the text above.\n`;
  }
  const parts = [`error: ${error.message} [${error.code}]`];
  if (error.details) parts.push(indent(error.details));
  if (error.cure) parts.push(`how to solve it: ${error.cure}`);
  return `${parts.join('\n\n')}\n`;
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line ? `  ${line}` : line))
    .join('\n');
}
