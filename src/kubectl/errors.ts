/**
 * How kubectl words failures, and what it exits with (k8s.io/kubectl/pkg/cmd/util/helpers.go, checkErr). Commands throw;
 * run.ts prints what `describeFailure` returns.
 */
import { LabError } from '../kit/errors.ts';
import { ApiError } from '../kube/client.ts';

/** A failure of the command itself: `error: <message>`, exit 1 unless told otherwise. */
export class KubectlError extends Error {
  override readonly name: string = 'KubectlError';
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Printed as it is, without `error: `. */
export class PlainError extends KubectlError {
  override readonly name = 'PlainError';
}

/** Several failures, each on its own line. */
export class ManyErrors extends Error {
  override readonly name = 'ManyErrors';
  readonly errors: readonly unknown[];
  constructor(errors: readonly unknown[]) {
    super(errors.map(messageOf).join('\n'));
    this.errors = errors;
  }
}

/** The command has said what it had to say. */
export class ExitWith extends Error {
  override readonly name = 'ExitWith';
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** No TCP connection to the server. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Throws one error as it is, several together, none not at all. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new ManyErrors(errors);
}

export interface Failure {
  /** With a final newline, or empty. */
  readonly text: string;
  readonly exitCode: number;
}

export function describeFailure(error: unknown): Failure {
  if (error instanceof ExitWith) return { text: '', exitCode: error.exitCode };
  if (error instanceof ManyErrors) {
    return { text: error.errors.map((each) => `${standardMessage(each) ?? messageOf(each)}\n`).join(''), exitCode: 1 };
  }
  if (error instanceof ApiError && error.reason === 'Invalid')
    return { text: line(invalidMessage(error)), exitCode: 1 };
  const standard = standardMessage(error);
  if (standard !== undefined) return { text: line(standard), exitCode: 1 };
  if (error instanceof PlainError) return { text: line(error.message), exitCode: error.exitCode };
  const message = messageOf(error);
  const text = line(message.startsWith('error: ') ? message : `error: ${message}`);
  return { text, exitCode: error instanceof KubectlError ? error.exitCode : 1 };
}

function line(message: string): string {
  return message === '' || message.endsWith('\n') ? message : `${message}\n`;
}

/** What the server or the connection said; undefined for errors of the command's own. */
export function standardMessage(error: unknown): string | undefined {
  if (error instanceof ApiError) {
    if (error.reason === 'Unauthorized') return `error: You must be logged in to the server (${error.message})`;
    if (error.reason && error.reason !== 'Unknown') return `Error from server (${error.reason}): ${error.message}`;
    return `Error from server: ${error.message}`;
  }
  if (error instanceof Unreachable) return error.message;
  if (error instanceof LabError && error.code === 'ERR_CLUSTER_UNREACHABLE') {
    return `Unable to connect to the server: ${error.details ?? error.message}`;
  }
  return undefined;
}

function invalidMessage(error: ApiError): string {
  const { details, message = '' } = error.status;
  if (!details) return 'The request is invalid';
  const causes = details.causes ?? [];
  let text = 'The request is invalid';
  if (details.kind || details.name) text = `The ${details.kind ?? ''} ${JSON.stringify(details.name ?? '')} is invalid`;
  else if (message && causes.length === 0) return `${text}: ${message}`;
  if (causes.length === 0) return text;
  const lines = [...new Set(causes.map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`))];
  if (lines.length === 1) return `${text}: ${lines[0]}`;
  return `${text}: \n${lines.map((each) => `* ${each}`).join('\n')}`;
}

/** The same failure, saying what was being done to which file (cmdutil.AddSourceToErr). */
export function addSource(verb: string, source: string, error: unknown): unknown {
  if (source === '') return error;
  const message = `error when ${verb} ${JSON.stringify(source)}: ${messageOf(error)}`;
  return error instanceof ApiError ? new ApiError({ ...error.status, message }) : new KubectlError(message);
}

/** What the built-in kubectl leaves to the real one, said plainly. */
export function notBuiltIn(what: string): KubectlError {
  return new KubectlError(
    `the built-in kubectl does not do "${what}"; install kubectl (https://kubernetes.io/docs/tasks/tools/) and use it with this kubeconfig`,
  );
}
