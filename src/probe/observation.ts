/** What a probe saw, and the raw output that proves it. Causes that look alike to a hurried eye are kept apart. */

export type Outcome = 'allowed' | 'blocked' | 'refused' | 'unresolved' | 'unknown';

/** Why, more exactly than the outcome says. */
export type Reason =
  | 'connected'
  | 'no-answer'
  | 'refused'
  | 'unreachable'
  /** DNS gave no answer: the query or its reply was dropped. */
  | 'dns-silent'
  /** DNS answered: there is no such name. */
  | 'no-such-name'
  /** The name was not resolved, and nothing in the container can tell why. */
  | 'name-failed'
  | 'no-tool'
  | 'no-such-pod'
  | 'not-ready'
  | 'image-not-pulled'
  | 'exec-failed'
  | 'cut-off'
  | 'unreadable';

/** One command that ran in the pod, as it was and what came back. */
export interface Attempt {
  readonly argv: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined when the command was not run or did not end. */
  readonly exitCode: number | undefined;
  /** The deadline passed and the command was stopped. */
  readonly cutOff: boolean;
  /** The command could not be run at all: the API's or the container runtime's words. */
  readonly error?: string;
}

export interface Observation {
  readonly outcome: Outcome;
  readonly reason: Reason;
  /** For people, without the outcome: `no answer in 2.0 s`. */
  readonly detail: string;
  readonly evidence: readonly Attempt[];
}

/** Where a probe starts and what it tries. Addresses of Services and pods are looked up before. */
export interface ProbeRequest {
  readonly namespace: string;
  readonly pod: string;
  /** Default: the one that kubectl would take, or the first beside it that holds a program to probe with. */
  readonly container?: string;
  /** A name for the pod's own resolver, or an address. */
  readonly host: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}
